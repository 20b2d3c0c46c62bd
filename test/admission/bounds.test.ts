import { expect, test } from 'vitest';
import { validateObject } from '../../src/admission/validate.ts';

const at = (kind: string, spec: object): object => ({
  apiVersion: 'vctl.dev/v1alpha1',
  kind,
  metadata: { name: 'a' },
  spec,
});
const vm = { guest: { os: 'debian-12' }, resources: { cpu: '1', memory: '1Gi' } };
const pool = (replicas: number) =>
  at('VirtualMachinePool', {
    replicas,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: vm },
  });
const rack = (replicas: number) =>
  at('HostPool', {
    replicas,
    template: { spec: { hypervisor: 'xen', capacity: { cpu: '1', memory: '1Gi' } } },
  });
const tier = (replicas: number) => at('Application', { build: 'b', tiers: [{ name: 'web', replicas, vm }] });
const policy = (maxReplicas: number) =>
  at('ScalingPolicy', {
    target: { kind: 'VirtualMachinePool', name: 'web' },
    horizontal: { maxReplicas },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ],
  });
const balancer = (interval: string) =>
  at('LoadBalancer', { selector: { matchLabels: { a: 'b' } }, healthCheck: { interval } });

test.each<readonly [string, object, string | undefined]>([
  ['the most VMs of a pool', pool(10_000), undefined],
  ['one VM more', pool(10_001), '/spec/replicas must be at most 10000, not 10001'],
  ['a billion', pool(1e9), '/spec/replicas must be at most 10000, not 1000000000'],
  ['the most hosts of a pool', rack(5000), undefined],
  ['one host more', rack(5001), '/spec/replicas must be at most 5000, not 5001'],
  ['a tier of a billion', tier(1e9), '/spec/tiers/0/replicas must be at most 10000, not 1000000000'],
  [
    'a policy up to a billion',
    policy(1e9),
    '/spec/horizontal/maxReplicas must be at most 10000, not 1000000000',
  ],
  ['ten years', balancer('87600h'), undefined],
  [
    'a little longer',
    balancer('87600h1s'),
    'load balancer "a": a length of time is at most ten years, 87600h',
  ],
  [
    'longer than numbers reach',
    balancer(`${'9'.repeat(400)}h`),
    'load balancer "a": a length of time is at most ten years, 87600h',
  ],
])('%s', (_name, object, refusal) => {
  const result = validateObject(object);
  const messages = result.ok ? [] : result.problems.map(({ code, message }) => `${code} ${message}`);
  expect(messages).toEqual(refusal === undefined ? [] : [`OUT_OF_RANGE ${refusal}`]);
});
