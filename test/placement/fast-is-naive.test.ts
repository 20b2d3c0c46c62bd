import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appraise } from '../../src/placement/appraise.ts';
import { Fleet } from '../../src/placement/fleet.ts';
import { place } from '../../src/placement/place.ts';
import { type Strategy } from '../../src/placement/score.ts';
import {
  type AffinityTerm,
  type HostView,
  type MemoryOverhead,
  type PlacementRules,
  type TopologySpread,
  type VmRequest,
} from '../../src/placement/types.ts';
import { Gi, Mi, host, vm } from './builders.ts';
import { naivePlace, needOn, usedOf, type NaiveFleet } from './naive.ts';

const zone = 'topology.vctl.dev/zone';
const strategies: (Strategy | undefined)[] = [
  'LeastAllocated',
  'MostAllocated',
  'BalancedAllocation',
  'RequestedToCapacityRatio',
  undefined,
];
const apps = ['a', 'b', 'c'];

const selector = fc
  .constantFrom(...apps)
  .chain((app) =>
    fc.constantFrom(
      { matchLabels: { app } },
      { matchExpressions: [{ key: 'app', operator: 'In' as const, values: [app, 'c'] }] },
      {},
    ),
  );
const topologyKey = fc.constantFrom('kubernetes.io/hostname', zone, 'rack');
const term: fc.Arbitrary<AffinityTerm> = fc.record(
  { selector, topologyKey, preferred: fc.constantFrom(1, 30, 100) },
  { requiredKeys: ['selector'] },
);
const spread: fc.Arbitrary<TopologySpread> = fc.record({
  topologyKey,
  selector,
  maxSkew: fc.constantFrom(1, 2),
  whenUnsatisfiable: fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const),
  nodeAffinityPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
  nodeTaintsPolicy: fc.constantFrom('Honor' as const, 'Ignore' as const),
  isImplicit: fc.boolean(),
});
const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(one, { maxLength: 2 }) },
  );
const placement: fc.Arbitrary<PlacementRules> = fc.record({
  hostSelector: fc.constantFrom({}, {}, {}, { [zone]: 'z0' }),
  hypervisors: fc.constantFrom<string[]>([], [], ['xen']),
  affinity: few(term),
  antiAffinity: few(term),
  topologySpread: few(spread),
  tolerations: fc.constantFrom([], [{ key: 'gpu', operator: 'Exists' as const }]),
});
const request = fc.record({
  app: fc.constantFrom(...apps),
  namespace: fc.constantFrom('one', 'one', 'two'),
  cpuMillis: fc.constantFrom(0, 500, 1000, 1700, 4000),
  memoryBytes: fc.constantFrom(0, Gi, 3 * Gi, 10 * Gi),
  paravirtualized: fc.boolean(),
  placement,
});
/** What the VMM takes for a guest: the same functions again and again, as changed ones stand for changed figures. */
const none: MemoryOverhead = () => 0;
const flat: MemoryOverhead = () => 100 * Mi;
const formula: MemoryOverhead = ({ cpuMillis, memoryBytes }) =>
  30 * Mi + Math.ceil(cpuMillis / 1000) * 8 * Mi + Math.ceil(memoryBytes / 100);
const facts = fc.record({
  zone: fc.constantFrom('z0', 'z1', 'z2', undefined),
  cores: fc.constantFrom(4, 8, 8, 16),
  overhead: fc.constantFrom(none, flat, formula),
  ready: fc.constantFrom(true, true, true, false),
  cordoned: fc.constantFrom(false, false, false, true),
  taint: fc.constantFrom(undefined, undefined, 'NoSchedule' as const, 'PreferNoSchedule' as const),
  hosted: fc.constantFrom(false, false, true),
});

type Facts = typeof facts extends fc.Arbitrary<infer T> ? T : never;

function hostFrom(index: number, one: Facts): HostView {
  return host(`h${String(index).padStart(3, '0')}`, {
    labels: { ...(one.zone !== undefined && { [zone]: one.zone }), rack: `r${Math.floor(index / 2)}` },
    taints: one.taint === undefined ? [] : [{ key: 'gpu', effect: one.taint }],
    ready: one.ready,
    unschedulable: one.cordoned,
    ...(one.hosted && { hypervisor: { name: 'virtualbox', architecture: 'Hosted', modes: ['Full'] } }),
    allocatable: { cpuMillis: one.cores * 1000, memoryBytes: one.cores * 4 * Gi },
    memoryOverhead: one.overhead,
  });
}

const action = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant('place' as const), request, strategy: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('change' as const), which: fc.nat(), facts }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lose' as const), which: fc.nat() }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Carries out the actions on the indexed and on the plain fleet, and holds each answer against the other's. */
function compare(hosts: readonly Facts[], actions: readonly Action[], repeat: number): void {
  const fleet = new Fleet();
  const naive: NaiveFleet = { hosts: new Map(), vms: new Map() };
  const put = (view: HostView): void => {
    fleet.putHost(view);
    naive.hosts.set(view.name, view);
  };
  hosts.forEach((one, index) => put(hostFrom(index, one)));
  let serial = 0;
  for (const one of actions) {
    if (one.type === 'place') {
      for (let i = 0; i < repeat; i++) placeBoth(one, `vm-${serial++}`, fleet, naive);
    } else if (one.type === 'remove') {
      const key = [...naive.vms.keys()][one.which % Math.max(1, naive.vms.size)];
      if (key === undefined) continue;
      naive.vms.delete(key);
      expect(fleet.unassign(key)).toBe(true);
    } else if (one.type === 'change') put(hostFrom(one.which % hosts.length, one.facts));
    else {
      const name = `h${String(one.which % hosts.length).padStart(3, '0')}`;
      const lost = [...naive.vms].filter(([, { host: there }]) => there === name).map(([key]) => key);
      for (const key of lost) naive.vms.delete(key);
      naive.hosts.delete(name);
      expect(fleet.removeHost(name).map(({ key }) => key)).toEqual(lost.sort());
    }
  }
}

