import { describe, expect, test } from 'vitest';
import { crossCheck, type LiveObjects } from '../../src/admission/rules.ts';
import { admit } from '../../src/admission/validate.ts';
import { keyOf, keyText, type KubeObject } from '../../src/model/object.ts';

function made(kind: string, name: string, spec: object, more: object = {}, status?: object): KubeObject {
  const object = admit({ apiVersion: 'vctl.dev/v1alpha1', kind, metadata: { name, ...more }, spec });
  return status ? { ...object, status: status } : object;
}

function live(...objects: readonly KubeObject[]): LiveObjects {
  const byKey = new Map(objects.map((object) => [keyText(keyOf(object)), object]));
  return {
    all: () => objects,
    get: (kind, namespace, name) => byKey.get(keyText({ kind, namespace, name })),
    list: (kind, namespace) =>
      objects.filter((object) => object.kind === kind && (object.metadata.namespace ?? '') === namespace),
  };
}

/** `CODE /path` of every error of the first object. */
async function refused(applied: readonly KubeObject[], there: readonly KubeObject[]): Promise<string> {
  const [problems = []] = await crossCheck(applied, live(...there));
  return problems
    .filter(({ severity }) => severity === 'error')
    .map(({ code, path }) => `${code} ${path}`)
    .join(', ');
}

const space = { namespace: 'default' };
const capacity = { cpu: 4, memory: '8Gi' };
const hypervisor = (name: string, more: object = {}): KubeObject =>
  made('Hypervisor', name, { product: name, architecture: 'BareMetal', modes: ['Para', 'Full'], ...more });
const hosted = hypervisor('vbox', { architecture: 'Hosted', modes: ['Full'] });
const host = (more: object = {}, metadata: object = {}): KubeObject =>
  made('Host', 'h1', { hypervisor: 'xen', capacity, ...more }, metadata);
const hostOS = { name: 'ubuntu' };
const vm = (status: object, spec: object = {}): KubeObject =>
  made(
    'VirtualMachine',
    'v',
    { guest: { os: 'debian-12', paravirtualized: true }, resources: { cpu: 1, memory: '1Gi' }, ...spec },
    space,
    status,
  );
const there = { host: 'h1', mode: 'Para' };
const xen = hypervisor('xen');

describe('a host', () => {
  test.each<[string, object, KubeObject | undefined, string]>([
    [
      'to another architecture under a VM',
      { hypervisor: 'vbox', hostOS },
      vm(there),
      'IN_USE /spec/hypervisor',
    ],
    ['to another product of the same kind', { hypervisor: 'esx' }, vm(there), 'IN_USE /spec/hypervisor'],
    [
      'under one that is on its way here',
      { hypervisor: 'esx' },
      vm({ host: 'h2', migrationTarget: 'h1' }),
      'IN_USE /spec/hypervisor',
    ],
    [
      'under one that is off and has its disk here',
      { hypervisor: 'esx' },
      vm({ ...there, phase: 'Stopped' }),
      'IN_USE /spec/hypervisor',
    ],
    ['while it is empty', { hypervisor: 'vbox', hostOS }, vm({ host: 'h2', mode: 'Para' }), ''],
    ['while nothing is there at all', { hypervisor: 'vbox', hostOS }, undefined, ''],
    ['in its size, which its VMs survive', { capacity: { cpu: 1, memory: '1Gi' } }, vm(there), ''],
    [
      'without hardware that a mode needs',
      { hypervisor: 'hvm', hardwareAssist: false },
      vm({ ...there, mode: 'Full' }),
      'IN_USE /spec/hardwareAssist',
    ],
    ['without hardware that another mode needs', { hypervisor: 'hvm', hardwareAssist: false }, vm(there), ''],
  ])('%s', async (_name, change, guest, expected) => {
    const hvm = hypervisor('hvm', { requires: { hardwareAssist: { Full: true } } });
    const before =
      'hypervisor' in change && change.hypervisor === 'hvm' ? host({ hypervisor: 'hvm' }) : host();
    const known = [xen, hosted, hypervisor('esx'), hvm, before, ...(guest ? [guest] : [])];
    expect(await refused([host(change)], known)).toBe(expected);
  });

  test('of a pool by the template of the pool', async () => {
    const pool = (name: string): KubeObject =>
      made(
        'HostPool',
        'rack',
        { replicas: 1, template: { spec: { hypervisor: name, capacity } } },
        { uid: 'p' },
      );
    const owner = { apiVersion: 'v', kind: 'HostPool', name: 'rack', uid: 'p', controller: true };
    const member = host({}, { ownerReferences: [owner] });
    const known = [xen, hypervisor('esx'), pool('xen'), member];
    expect(await refused([pool('esx')], [...known, vm(there)])).toBe('IN_USE /spec/template/spec/hypervisor');
    expect(await refused([pool('esx')], known)).toBe('');
  });
});

