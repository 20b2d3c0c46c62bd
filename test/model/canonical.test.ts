import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/model/canonical.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { kindNames } from '../../src/model/kinds/index.ts';
import { schemaOf } from '../../src/model/schemas.ts';

/** The spec of a policy with this metric's target value, once canonical. */
function value(given: unknown): unknown {
  const metrics = [{ type: 'Latency', latency: { target: { type: 'Value', value: given } } }];
  const made = canonical('ScalingPolicy', { spec: { metrics } }) as { spec: { metrics: typeof metrics } };
  return made.spec.metrics[0]?.latency.target.value;
}

describe('canonical amounts', () => {
  test('wherever the schema has them: below lists, maps, templates', () => {
    const tier = (cpu: unknown) => ({ name: 'web', vm: { resources: { cpu, memory: '1024Mi' } } });
    expect(canonical('Application', { spec: { tiers: [tier(2), tier('2000m')] } })).toEqual({
      spec: {
        tiers: ['2', '2'].map((cpu) => ({ name: 'web', vm: { resources: { cpu, memory: '1Gi' } } })),
      },
    });
    expect(canonical('ResourceQuota', { spec: { hard: { 'requests.cpu': 4, 'count/x': '010' } } })).toEqual({
      spec: { hard: { 'requests.cpu': '4', 'count/x': '10' } },
    });
    expect(canonical('Sync', { spec: { interval: '60s' } })).toEqual({ spec: { interval: '1m' } });
  });

  test('the very object when it is canonical', () => {
    const host = { spec: { capacity: { cpu: '4', memory: '8Gi' } } };
    expect(canonical('Host', host)).toBe(host);
  });

  test('nothing but amounts, no status, and nothing malformed', () => {
    for (const host of [
      { metadata: { labels: { cpu: '1000m' } } },
      { status: { capacity: { cpu: '1000m' } } },
      { spec: { capacity: [1] } },
      { spec: 'x' },
      null,
    ])
      expect(canonical('Host', host)).toBe(host);
  });

  test('tells which cannot be counted', () => {
    const places: string[] = [];
    canonical('Host', { spec: { capacity: { cpu: 'x', memory: '9Ei' } } }, (steps) =>
      places.push(steps.join('.')),
    );
    expect(places).toEqual(['spec.capacity.cpu', 'spec.capacity.memory']);
  });

  test.each([
    ['100', 100],
    [100, 100],
    ['0100', 100],
    ['1500ms', '1.5s'],
    ['0.25s', '250ms'],
    // Minutes or thousandths: what it counts is for the metric to say.
    ['100m', '100m'],
    ['60s', '60s'],
    ['5 %', '5 %'],
  ])('a figure that may be a number or a time · %s', (given, expected) =>
    expect(value(given)).toBe(expected),
  );

  test('all defaults and examples of the schemas are canonical when they are filled in', () => {
    for (const kind of kindNames) {
      for (const example of schemaOf(kind).examples ?? []) {
        const once = canonical(kind, example);
        const filled = withDefaults(kind, once);
        expect(canonical(kind, filled)).toBe(filled);
      }
    }
  });
});