function placeBoth(
  one: Extract<Action, { type: 'place' }>,
  name: string,
  fleet: Fleet,
  naive: NaiveFleet,
): void {
  const { app, namespace, ...rest } = one.request;
  const asked: VmRequest = vm(`${namespace}/${name}`, { ...rest, labels: { app } });
  const options = { strategy: strategies[one.strategy] };
  const [best, next] = naivePlace(asked, naive, options);
  const answer = place(asked, fleet, options);
  const found =
    answer.type === 'placed'
      ? [{ host: answer.host, score: answer.score }, answer.next]
      : [undefined, undefined];
  expect(found).toEqual([best, next]);
  // What explains a choice gives every host the score by which it was chosen.
  const verdicts = appraise(asked, fleet, options);
  const takers = verdicts.flatMap((one) => (one.type === 'takes' ? [one] : []));
  expect(takers.slice(0, 2).map(({ host: there, score }) => ({ host: there, score }))).toEqual(
    [best, next].filter((one) => one !== undefined),
  );
  expect(verdicts.length).toBe(naive.hosts.size);
  if (!best) return;
  fleet.assign(asked, best.host);
  naive.vms.set(asked.key, { vm: asked, host: best.host });
  const view = naive.hosts.get(best.host);
  if (!view) return;
  const used = usedOf(view, naive);
  // A host that shrank under its VMs stays overfull; no VM that needs some of the resource may add to that.
  const need = needOn(view, asked);
  if (need.cpu > 0) expect(used.cpu).toBeLessThanOrEqual(view.allocatable.cpuMillis);
  if (need.memory > 0) expect(used.memory).toBeLessThanOrEqual(view.allocatable.memoryBytes);
  expect(fleet.allocated(best.host)).toEqual({ cpuMillis: used.cpu, memoryBytes: used.memory });
}

const plain: Facts = {
  zone: 'z0',
  cores: 4,
  overhead: none,
  ready: true,
  cordoned: false,
  taint: undefined,
  hosted: false,
};
const anywhere: PlacementRules = {
  hostSelector: {},
  hypervisors: [],
  affinity: [],
  antiAffinity: [],
  topologySpread: [],
  tolerations: [],
};
const putting = (cpuMillis: 0 | 500 | 4000, memoryBytes: number, placement = anywhere): Action => ({
  type: 'place',
  request: { app: 'a', namespace: 'one', cpuMillis, memoryBytes, paravirtualized: false, placement },
  strategy: 0,
});
const evenRacks: PlacementRules = {
  ...anywhere,
  topologySpread: [
    { topologyKey: 'rack', selector: { matchLabels: { app: 'a' } }, whenUnsatisfiable: 'ScheduleAnyway' },
  ],
};
const becoming = (facts: Facts): Action => ({ type: 'change', which: 0, facts });

/** What the properties found once. */
const examples: readonly { name: string; hosts: readonly Facts[]; actions: readonly Action[] }[] = [
  {
    name: 'a VM that needs nothing, and a host that shrank under its VMs',
    hosts: [{ ...plain, cores: 16 }, plain],
    actions: [putting(4000, 0), becoming(plain), putting(0, 0)],
  },
  {
    name: 'a VM without memory of its own, and a host where nothing is left for its overhead',
    hosts: [{ ...plain, cores: 16 }],
    actions: [putting(0, 10 * Gi), becoming({ ...plain, overhead: flat }), putting(0, 0)],
  },
  {
    name: 'a host that is cordoned takes its VMs out of the count of its rack, also for its neighbour there',
    hosts: Array.from({ length: 140 }, () => plain),
    actions: [
      putting(500, Gi, evenRacks),
      becoming({ ...plain, cordoned: true }),
      putting(500, Gi, evenRacks),
      becoming(plain),
      putting(500, Gi, evenRacks),
    ],
  },
];

describe('the index answers as a scan of all hosts does, and no host is filled beyond its capacity', () => {
  test.each(examples)('$name', ({ hosts, actions }) => compare(hosts, actions, 2));

  test('few hosts, all rules', () => {
    fc.assert(
      fc.property(
        fc.array(facts, { minLength: 1, maxLength: 12 }),
        fc.array(action, { maxLength: 30 }),
        (hosts, actions) => compare(hosts, actions, 2),
      ),
      { numRuns: 300 },
    );
  });

  test('enough hosts that host names and racks are fine keys', () => {
    fc.assert(
      fc.property(
        fc.array(facts, { minLength: 140, maxLength: 150 }),
        fc.array(action, { minLength: 3, maxLength: 6 }),
        (hosts, actions) => compare(hosts, actions, 4),
      ),
      { numRuns: 60 },
    );
  });
});
