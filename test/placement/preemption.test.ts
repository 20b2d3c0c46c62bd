import { describe, expect, test } from 'vitest';
import { place } from '../../src/placement/place.ts';
import { choosePreemption, type BudgetView } from '../../src/placement/preemption.ts';
import { type VmRequest } from '../../src/placement/types.ts';
import { fleetOf, Gi, host, vm } from './builders.ts';

const zone = 'topology.vctl.dev/zone';
/** Fills half a host; its name's first letter is its budget. */
const half = (name: string, priority: number, startedAtMs = 0): VmRequest =>
  vm(name, { cpuMillis: 4000, priority, startedAtMs });
const whole = (name: string, priority: number, startedAtMs = 0): VmRequest =>
  vm(name, { cpuMillis: 8000, priority, startedAtMs });
const asked = vm('new', { cpuMillis: 8000, priority: 10 });

interface Row {
  readonly name: string;
  readonly on: Readonly<Record<string, readonly VmRequest[]>>;
  readonly vm?: VmRequest;
  readonly left?: Readonly<Record<string, number>>;
  /** Absent: no preemption. */
  readonly chosen?: {
    readonly host: string;
    readonly victims: readonly string[];
    readonly violations?: number;
  };
}

const rows: readonly Row[] = [
  { name: 'nobody has a lower priority', on: { a: [whole('x', 10)], b: [whole('y', 11)] } },
  {
    name: 'fewest budget violations, before priority',
    on: { a: [whole('guarded', 1)], b: [whole('free', 9)] },
    left: { guarded: 0 },
    chosen: { host: 'b', victims: ['free'] },
  },
  {
    name: 'a budget with room left is not violated',
    on: { a: [whole('guarded', 1)], b: [whole('free', 9)] },
    left: { guarded: 1 },
    chosen: { host: 'a', victims: ['guarded'] },
  },
  {
    name: 'the second victim of one budget goes beyond it',
    on: { a: [half('guarded', 1), half('guarded-2', 1)], b: [whole('free', 9)] },
    left: { guarded: 1 },
    chosen: { host: 'b', victims: ['free'] },
  },
  {
    name: 'beyond a budget when there is no other way',
    on: { a: [whole('guarded', 1)], b: [whole('high', 20)] },
    left: { guarded: 0 },
    chosen: { host: 'a', victims: ['guarded'], violations: 1 },
  },
  {
    name: 'lowest top priority, before the number of victims',
    on: { a: [whole('x', 5)], b: [half('y', 4), half('z', 4)] },
    chosen: { host: 'b', victims: ['y', 'z'] },
  },
  {
    name: 'lowest sum of priorities',
    on: { a: [half('w', 5), half('x', 4)], b: [half('y', 5), half('z', 3)] },
    chosen: { host: 'b', victims: ['y', 'z'] },
  },
  {
    name: 'fewer victims, even where their priorities are negative',
    on: { a: [half('w', -5), half('x', -5)], b: [whole('y', -5)] },
    chosen: { host: 'b', victims: ['y'] },
  },
  {
    name: 'latest start of the top victim',
    on: { a: [whole('x', 5, 1000)], b: [whole('y', 5, 2000)] },
    chosen: { host: 'b', victims: ['y'] },
  },
  {
    name: 'lower host name',
    on: { a: [whole('x', 5, 1000)], b: [whole('y', 5, 1000)] },
    chosen: { host: 'a', victims: ['x'] },
  },
  {
    name: 'no more victims than needed: the higher priority stays',
    vm: vm('new', { cpuMillis: 4000, priority: 10 }),
    on: { a: [half('x', 5), half('y', 4)], b: [whole('z', 20)] },
    chosen: { host: 'a', victims: ['y'] },
  },
  {
    name: 'no more victims than needed: the guarded one stays, whatever its priority',
    vm: vm('new', { cpuMillis: 4000, priority: 10 }),
    on: { a: [half('x', 5), half('guarded', 4)], b: [whole('z', 20)] },
    left: { guarded: 0 },
    chosen: { host: 'a', victims: ['x'] },
  },
  {
    name: 'no more victims than needed: among equals the longest running stays',
    vm: vm('new', { cpuMillis: 4000, priority: 10 }),
    on: { a: [half('x', 5, 2000), half('y', 5, 1000)], b: [whole('z', 20)] },
    chosen: { host: 'a', victims: ['x'] },
  },
  {
    name: 'evictions would not help',
    vm: vm('new', { cpuMillis: 9000, priority: 10 }),
    on: { a: [whole('x', 1)], b: [whole('y', 1)] },
  },
  {
    name: 'hosts that refuse for other reasons are left alone',
    vm: vm('new', { cpuMillis: 8000, priority: 10, placement: { hostSelector: { [zone]: 'b' } } }),
    on: { a: [whole('x', 1)], b: [whole('y', 9)] },
    chosen: { host: 'b', victims: ['y'] },
  },
  {
    name: 'anti-affinity to a victim is resolved by evicting it',
    vm: vm('new', {
      priority: 10,
      placement: { antiAffinity: [{ selector: { matchLabels: { app: 'web' } } }] },
    }),
    on: {
      a: [vm('x', { labels: { app: 'web' } }), vm('w')],
      b: [vm('y', { labels: { app: 'web' }, priority: 20 })],
    },
    chosen: { host: 'a', victims: ['x'] },
  },
  {
    name: 'anti-affinity of a victim is resolved by evicting it',
    vm: vm('new', { priority: 10, labels: { app: 'web' } }),
    on: {
      a: [vm('x', { placement: { antiAffinity: [{ selector: { matchLabels: { app: 'web' } } }] } }), vm('w')],
      b: [whole('y', 20)],
    },
    chosen: { host: 'a', victims: ['x'] },
  },
  {
    name: 'a topology spread is resolved by evicting one of the counted',
    vm: vm('new', {
      priority: 10,
      labels: { app: 'web' },
      placement: { topologySpread: [{ topologyKey: zone, selector: { matchLabels: { app: 'web' } } }] },
    }),
    on: { a: [vm('x', { labels: { app: 'web' } }), vm('w')], b: [whole('y', 20)] },
    chosen: { host: 'a', victims: ['x'] },
  },
];

