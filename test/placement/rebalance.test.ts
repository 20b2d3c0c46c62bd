import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crowding, hostGroups, imbalance, type RebalanceStrategy } from '../../src/placement/balance.ts';
import { type Fleet } from '../../src/placement/fleet.ts';
import { place, reasonsOn } from '../../src/placement/place.ts';
import { planRebalance, type RebalancePlan } from '../../src/placement/rebalance.ts';
import { type PastMove, type RebalanceInput } from '../../src/placement/rebalance-trial.ts';
import { type PlacementRules, type TopologySpread, type VmRequest } from '../../src/placement/types.ts';
import { fleetOf, Gi, host, vm } from './builders.ts';

const hourMs = 3_600_000;
const rules = {
  strategy: 'Spread',
  hostSelector: {},
  start: 0.1,
  stop: 0.05,
  maxMovesPerHour: 4,
  paybackMs: hourMs,
} as const;

/** Everything may move, and quickly. */
function inputOf(changes: Partial<RebalanceInput> = {}): RebalanceInput {
  return {
    rules,
    active: false,
    history: [],
    waiting: 0,
    termsOf: (request) => ({ request, migrationMs: 4000, sentBytes: request.memoryBytes }),
    nowMs: 0,
    ...changes,
  };
}

const vms = (count: number, changes: Partial<VmRequest> = {}): VmRequest[] =>
  Array.from({ length: count }, (_, i) => vm(`v${i}`, { memoryBytes: 4 * Gi, ...changes }));
const movesOf = ({ moves }: RebalancePlan): string[] =>
  moves.map(({ vm: key, from, to }) => `${key} ${from}>${to}`);

