import { describe, expect, test } from 'vitest';
import { roughDay, smoothDay, turnsOf } from '../../support/day-trace.ts';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';

const hour = 3_600_000;
const horizontal = 'horizontal: {minReplicas: 1, maxReplicas: 30}';
const vertical = 'vertical: {min: {cpu: 500m, memory: 1Gi}, max: {cpu: 2, memory: 4Gi}, update: Live}';
const web = `kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 500m, memory: 2Gi}}}}
---
kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, serviceTime: 10ms}`;

function policy(name: string, directions: string): string {
  return `kind: ScalingPolicy
metadata: {name: ${name}}
spec: {target: {kind: VirtualMachinePool, name: web}, ${directions}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]}`;
}

interface Day {
  readonly engine: TestEngine;
  /** Sizes over time: VMs, vCPUs of each, and both together. */
  readonly counts: readonly number[];
  readonly sizes: readonly number[];
  readonly capacities: readonly number[];
}

/** 24 hours of five-minute rows under these policies; each row is so many thousands of requests. */
async function dayOf(rows: readonly number[], ...policies: readonly string[]): Promise<Day> {
  const counts: number[] = [];
  const sizes: number[] = [];
  const engine = new TestEngine(1, ({ cache }) => {
    const pool = cache.get('VirtualMachinePool', 'default', 'web');
    if (!pool) return;
    const { cpu } = pool.spec.template.spec.resources;
    counts.push(pool.spec.replicas);
    sizes.push(String(cpu).endsWith('m') ? parseFloat(String(cpu)) / 1000 : Number(cpu));
  });
  const hosts = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8'].map((name) => xenHost(name));
  const traffic = `kind: Traffic
metadata: {name: day}
spec: {to: {kind: LoadBalancer, name: web}, pattern: {trace: {interval: 5m, scale: 1000, samples: [${rows.join(', ')}]}}}`;
  await engine.write([someHypervisors, ...hosts, web, ...policies, traffic].join('\n---\n'));
  await engine.settle();
  await engine.advance(24 * hour);
  const capacities = counts.map((count, index) => count * (sizes[index] ?? 0));
  return { engine, counts, sizes, capacities };
}

/** Smaller movements of the load are within the tolerance of a metric: they are no reason to move. */
const tolerance = 0.1;

describe('24 hours', { timeout: 120_000 }, () => {
  test('of a wave · up once and down once in each direction', async () => {
    const { counts, sizes, capacities } = await dayOf(
      smoothDay(),
      policy('web', `${horizontal}, ${vertical}`),
    );
    // Up from the first size to what midnight needs, down to 4 h, up to 16 h, and down again.
    expect(turnsOf(capacities)).toBeLessThanOrEqual(3);
    expect(turnsOf(sizes)).toBeLessThanOrEqual(3);
    // Out and in only around the peak.
    expect(turnsOf(counts)).toBe(1);
    expect(Math.max(...counts)).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBe(2);
  });

  test('of a wave with sizes alone · a handful of steps up the morning, each worth a resize', async () => {
    const larger = 'vertical: {min: {cpu: 500m, memory: 1Gi}, max: {cpu: 8, memory: 4Gi}, update: Live}';
    const { sizes } = await dayOf(
      smoothDay().map((row) => 4 * row),
      policy('web', larger),
    );
    const steps = sizes.filter((size, index) => index > 0 && size !== sizes[index - 1]);
    const most = Math.max(...sizes);
    expect(most).toBeGreaterThanOrEqual(4);
    // Half and three quarters of each power of two: two steps a doubling, up and down.
    expect(steps.length).toBeLessThanOrEqual(4 * Math.ceil(Math.log2(most / Math.min(...sizes))) + 2);
    for (const [index, size] of sizes.entries()) {
      const before = sizes[index - 1] ?? size;
      if (size !== before) expect(Math.max(size, before) / Math.min(size, before)).toBeGreaterThan(1.3);
    }
  });

  test('of a rough load · turns no more often than the load, and less often with both directions', async () => {
    const rows = roughDay();
    const turns = turnsOf(rows, tolerance);
    expect(turns).toBeGreaterThan(100);
    // Of two policies only one acts: this is the day of the horizontal one alone.
    const out = await dayOf(rows, policy('out', horizontal), policy('up', vertical));
    expect(turnsOf(out.capacities)).toBeLessThanOrEqual(turns);
    expect(new Set(out.sizes)).toEqual(new Set([0.5]));
    const up = out.engine.get('ScalingPolicy', 'up');
    expect(out.engine.condition(up, 'Effective')).toBe('False TargetConflict');
    expect(up.status?.conditions?.find(({ type }) => type === 'Effective')?.message).toBe(
      'VirtualMachinePool/web is already scaled by the older ScalingPolicy/out: add spec.vertical to it, which then chooses between the directions, and delete ScalingPolicy/up',
    );
    const both = await dayOf(rows, policy('web', `${horizontal}, ${vertical}`));
    // What one direction gives the other does not take back: each turn is one of the load, and some need no VM.
    expect(turnsOf(both.capacities)).toBeLessThanOrEqual(turnsOf(out.capacities));
    expect(turnsOf(both.sizes)).toBeLessThan(turnsOf(both.counts));
  });
});

test.each([
  ['nothing', [3, 3], 0, 0],
  ['one way', [1, 2, 5], 0, 0],
  ['there and back', [1, 2, 1], 0, 1],
  ['small ones do not count', [100, 105, 98, 109, 100], 0.1, 0],
  ['large ones do', [100, 120, 100, 130], 0.1, 2],
  ['small steps add up', [100, 105, 111, 106, 99], 0.1, 1],
])('turns · %s', (_name, values, share, expected) => {
  expect(turnsOf(values, share)).toBe(expected);
});
