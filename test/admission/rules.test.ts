import { nothingLive } from '../support/nothing-live.ts';
import { describe, expect, test } from 'vitest';
import { crossCheck, type LiveObjects } from '../../src/admission/rules.ts';
import { admit } from '../../src/admission/validate.ts';
import { hypervisorCatalogue } from '../../src/model/catalogue.ts';
import { keyOf, keyText, type KubeObject } from '../../src/model/object.ts';

function made(kind: string, name: string, spec?: unknown, more: object = {}): KubeObject {
  const apiVersion = kind === 'Namespace' ? 'v1' : 'vctl.dev/v1alpha1';
  return admit({ apiVersion, kind, metadata: { name, ...more }, ...(spec === undefined ? {} : { spec }) });
}

const inDefault = { namespace: 'default' };
const capacity = { cpu: 4, memory: '8Gi' };
const machine = { guest: { os: 'debian-12' }, resources: { cpu: 1, memory: '2Gi' } };
const pool = (name: string): KubeObject =>
  made(
    'VirtualMachinePool',
    name,
    {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: machine },
    },
    inDefault,
  );
const policy = (name: string): KubeObject =>
  made(
    'ScalingPolicy',
    name,
    { target: { kind: 'VirtualMachinePool', name }, horizontal: { maxReplicas: 3 } },
    inDefault,
  );
const balancer = (name: string, namespace = 'default'): KubeObject =>
  made('LoadBalancer', name, { selector: { matchLabels: { app: name } } }, { namespace });
const traffic = (to: object): KubeObject =>
  made('Traffic', 'day', { to, pattern: { constant: 1 } }, inDefault);
const application = made(
  'Application',
  'crm',
  {
    build: 'crm-5',
    tiers: [{ name: 'web', vm: machine }],
    configuration: { properties: { a: { type: 'integer' } } },
  },
  inDefault,
);

function live(...objects: KubeObject[]): LiveObjects {
  const byKey = new Map(objects.map((object) => [keyText(keyOf(object)), object]));
  return {
    all: () => objects,
    get: (kind, namespace, name) => byKey.get(keyText({ kind, namespace, name })),
    list: (kind, namespace) =>
      objects.filter((object) => object.kind === kind && (object.metadata.namespace ?? '') === namespace),
  };
}

async function codes(applied: KubeObject[], there: LiveObjects = nothingLive): Promise<string[][]> {
  return (await crossCheck(applied, there)).map((problems) => problems.map(({ code }) => code));
}

describe('what is live counts, what is applied counts more', () => {
  test('a hypervisor that is there', async () => {
    const there = live(...hypervisorCatalogue);
    expect(await codes([made('Host', 'a', { hypervisor: 'kvm', capacity })], there)).toEqual([[]]);
    expect(await codes([made('Host', 'a', { hypervisor: 'virtualbox', capacity })], there)).toEqual([
      ['HOSTED_NEEDS_HOST_OS'],
    ]);
  });

  test('a hypervisor that this apply changes', async () => {
    const hosted = made('Hypervisor', 'kvm', { product: 'KVM', architecture: 'Hosted', modes: ['Full'] });
    const host = made('Host', 'a', { hypervisor: 'kvm', capacity });
    expect(await codes([hosted, host], live(...hypervisorCatalogue))).toEqual([[], ['HOSTED_NEEDS_HOST_OS']]);
  });

  test('a namespace', async () => {
    const vm = made('VirtualMachine', 'a', machine, { namespace: 'saas' });
    expect(await codes([vm])).toEqual([['NAMESPACE_NOT_FOUND']]);
    expect(await codes([vm], live(made('Namespace', 'saas')))).toEqual([[]]);
    expect(await codes([vm, made('Namespace', 'saas')])).toEqual([[], []]);
    const leaving = made('Namespace', 'saas');
    const metadata = { ...leaving.metadata, deletionTimestamp: '2000-01-01T00:00:00Z' };
    expect(await codes([vm], live({ ...leaving, metadata }))).toEqual([['NAMESPACE_TERMINATING']]);
  });

  test('a load balancer in the same namespace only', async () => {
    expect(await codes([pool('web'), policy('web')], live(balancer('web')))).toEqual([[], []]);
    expect(await codes([pool('web'), policy('web')], live(balancer('web', 'other')))).toEqual([
      [],
      ['NO_LOAD_BALANCER'],
    ]);
  });

  test('a tenant against the live application', async () => {
    const tenant = made(
      'Tenant',
      'acme',
      { application: 'crm', maturity: 'Scalable', configuration: { a: 'x' } },
      inDefault,
    );
    expect(await codes([tenant], live(application))).toEqual([['CONFIGURATION_INVALID']]);
  });
});

