import { expect, test } from 'vitest';
import { describeBalancer } from '../../../src/app/inspect/describe/load-balancer.ts';
import { type Snapshot } from '../../../src/app/snapshot.ts';
import { ObjectCache } from '../../../src/engine/cache.ts';
import { withDefaults } from '../../../src/model/defaults.ts';
import { renderDescriptions } from '../../../src/output/describe.ts';

/** The lines of a load balancer with this spec and status that begin with one of the words. */
function lines(spec: object, status: object, ...words: string[]): string[] {
  const object = withDefaults('LoadBalancer', {
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'LoadBalancer',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    status,
  });
  const nodes = describeBalancer(object, { cache: new ObjectCache() } as unknown as Snapshot);
  return [...renderDescriptions([nodes])]
    .join('')
    .split('\n')
    .map((line) => line.trim().replaceAll(/ {2,}/g, '  '))
    .filter((line) => words.some((word) => line.startsWith(word)));
}

test.each<[string, object, object, string[]]>([
  ['by default', {}, {}, ['Panic:  fewer than 50% healthy: all get requests', 'Outliers:  not detected']],
  [
    'in panic',
    { panicThreshold: '30%' },
    { conditions: [{ type: 'Panic', status: 'True', reason: 'TooFewHealthy', message: '' }] },
    ['Panic:  fewer than 30% healthy: all get requests (now in panic)', 'Outliers:  not detected'],
  ],
  [
    'no panic, outliers as by default',
    { panicThreshold: '0%', outlierDetection: {} },
    {},
    [
      'Panic:  off',
      'Outliers:  out after 5 failures in a row, for 30s times the count (at most 5m), looked at every 10s; at most 10% at a time, but always one',
    ],
  ],
  [
    'clients that have moved',
    { algorithm: 'Maglev', sessionAffinity: { keys: 40, skew: 1.2 } },
    { movedKeys: 0.25 },
    [
      'Panic:  fewer than 50% healthy: all get requests',
      'Outliers:  not detected',
      'Clients:  40, the n-th in proportion to 1/n^1.2, each kept at one backend; the last change of backends moved 25% of the requests',
    ],
  ],
])('%s', (_name, spec, status, expected) => {
  expect(lines(spec, status, 'Panic:', 'Outliers:', 'Clients:')).toEqual(expected);
});

test('who is ejected has a column while somebody is', () => {
  const backend = { name: 'web-0', ready: true, weight: 1, share: 1 };
  const ejectedUntil = '2000-01-01T00:01:00Z';
  const out = { name: 'web-1', ready: false, weight: 1, share: 0, ejectedUntil };
  expect(lines({}, { backends: [backend] }, 'VM', 'web-')).toEqual([
    'VM  Ready  Draining  Weight  Share  Phase  Host',
    expect.stringMatching(/^web-0 {2}True {2}no {2}1 {2}100%/),
  ]);
  expect(lines({}, { backends: [backend, out] }, 'VM', 'web-')).toEqual([
    'VM  Ready  Draining  Ejected until  Weight  Share  Phase  Host',
    expect.stringMatching(/^web-0 {2}True {2}no .*1 {2}100%/),
    expect.stringMatching(/^web-1 {2}False {2}no {2}2000-01-01T00:01:00Z {2}1 {2}0%/),
  ]);
});
