import { expect, test } from 'vitest';
import { requestOf } from '../../../src/controllers/traffic/balancer-request.ts';
import { withDefaults } from '../../../src/model/defaults.ts';
import { type LoadBalancer } from '../../../src/model/kinds/index.ts';

function balancer(spec: object): LoadBalancer {
  const metadata = { name: 'web', namespace: 'shop' };
  return withDefaults('LoadBalancer', { metadata, spec: { selector: {}, ...spec } });
}

test.each([
  ['by default', {}, { queue: { limit: 1024 }, serviceVariation: 1 }],
  ['none waits', { queue: { limit: 0 } }, { queue: { limit: 0 } }],
  [
    'a timeout beside the default limit',
    { queue: { timeout: '1m30s' } },
    { queue: { limit: 1024, timeoutMs: 90_000 } },
  ],
  ['constant service', { serviceVariation: 0 }, { serviceVariation: 0 }],
])('the queue of a balancer · %s', (_name, spec, expected) => {
  expect(requestOf(balancer(spec), [])).toMatchObject(expected);
});

test('a balancer that was stored before there were queues has one as by default', () => {
  const { spec, ...rest } = balancer({});
  const old = { ...rest, spec: { ...spec, queue: undefined, serviceVariation: undefined } };
  expect(requestOf(old as unknown as LoadBalancer, [])).toMatchObject({
    queue: { limit: 1024 },
    serviceVariation: 1,
  });
});