function budgets(left: Readonly<Record<string, number>> = {}): BudgetView {
  const budgetsOf = (one: VmRequest): string[] => (one.key.startsWith('default/guarded') ? ['guarded'] : []);
  return { budgetsOf, disruptionsLeft: new Map(Object.entries(left)) };
}

describe('preemption', () => {
  test.each(rows)('$name', (row) => {
    const labelled = (name: string) => host(name, { labels: { [zone]: name } });
    const fleet = fleetOf([labelled('a'), labelled('b')], row.on);
    const wanted = row.vm ?? asked;
    expect(place(wanted, fleet).type).toBe('refused');
    const chosen = choosePreemption(wanted, fleet, budgets(row.left));
    expect(chosen).toEqual(
      row.chosen && {
        host: row.chosen.host,
        victims: expect.anything() as unknown,
        budgetViolations: row.chosen.violations ?? 0,
      },
    );
    expect(chosen?.victims.map(({ key }) => key.replace('default/', ''))).toEqual(row.chosen?.victims);
  });

  test('makes room for the overhead of a VM without memory of its own', () => {
    const fleet = fleetOf([host('a', { memoryOverhead: () => Gi })], {
      a: [vm('x', { priority: 5 }), vm('y', { memoryBytes: 29 * Gi, priority: 20 })],
    });
    const wanted = vm('new', { memoryBytes: 0, priority: 10 });
    expect(place(wanted, fleet).type).toBe('refused');
    expect(choosePreemption(wanted, fleet)?.victims.map(({ key }) => key)).toEqual(['default/x']);
  });

  test('once the victims are gone the VM is placed there', () => {
    const fleet = fleetOf([host('a')], {
      a: [half('x', 5), half('y', 4), vm('z', { cpuMillis: 0, memoryBytes: Gi })],
    });
    const chosen = choosePreemption(asked, fleet);
    for (const { key } of chosen?.victims ?? []) fleet.unassign(key);
    expect(place(asked, fleet)).toMatchObject({ type: 'placed', host: 'a' });
  });
});
