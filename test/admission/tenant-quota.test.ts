import { expect, test } from 'vitest';
import { crossCheck } from '../../src/admission/rules.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { type Kind } from '../../src/model/kinds/index.ts';
import { apiVersion, type KubeObject } from '../../src/model/object.ts';

function application(replicas: number): KubeObject {
  const vm = { guest: { os: 'x' }, resources: { cpu: 2, memory: '4Gi' } };
  const tiers = [{ name: 'web', replicas, serviceTime: '5ms', vm }];
  return withDefaults('Application', {
    ...{ apiVersion, kind: 'Application', metadata: { name: 'crm', namespace: 'a' } },
    spec: { build: 'b', tiers },
  });
}

function tenant(maturity: string, quota?: Record<string, string | number>): KubeObject {
  return withDefaults('Tenant', {
    ...{ apiVersion, kind: 'Tenant', metadata: { name: 'acme', namespace: 'a' } },
    spec: { application: 'crm', maturity, ...(quota ? { quota } : {}) },
  });
}

test.each<[string, KubeObject, KubeObject[], string[]]>([
  ['within', tenant('Configurable', { cpu: 6 }), [application(3)], []],
  ['shared instances are not its own', tenant('MultiTenant', { cpu: 1 }), [application(3)], []],
  ['new and too large', tenant('Configurable', { cpu: 5 }), [application(3)], ['error /spec/quota/cpu']],
  [
    'both',
    tenant('Configurable', { cpu: 1, memory: '1Gi' }),
    [application(3)],
    ['error /spec/quota/cpu', 'error /spec/quota/memory'],
  ],
  [
    'a move down from a shared level',
    tenant('Configurable', { cpu: 5 }),
    [application(3), tenant('Scalable', { cpu: 5 })],
    ['error /spec/quota/cpu'],
  ],
  [
    'the quota lowered below what is there',
    tenant('Configurable', { cpu: 5 }),
    [application(3), tenant('Configurable')],
    ['warning /spec/quota/cpu'],
  ],
])('quota of a tenant · %s', async (_name, object, there, expected) => {
  const live = {
    get: (kind: Kind, _namespace: string, name: string) =>
      there.find((one) => one.kind === kind && one.metadata.name === name),
    all: () => there,
    list: (kind: Kind) => there.filter((one) => one.kind === kind),
  };
  const [problems = []] = await crossCheck([object], live);
  const found = problems.filter(({ code }) => code === 'QUOTA_EXCEEDED');
  expect(found.map(({ severity, path }) => `${severity} ${path}`)).toEqual(expected);
});