describe('objects that an owner makes are not missing', () => {
  test.each([
    [
      'host of a pool',
      made('HostPool', 'rack', { template: { spec: { hypervisor: 'kvm', capacity } } }),
      'rack-3',
      'rack3',
    ],
  ])('%s', async (_name, owner, good, bad) => {
    const crash = (name: string): KubeObject =>
      made(
        'Scenario',
        'a',
        { duration: '1h', events: [{ at: '1m', fault: { kind: 'Host', name, type: 'Crash' } }] },
        inDefault,
      );
    expect(await codes([crash(good)], live(owner))).toEqual([[]]);
    expect(await codes([crash(bad)], live(owner))).toEqual([['REFERENCE_NOT_FOUND']]);
  });

  test.each([
    ['load balancer of an application', application, { kind: 'LoadBalancer', name: 'crm-web' }],
    ['vm of a pool', pool('web'), { kind: 'VirtualMachine', name: 'web-x7k2p' }],
  ])('%s', async (_name, owner, to) => {
    expect(await codes([traffic(to)], live(owner))).toEqual([[]]);
    expect(await codes([traffic(to)])).toEqual([['REFERENCE_NOT_FOUND']]);
  });
});

test('a duplicate names the first place', async () => {
  const problems = await crossCheck([pool('a'), pool('a')], nothingLive, {
    placeOf: (index) => `at ${index}`,
  });
  expect(problems[0]).toEqual([]);
  expect(problems[1]?.[0]?.message).toBe(
    'vm pool "a" is declared more than once in namespace "default"; first at 0',
  );
});

test('two applications with the same $id of schema do not disturb each other', async () => {
  const app = (name: string, type: string): KubeObject =>
    made(
      'Application',
      name,
      {
        build: 'x',
        tiers: [{ name: 'web', vm: machine }],
        configuration: { $id: 'https://a/b', properties: { a: { type } } },
      },
      inDefault,
    );
  const tenant = (name: string): KubeObject =>
    made('Tenant', name, { application: name, maturity: 'Scalable', configuration: { a: 1 } }, inDefault);
  expect(await codes([app('a', 'integer'), app('b', 'string'), tenant('a'), tenant('b')])).toEqual([
    [],
    [],
    [],
    ['CONFIGURATION_INVALID'],
  ]);
});

test.each([
  ['a whole number', '3', []],
  ['0 · gets nothing by weight', '0', []],
  ['a word', 'heavy', ['WEIGHT_INVALID']],
  ['a fraction', '0.5', ['WEIGHT_INVALID']],
  ['too large', '10000', ['WEIGHT_INVALID']],
])('the weight behind load balancers · %s', async (_name, weight, expected) => {
  const annotations = { 'vctl.dev/weight': weight };
  const vm = made('VirtualMachine', 'a', machine, { ...inDefault, annotations });
  const template = { metadata: { labels: { app: 'b' }, annotations }, spec: machine };
  const of = { selector: { matchLabels: { app: 'b' } }, template };
  expect(await codes([vm, made('VirtualMachinePool', 'b', of, inDefault)])).toEqual([expected, expected]);
});