describe('a hypervisor', () => {
  test.each<[string, object, string]>([
    ['loses the mode of a VM', { modes: ['Full'] }, 'IN_USE /spec/modes'],
    ['loses another mode', { modes: ['Para'] }, ''],
    ['becomes another product', { product: 'other' }, 'IN_USE /spec/product'],
    [
      'becomes hosted',
      { architecture: 'Hosted', modes: ['Full'] },
      'IN_USE /spec/architecture, IN_USE /spec/modes, HOSTED_NEEDS_HOST_OS /spec/architecture',
    ],
    [
      'comes to need hardware',
      { requires: { hardwareAssist: { Para: true } } },
      'IN_USE /spec/requires/hardwareAssist',
    ],
    ['reserves more', { reserved: { cpu: 1, memory: '1Gi' } }, ''],
  ])('%s', async (_name, change, expected) => {
    const there1 = [xen, host({ hardwareAssist: false }), vm(there)];
    expect(await refused([hypervisor('xen', change)], there1)).toBe(expected);
  });

  test('may change with its hosts, once they are empty', async () => {
    const next = hypervisor('xen', { architecture: 'Hosted', modes: ['Full'] });
    expect(await refused([next, host({ hostOS })], [xen, host()])).toBe('');
    expect(await refused([next], [xen, host()])).toBe('HOSTED_NEEDS_HOST_OS /spec/architecture');
  });
});

describe('fields that cannot be changed', () => {
  const pool = (label: string, more: object = {}): KubeObject =>
    made(
      'VirtualMachinePool',
      'p',
      {
        selector: { matchLabels: { app: label } },
        template: { metadata: { labels: { app: label } }, spec: { guest: { os: 'a' }, resources: capacity } },
        ...more,
      },
      space,
    );

  test('the selector of a pool', async () => {
    expect(await refused([pool('b')], [pool('a')])).toBe('IMMUTABLE_FIELD /spec/selector');
    expect(await refused([pool('a', { replicas: 7 })], [pool('a')])).toBe('');
    expect(await refused([pool('b')], [])).toBe('');
  });

  test('what the program in a VM does', async () => {
    expect(await refused([vm({}, { profile: 'Oltp' })], [vm(there)])).toBe('IMMUTABLE_FIELD /spec/profile');
    expect(await refused([vm({}, { mode: 'Full' })], [vm(there)])).toBe('');
  });
});

describe('the schema of an application', () => {
  const app = (configuration: object): KubeObject => {
    const machine = { guest: { os: 'a' }, resources: capacity };
    return made(
      'Application',
      'crm',
      { build: 'b', tiers: [{ name: 'web', vm: machine }], configuration },
      space,
    );
  };
  const tenant = (configuration: object, name = 't'): KubeObject =>
    made('Tenant', name, { application: 'crm', maturity: 'MultiTenant', configuration }, space);
  const seats = { properties: { seats: { type: 'integer', maximum: 9 } } };

  test.each<[string, readonly KubeObject[], readonly KubeObject[], string]>([
    [
      'breaks a tenant that is there',
      [app(seats)],
      [tenant({ seats: 40 })],
      'CONFIGURATION_IN_USE /spec/configuration',
    ],
    ['fits it', [app(seats)], [tenant({ seats: 4 })], ''],
    ['fits it as it is applied along', [app(seats), tenant({ seats: 4 })], [tenant({ seats: 40 })], ''],
    [
      'breaks a tenant of level I, which has none',
      [app(seats)],
      [made('Tenant', 't', { application: 'crm', maturity: 'AdHoc', build: 'x' }, space)],
      '',
    ],
  ])('%s', async (_name, applied, known, expected) => {
    expect(await refused(applied, [app({}), ...known])).toBe(expected);
  });
});