describe('planRebalance', () => {
  const hosts = [host('a'), host('b')];
  const selected = { labels: { app: 'x' } };
  const cases: readonly {
    name: string;
    fleet: () => Fleet;
    input?: Partial<RebalanceInput>;
    reason: string;
    moves: readonly string[];
  }[] = [
    {
      name: 'one host full, one empty · half of it moves, and no more',
      fleet: () => fleetOf(hosts, { a: vms(4) }),
      reason: 'Moving',
      moves: ['default/v0 a>b', 'default/v1 a>b'],
    },
    {
      name: 'like for like · a single VM has nowhere better to be',
      fleet: () => fleetOf(hosts, { a: vms(1, { cpuMillis: 4000, memoryBytes: 16 * Gi }) }),
      reason: 'NothingGains',
      moves: [],
    },
    {
      name: 'between stop and start, not begun · nothing',
      fleet: () => fleetOf(hosts, { a: vms(1) }),
      input: { rules: { ...rules, start: 0.2 } },
      reason: 'WithinThreshold',
      moves: [],
    },
    {
      name: 'a VM waits · capacity is needed',
      fleet: () => fleetOf(hosts, { a: vms(4) }),
      input: { waiting: 1 },
      reason: 'MachinesWaiting',
      moves: [],
    },
    {
      name: 'the hour has had its moves · nothing more',
      fleet: () => fleetOf(hosts, { a: vms(4) }),
      input: { history: [1, 2, 3, 4].map((n) => ({ vm: `default/x${n}`, atMs: 0 })), nowMs: hourMs - 1 },
      reason: 'BudgetUsed',
      moves: [],
    },
    {
      name: 'who has moved within the hour stays',
      fleet: () => fleetOf(hosts, { a: vms(4) }),
      input: { history: [{ vm: 'default/v0', atMs: 0 }], nowMs: hourMs - 1 },
      reason: 'Moving',
      moves: ['default/v1 a>b', 'default/v2 a>b'],
    },
    {
      name: 'an hour later they no longer count',
      fleet: () => fleetOf(hosts, { a: vms(4) }),
      input: { history: [1, 2, 3].map((n) => ({ vm: `default/x${n}`, atMs: 0 })), nowMs: hourMs },
      reason: 'Moving',
      moves: ['default/v0 a>b', 'default/v1 a>b'],
    },
    {
      name: 'a migration that costs more than it gains',
      fleet: () => fleetOf(hosts, { a: vms(4) }),
      input: { termsOf: (request) => ({ request, migrationMs: hourMs, sentBytes: 64 * Gi }) },
      reason: 'NothingGains',
      moves: [],
    },
    {
      name: 'what cannot move live stays',
      fleet: () => fleetOf(hosts, { a: vms(4) }),
      input: { termsOf: () => 'no live migration' },
      reason: 'NothingGains',
      moves: [],
    },
    {
      name: 'a cordoned host takes no part',
      fleet: () => fleetOf([host('a'), host('b', { unschedulable: true })], { a: vms(4) }),
      reason: 'NoHosts',
      moves: [],
    },
    {
      name: 'a taint that is not tolerated sets hosts apart',
      fleet: () =>
        fleetOf([host('a'), host('b', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] })], { a: vms(4) }),
      reason: 'NoHosts',
      moves: [],
    },
    {
      name: 'another hypervisor is no place for a running VM',
      fleet: () =>
        fleetOf(
          [host('a'), host('b', { hypervisor: { name: 'kvm', architecture: 'BareMetal', modes: ['Full'] } })],
          {
            a: vms(4),
          },
        ),
      reason: 'NoHosts',
      moves: [],
    },
    {
      name: 'who has to be near others stays with them',
      fleet: () =>
        fleetOf(hosts, {
          a: vms(4, { ...selected, placement: { affinity: [{ selector: { matchLabels: { app: 'x' } } }] } }),
        }),
      reason: 'NothingGains',
      moves: [],
    },
    {
      name: 'whom another has to be near stays too',
      fleet: () =>
        fleetOf(hosts, {
          a: [
            vm('leader', { ...selected, memoryBytes: 8 * Gi, cpuMillis: 2000 }),
            vm('follower', { placement: { affinity: [{ selector: { matchLabels: { app: 'x' } } }] } }),
          ],
        }),
      reason: 'NothingGains',
      moves: [],
    },
    {
      name: 'a wish that is fulfilled is not given up',
      fleet: () =>
        fleetOf(hosts, {
          a: vms(4, {
            ...selected,
            placement: { affinity: [{ selector: { matchLabels: { app: 'x' } }, preferred: 1 }] },
          }),
        }),
      reason: 'NothingGains',
      moves: [],
    },
    {
      name: 'of equal moves the one of lower priority is made',
      fleet: () =>
        fleetOf(hosts, { a: [vm('high', { priority: 5, cpuMillis: 2000 }), vm('low', { cpuMillis: 2000 })] }),
      reason: 'Moving',
      moves: ['default/low a>b'],
    },
    {
      name: 'Consolidate · the emptiest host is freed',
      fleet: () =>
        fleetOf([...hosts, host('c')], {
          a: vms(3),
          b: [vm('lone')],
        }),
      input: { rules: { ...rules, strategy: 'Consolidate' } },
      reason: 'Moving',
      moves: ['default/lone b>a'],
    },
    {
      name: 'Consolidate · a host that cannot be emptied keeps all its VMs',
      fleet: () =>
        fleetOf(hosts, {
          a: vms(5),
          b: [vm('small'), vm('big', { memoryBytes: 16 * Gi })],
        }),
      input: { rules: { ...rules, strategy: 'Consolidate' } },
      reason: 'NothingGains',
      moves: [],
    },
    {
      name: 'Consolidate · a host with more VMs than moves are left is begun',
      fleet: () => fleetOf(hosts, { a: vms(4), b: ['p', 'q', 'r'].map((name) => vm(name)) }),
      input: { rules: { ...rules, strategy: 'Consolidate', maxMovesPerHour: 2 } },
      reason: 'Moving',
      moves: ['default/p b>a', 'default/q b>a'],
    },
  ];

  test.each(cases)('$name', ({ fleet, input, reason, moves }) => {
    const plan = planRebalance(fleet(), inputOf(input));
    expect(plan.reason).toBe(reason);
    expect(movesOf(plan)).toEqual(moves);
  });

  describe('why what was looked at stays', () => {
    const packing = { rules: { ...rules, strategy: 'Consolidate' as const } };
    const app = { matchLabels: { app: 'x' } };
    const spread = (changes: Partial<TopologySpread> = {}): Partial<VmRequest> => ({
      ...selected,
      placement: {
        topologySpread: [
          {
            topologyKey: 'kubernetes.io/hostname',
            selector: app,
            whenUnsatisfiable: 'ScheduleAnyway',
            ...changes,
          },
        ],
      },
    });
    /** Two VMs on each of two hosts, and the plan's word on the first that was looked at. */
    const heldOf = (changes: Partial<VmRequest>, input: Partial<RebalanceInput> = packing): string => {
      const one = ['p', 'q'].map((name) => vm(name, changes));
      const other = ['r', 's'].map((name) => vm(name, changes));
      const { moves, held } = planRebalance(fleetOf(hosts, { a: one, b: other }), inputOf(input));
      expect(moves).toEqual([]);
      expect(held[0]).toMatchObject({ vm: 'default/p', from: 'a' });
      return `${held[0]?.to ?? ''}: ${held[0]?.why ?? ''}`;
    };

    test('a spread that somebody asked for is named', () => {
      const why = 'b: its wish for being spread evenly (200 points here, 0 there)';
      expect(heldOf(spread())).toBe(why);
    });

    test('one that nobody asked for gives way when a host is saved, but not to even hosts out', () => {
      const implicit = spread({ isImplicit: true });
      const halves = (): Fleet => fleetOf(hosts, { a: [vm('p', implicit)], b: [vm('q', implicit)] });
      expect(movesOf(planRebalance(halves(), inputOf(packing)))).toEqual(['default/p a>b']);
      const rest = { memoryBytes: 4 * Gi };
      const uneven = fleetOf([...hosts, host('c')], {
        a: [vm('p', { ...implicit, ...rest }), vm('x', rest), vm('y', rest)],
        b: [vm('q', { ...implicit, ...rest })],
        c: [],
      });
      const { held } = planRebalance(uneven, inputOf({ active: true }));
      expect(held.filter(({ why }) => why.includes('spread'))).toEqual([]);
    });

    test.each([
      {
        name: 'no live migration',
        input: { ...packing, termsOf: () => 'xen has none' },
        why: ': xen has none',
      },
      {
        name: 'a dear migration',
        input: {
          ...packing,
          termsOf: (request: VmRequest) => ({ request, migrationMs: 9 * hourMs, sentBytes: 64 * Gi }),
        },
        why: 'b: 0.5 host-hours gained, 18 host-hours spent',
      },
      {
        name: 'a must of its own',
        changes: { ...selected, placement: { antiAffinity: [{ selector: app }] } },
        why: ': 0/2 hosts are available: 1 a VM with app=x within kubernetes.io/hostname (anti-affinity), 1 its present host',
      },
    ])('$name', ({ changes = {}, input = packing, why }) => {
      expect(heldOf(changes, input)).toContain(why);
    });

    test('a wish to be away from others, and who would have gone but for that', () => {
      const apart = { ...selected, placement: { antiAffinity: [{ selector: app, preferred: 10 }] } };
      const fleet = fleetOf(hosts, { a: ['p', 'q'].map((name) => vm(name, apart)), b: vms(3, selected) });
      const { held } = planRebalance(fleet, inputOf(packing));
      expect(held.slice(0, 2).map(({ vm: key, why }) => `${key}: ${why}`)).toEqual([
        'default/q: its wish for being away from other VMs (200 points here, 0 there)',
        'default/p: a would not be freed: default/q stays',
      ]);
    });

    test('what another demands of it', () => {
      const near = { placement: { affinity: [{ selector: app }] } };
      const fleet = fleetOf(hosts, {
        a: [vm('leader', selected), vm('follower', { ...near, memoryBytes: 2 * Gi, cpuMillis: 1500 })],
        b: vms(3),
      });
      const { held } = planRebalance(fleet, inputOf({ ...packing }));
      expect(held.map(({ vm: key, why }) => `${key}: ${why}`)).toContain(
        'default/follower: 0/2 hosts are available: 1 its present host, 1 no VM with app=x within kubernetes.io/hostname (affinity)',
      );
    });
  });

  test('once begun it goes on below the level at which it begins', () => {
    const fleet = fleetOf(hosts, { a: vms(2), b: [] });
    const quiet = { ...rules, start: 0.2 };
    expect(planRebalance(fleet, inputOf({ rules: quiet })).reason).toBe('WithinThreshold');
    expect(movesOf(planRebalance(fleet, inputOf({ rules: quiet, active: true })))).toEqual([
      'default/v0 a>b',
    ]);
  });
});

