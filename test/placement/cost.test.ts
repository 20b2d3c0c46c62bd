import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { place } from '../../src/placement/place.ts';
import { type Strategy } from '../../src/placement/score.ts';
import { type PlacementRules } from '../../src/placement/types.ts';
import { fleetOf, Gi, host, vm } from './builders.ts';

const sizes = [
  [500, 1],
  [1000, 2],
  [2000, 4],
  [4000, 16],
] as const;
const hosts = 500;
const vms = 5000;

/** Looks at hosts, per VM placed, when `vms` VMs of `sizes` find their places on `hosts` hosts. */
function scansPerVm(strategy: Strategy, rulesOf: (app: string) => PlacementRules): number {
  const fleet = fleetOf(
    Array.from({ length: hosts }, (_, index) =>
      host(`h${String(index).padStart(3, '0')}`, {
        labels: { zone: `z${index % 3}` },
        allocatable: { cpuMillis: 64_000, memoryBytes: 256 * Gi },
      }),
    ),
  );
  const random = new Random(7);
  for (let index = 0; index < vms; index++) {
    const app = `a${Math.floor(index / 10)}`;
    const [cpuMillis, gib] = sizes[Math.floor(random.next() * sizes.length)] ?? sizes[0];
    const request = { labels: { app }, cpuMillis, memoryBytes: gib * Gi, placement: rulesOf(app) };
    const answer = place(vm(`vm-${index}`, request), fleet, { strategy });
    expect(answer.type).toBe('placed');
    if (answer.type === 'placed') fleet.assign(vm(`vm-${index}`, request), answer.host);
  }
  return fleet.scans / vms;
}

describe('the cost of a placement, in hosts looked at', () => {
  const rules = {
    none: () => ({}),
    'anti-affinity by host': (app: string) => ({ antiAffinity: [{ selector: { matchLabels: { app } } }] }),
    'spread over zones': (app: string) => ({
      topologySpread: [{ topologyKey: 'zone', selector: { matchLabels: { app } } }],
    }),
  };
  for (const strategy of ['LeastAllocated', 'MostAllocated', 'BalancedAllocation'] as const) {
    test.each(Object.entries(rules))(`${strategy} · %s`, (_name, rulesOf) => {
      expect(scansPerVm(strategy, rulesOf)).toBeLessThan(hosts / 20);
    });
  }

  test('a refusal that nothing has changed since costs no look at all', () => {
    const fleet = fleetOf(Array.from({ length: hosts }, (_, index) => host(`h${index}`)));
    const big = vm('big', { cpuMillis: 9000 });
    place(big, fleet);
    const before = fleet.scans;
    for (let index = 0; index < 100; index++) place(vm(`big-${index}`, { cpuMillis: 9000 }), fleet);
    expect(fleet.scans).toBe(before);
  });
});
