/** The indexes answer as a walk over everything does, whatever came and went before. */
import { indexes } from '../../src/controllers/indexes.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ObjectCache } from '../../src/engine/cache.ts';
import { type MachineGroup, machineGroups } from '../../src/controllers/machines/groups.ts';
import { type Host, type VirtualMachine } from '../../src/model/kinds/index.ts';
import { type KubeObject } from '../../src/model/object.ts';
import { formatSelector, matchesSelector, parseSelector } from '../../src/model/selectors.ts';
import { selecting } from '../../src/controllers/machines/selecting.ts';
import { hostGroups } from '../../src/controllers/hosts/groups.ts';

const owner = fc.constantFrom(undefined, 'p1', 'p2');
const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b'), { maxKeys: 2 });
const conditions = fc.constantFrom(
  [],
  [{ type: 'Ready', status: 'True' }],
  [{ type: 'Scheduled', status: 'False' }],
  [{ type: 'Resized', status: 'False' }],
);

// Few names and labels, so that often the same object changes within the same group.
const metadata = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    labels: fc.constantFrom({ app: 'a' }, { app: 'a', tier: 'b' }),
    owner,
    deletionTimestamp: fc.constantFrom(undefined, undefined, undefined, '2000-01-01T00:00:00Z'),
  })
  .map(({ owner: uid, ...rest }) => ({
    ...rest,
    ...(uid === undefined ? {} : { ownerReferences: [{ uid, controller: true }] }),
  }));

const machine = fc
  .record({
    metadata,
    cpu: fc.constantFrom('2', 1, 2),
    status: fc.record({
      conditions,
      phase: fc.constantFrom('Running', 'Pending', 'Resizing', 'Failed'),
      resources: fc.constantFrom(undefined, { cpu: '1', memory: '1Gi' }),
    }),
  })
  .map(
    (given) =>
      ({
        kind: 'VirtualMachine',
        metadata: { ...given.metadata, namespace: 'default', uid: `vm-${given.metadata.name}` },
        spec: { resources: { cpu: given.cpu, memory: '1Gi' } },
        status: given.status,
      }) as unknown as VirtualMachine,
  );

const host = fc.record({ metadata, conditions, phase: fc.constantFrom('Ready', 'NotReady') }).map(
  (given) =>
    ({
      kind: 'Host',
      metadata: {
        ...given.metadata,
        uid: `host-${given.metadata.name}`,
        labels: { 'vctl.dev/revision': given.metadata.labels.app ?? '' },
      },
      spec: { hypervisor: 'xen' },
      status: { conditions: given.conditions, phase: given.phase },
    }) as unknown as Host,
);

const changes = fc.array(fc.record({ object: fc.oneof(machine, host), gone: fc.nat(3) }), {
  maxLength: 40,
  size: 'max',
});

/** The cache after some changes, and another that was only ever told of the outcome. */
function caches(sequence: { object: KubeObject; gone: number }[]): [ObjectCache, ObjectCache] {
  const changed = new ObjectCache(indexes);
  for (const { object, gone } of sequence) {
    const { namespace = '', name } = object.metadata;
    if (gone === 0) changed.remove({ kind: object.kind, namespace, name });
    else changed.put(object);
  }
  const fresh = new ObjectCache(indexes);
  for (const object of changed.all()) fresh.put(object);
  return [changed, fresh];
}

function summary(groups: Iterable<MachineGroup>): string[] {
  return [...groups]
    .map((group) =>
      JSON.stringify(
        { ...group, members: keys(group.members), stuck: keys(group.stuck), refused: keys(group.refused) },
        order,
      ),
    )
    .sort();
}

function keys(map: ReadonlyMap<string, unknown>): string[] {
  return [...map.keys()].sort();
}

/** Labels may have come in another order. */
function order(key: string, value: unknown): unknown {
  return key === 'labels' ? Object.entries(value as object).sort() : value;
}

test('groups of VMs and hosts after changes are those of the outcome', () => {
  fc.assert(
    fc.property(changes, (sequence) => {
      const [changed, fresh] = caches(sequence);
      expect(summary(changed.index(machineGroups).inNamespace('default'))).toEqual(
        summary(fresh.index(machineGroups).inNamespace('default')),
      );
      const living = changed.list('VirtualMachine').filter((vm) => !vm.metadata.deletionTimestamp);
      for (const uid of ['p1', 'p2']) {
        const own = living.filter((vm) => vm.metadata.ownerReferences?.[0]?.uid === uid);
        const groups = changed.index(machineGroups).ofOwner(uid);
        expect(groups.flatMap((group) => keys(group.members)).sort()).toEqual(
          own.map((vm) => vm.metadata.uid),
        );
        expect(groups.reduce((sum, group) => sum + group.ready, 0)).toBe(
          own.filter((vm) => vm.status?.conditions?.[0]?.type === 'Ready').length,
        );
        const hosts = (cache: ObjectCache): unknown =>
          cache
            .index(hostGroups)
            .ofOwner(uid)
            .map((group) => [group.revision, keys(group.members), group.ready, keys(group.stuck)])
            .sort();
        expect(hosts(changed)).toEqual(hosts(fresh));
      }
      const loose = living.filter((vm) => vm.metadata.ownerReferences === undefined);
      expect(
        changed
          .index(machineGroups)
          .loose('default')
          .flatMap((group) => keys(group.members)),
      ).toHaveLength(loose.length);
    }),
  );
});

test('who selects a VM is found without asking each selector', () => {
  const selector = fc.oneof(
    fc.record({ matchLabels: labels }),
    fc.record({ matchExpressions: fc.constant([{ key: 'app', operator: 'Exists' as const }]) }),
  );
  const budget = fc
    .record({ name: fc.constantFrom('a', 'b', 'c'), namespace: fc.constantFrom('x', 'y'), selector })
    .map(
      ({ selector: chosen, ...rest }) =>
        ({ kind: 'DisruptionBudget', metadata: rest, spec: { selector: chosen } }) as unknown as KubeObject,
    );
  fc.assert(
    fc.property(fc.array(budget, { maxLength: 12 }), labels, (budgets, wanted) => {
      const cache = new ObjectCache(indexes);
      for (const one of budgets) cache.put(one);
      const expected = cache
        .list('DisruptionBudget', 'x')
        .filter(({ spec }) => matchesSelector(spec.selector, wanted));
      expect(selecting(cache, 'DisruptionBudget', 'x', wanted)).toEqual(expected);
    }),
  );
});

test('the text of a selector selects the same', () => {
  const requirement = fc.oneof(
    fc.record({
      key: fc.constantFrom('app', 'tier'),
      operator: fc.constantFrom('In' as const, 'NotIn' as const),
      values: fc.subarray(['a', 'b'], { minLength: 1 }),
    }),
    fc.record({
      key: fc.constantFrom('app', 'tier'),
      operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const),
    }),
  );
  const selector = fc.record({
    matchLabels: labels,
    matchExpressions: fc.array(requirement, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(selector, labels, (given, wanted) => {
      expect(matchesSelector(parseSelector(formatSelector(given)), wanted)).toBe(
        matchesSelector(given, wanted),
      );
    }),
  );
});