const selector = { matchLabels: { app: 'a' } };
const placement: fc.Arbitrary<PlacementRules> = fc.constantFrom<PlacementRules[]>(
  {},
  {},
  {},
  { antiAffinity: [{ selector }] },
  { affinity: [{ selector }] },
  { antiAffinity: [{ selector, preferred: 10 }] },
  { topologySpread: [{ topologyKey: 'kubernetes.io/hostname', selector, maxSkew: 1 }] },
  { topologySpread: [{ topologyKey: 'zone', selector, maxSkew: 1 }] },
  { tolerations: [{ key: 'gpu', operator: 'Exists' }] },
);
const someVms = fc.array(
  fc.record({
    app: fc.constantFrom('a', 'b'),
    cpuMillis: fc.constantFrom(500, 1000, 2000),
    memoryBytes: fc.constantFrom(Gi, 2 * Gi, 6 * Gi),
    priority: fc.constantFrom(0, 10),
    placement,
  }),
  { maxLength: 20 },
);
const someHosts = fc.array(
  fc.record({
    cores: fc.constantFrom(8, 8, 16),
    zone: fc.constantFrom('z0', 'z1'),
    tainted: fc.constantFrom(false, false, true),
  }),
  { minLength: 2, maxLength: 6 },
);
const world = fc.record({
  hosts: someHosts,
  vms: someVms,
  packed: fc.boolean(),
  strategy: fc.constantFrom<RebalanceStrategy>('Spread', 'Consolidate'),
  maxMovesPerHour: fc.integer({ min: 1, max: 5 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function build({ hosts, vms: guests, packed }: World): Fleet {
  const fleet = fleetOf(
    hosts.map(({ cores, zone, tainted }, i) =>
      host(`h${i}`, {
        labels: { zone },
        taints: tainted ? [{ key: 'gpu', effect: 'NoSchedule' }] : [],
        allocatable: { cpuMillis: cores * 1000, memoryBytes: cores * 4 * Gi },
      }),
    ),
  );
  guests.forEach(({ app, ...rest }, i) => {
    const request = vm(`v${i}`, { ...rest, labels: { app } });
    const found = place(request, fleet, packed ? { strategy: 'MostAllocated' } : {});
    if (found.type === 'placed') fleet.assign(request, found.host);
  });
  return fleet;
}

const assignments = (fleet: Fleet): string[] =>
  fleet.hostNames().flatMap((name) => fleet.vmsOn(name).map(({ key }) => `${key}@${name}`));

/** The VMs whose own demands are kept where they are. */
function content(fleet: Fleet): Set<string> {
  const kept = new Set<string>();
  for (const name of fleet.hostNames()) {
    for (const one of fleet.vmsOn(name)) {
      if (fleet.without([one.key], () => reasonsOn(one, fleet, name)).length === 0) kept.add(one.key);
    }
  }
  return kept;
}

function sumOfSquares(fleet: Fleet): number {
  return hostGroups(fleet, {}).reduce(
    (sum, group) => sum + group.hosts.reduce((inner, name) => inner + crowding(fleet, group, name), 0),
    0,
  );
}

describe('properties', () => {
  test('each move improves by more than it costs and breaks nothing; planning leaves no trace', () => {
    fc.assert(
      fc.property(world, (given) => {
        const fleet = build(given);
        const before = assignments(fleet);
        const { strategy, maxMovesPerHour } = given;
        const plan = planRebalance(fleet, inputOf({ rules: { ...rules, strategy, maxMovesPerHour } }));
        expect(assignments(fleet)).toEqual(before);
        expect(plan.moves.length).toBeLessThanOrEqual(maxMovesPerHour);
        for (const { vm: key, from, to, gain, cost } of plan.moves) {
          const moving = fleet.vmsOn(from).find((one) => one.key === key);
          if (!moving) throw new Error(`${key} is not on ${from}`);
          const [sum, kept] = [sumOfSquares(fleet), content(fleet)];
          expect(gain).toBeGreaterThan(cost);
          expect(fleet.without([key], () => reasonsOn(moving, fleet, to))).toEqual([]);
          fleet.assign(moving, to);
          if (strategy === 'Spread') expect(sumOfSquares(fleet)).toBeLessThan(sum);
          else expect(sumOfSquares(fleet)).toBeGreaterThan(sum);
          for (const one of kept) expect(content(fleet)).toContain(one);
        }
        const group = hostGroups(fleet, {}).filter(({ hosts }) => hosts.length > 1);
        const now = Math.max(0, ...group.map((one) => imbalance(fleet, one, strategy)));
        expect(now).toBeCloseTo(plan.projected, 9);
      }),
      { numRuns: 150 },
    );
  });

  test('plan after plan: it comes to rest, the budget holds in any hour, and nothing goes back and forth', () => {
    fc.assert(
      fc.property(world, fc.constantFrom(5, 20, 60), (given, minutes) => {
        const fleet = build(given);
        const { strategy, maxMovesPerHour } = given;
        const history: (PastMove & { readonly from: string; readonly to: string })[] = [];
        let active = false;
        let rest = 0;
        for (let round = 0; round < 300 && rest < 13; round++) {
          const nowMs = round * minutes * 60_000;
          const plan = planRebalance(
            fleet,
            inputOf({ rules: { ...rules, strategy, maxMovesPerHour }, active, history, nowMs }),
          );
          ({ active } = plan);
          rest = plan.moves.length === 0 ? rest + 1 : 0;
          for (const { vm: key, from, to } of plan.moves) {
            const last = history.findLast((one) => one.vm === key);
            if (last) expect(nowMs - last.atMs).toBeGreaterThanOrEqual(hourMs);
            const moving = fleet.vmsOn(from).find((one) => one.key === key);
            if (moving) fleet.assign(moving, to);
            history.push({ vm: key, from, to, atMs: nowMs });
            expect(history.filter(({ atMs }) => nowMs - atMs < hourMs).length).toBeLessThanOrEqual(
              maxMovesPerHour,
            );
          }
          const previous = history.at(-2);
          const newest = history.at(-1);
          if (previous && newest && previous.vm === newest.vm) expect(newest.to).not.toBe(previous.from);
        }
        expect(rest).toBe(13);
      }),
      { numRuns: 100 },
    );
  });

  test('nothing moves while anything waits', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 9 }), (given, waiting) => {
        const plan = planRebalance(
          build(given),
          inputOf({ waiting, rules: { ...rules, strategy: given.strategy } }),
        );
        expect(plan.moves).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
