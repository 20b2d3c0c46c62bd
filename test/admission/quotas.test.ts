import { expect, test } from 'vitest';
import { admitToQuota, type Change, quotaProblems } from '../../src/admission/rules/quotas.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { type ResourceQuota } from '../../src/model/kinds/index.ts';
import { apiVersion, type KubeObject } from '../../src/model/object.ts';
import { askedBy, type Figures, plus } from '../../src/model/quota.ts';

function quota(hard: Record<string, string | number>): ResourceQuota {
  return {
    ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'team', namespace: 'a' } },
    spec: { hard },
  };
}

const guest = { os: 'debian-12' };

function vm(name: string, cpu: number): KubeObject {
  const spec = { guest, resources: { cpu, memory: '1Gi' } };
  return withDefaults('VirtualMachine', {
    ...{ apiVersion, kind: 'VirtualMachine', metadata: { name, namespace: 'a' }, spec },
  });
}

function pool(name: string, replicas: number, cpu = 1): KubeObject {
  const template = { spec: { guest, resources: { cpu, memory: '1Gi' } } };
  const spec = { replicas, selector: { matchLabels: { app: name } }, template };
  return withDefaults('VirtualMachinePool', {
    ...{ apiVersion, kind: 'VirtualMachinePool', metadata: { name, namespace: 'a' }, spec },
  });
}

const made = (after: KubeObject): Change => ({ after });
const changed = (before: KubeObject, after: KubeObject): Change => ({ before, after });
const gone = (before: KubeObject): Change => ({ before });

/** What is refused, as `path: used → requested of limit`, of changes in a room that also holds `others`. */
function refused(
  hard: Record<string, string | number>,
  changes: readonly Change[],
  others: readonly KubeObject[] = [],
): string[] {
  const there = [...others, ...changes.flatMap(({ before }) => before ?? [])];
  const asked = there.reduce<Figures>((sum, object) => plus(sum, askedBy(object)), {});
  const problems = admitToQuota(changes, { quotas: [quota(hard)], asked });
  return problems.flat().map(({ path, message }) => `${path} · ${message.replace(/.*team, /, '')}`);
}

test.each<[string, Record<string, string | number>, Change[], KubeObject[], string[]]>([
  ['just fits', { 'requests.cpu': 4 }, [made(vm('x', 2))], [vm('o', 2)], []],
  [
    'too much CPU',
    { 'requests.cpu': 4 },
    [made(vm('x', 2))],
    [vm('o', 3)],
    ['/spec/resources/cpu · requested: requests.cpu=2, used: requests.cpu=3, limited: requests.cpu=4'],
  ],
  [
    'too much memory, by its short name',
    { memory: '1536Mi' },
    [made(vm('x', 1))],
    [vm('o', 1)],
    ['/spec/resources/memory · requested: memory=1Gi, used: memory=1Gi, limited: memory=1536Mi'],
  ],
  [
    'a pool asks for replicas x template',
    { cpu: 5 },
    [made(pool('x', 3, 2))],
    [],
    ['/spec/replicas · requested: cpu=6, used: cpu=0, limited: cpu=5'],
  ],
  [
    'a pool with larger VMs',
    { cpu: 5 },
    [changed(pool('x', 3, 1), pool('x', 3, 2))],
    [],
    ['/spec/template/spec/resources/cpu · requested: cpu=3, used: cpu=3, limited: cpu=5'],
  ],
  [
    'count of VMs, those of pools included',
    { 'count/virtualmachines.vctl.dev': 3 },
    [made(vm('x', 1))],
    [pool('o', 3)],
    [
      ' · requested: count/virtualmachines.vctl.dev=1, used: count/virtualmachines.vctl.dev=3, limited: count/virtualmachines.vctl.dev=3',
    ],
  ],
  [
    'count of any kind',
    { 'count/virtualmachinepools.vctl.dev': 1 },
    [made(pool('x', 0))],
    [pool('o', 0)],
    [
      ' · requested: count/virtualmachinepools.vctl.dev=1, used: count/virtualmachinepools.vctl.dev=1, limited: count/virtualmachinepools.vctl.dev=1',
    ],
  ],
  ['over already, and it stays', { cpu: 1 }, [changed(vm('x', 4), vm('x', 4))], [], []],
  ['over already, and it shrinks', { cpu: 1 }, [changed(vm('x', 4), vm('x', 3))], [], []],
  [
    'over already, and another grows',
    { cpu: 1 },
    [changed(vm('x', 4), vm('x', 3)), changed(vm('y', 1), vm('y', 2))],
    [],
    ['/spec/resources/cpu · requested: cpu=1, used: cpu=4, limited: cpu=1'],
  ],
  [
    'as a whole: what one gives up another may take, in any order',
    { cpu: 4 },
    [changed(vm('y', 1), vm('y', 3)), changed(vm('x', 3), vm('x', 1))],
    [],
    [],
  ],
  ['as a whole: what is pruned makes room', { cpu: 4 }, [made(vm('y', 4)), gone(vm('x', 4))], [], []],
  [
    'only those that no longer fit',
    { cpu: 3 },
    [made(vm('a', 2)), made(vm('b', 2)), made(vm('c', 1))],
    [],
    ['/spec/resources/cpu · requested: cpu=2, used: cpu=2, limited: cpu=3'],
  ],
  ['what a limit does not name is free', { memory: '1Ti' }, [made(vm('x', 900))], [], []],
])('admission · %s', (_name, hard, changes, others, expected) => {
  expect(refused(hard, changes, others)).toEqual(expected);
});

test('a VM of a pool asks for nothing itself; one of its own size does', () => {
  const owner = { apiVersion, kind: 'VirtualMachinePool', name: 'web', uid: 'u', controller: true };
  const member = vm('x', 2);
  expect(askedBy({ ...member, metadata: { ...member.metadata, ownerReferences: [owner] } })).toEqual({});
  expect(askedBy(member)).toMatchObject({ cpu: 2000, VirtualMachine: 1 });
});

test.each([
  ['misspelt', { 'requests.cpuu': 1 }, 'UNKNOWN_CONSTRAINT', 'did you mean "requests.cpu"?'],
  ['of a cluster kind', { 'count/hosts.vctl.dev': 1 }, 'UNKNOWN_CONSTRAINT', 'nothing is known'],
  ['half a VM', { 'count/virtualmachines.vctl.dev': '500m' }, 'OUT_OF_RANGE', 'a whole number'],
])('a quota may not say · %s', (_name, hard, code, message) => {
  const [problem] = quotaProblems(quota(hard), 'resource quota "team"');
  expect(problem).toMatchObject({ code, severity: 'error' });
  expect(problem?.message).toContain(message);
});
