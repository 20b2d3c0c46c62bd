import { describe, expect, test } from 'vitest';
import { isTolerated } from '../../src/placement/filters.ts';
import { explain, place, placeElsewhere } from '../../src/placement/place.ts';
import {
  type HostView,
  type PlacementRules,
  type Taint,
  type Toleration,
  type TopologySpread,
  type VmRequest,
} from '../../src/placement/types.ts';
import { fleetOf, Gi, host, Mi, vm } from './builders.ts';

const hosted = { name: 'virtualbox', architecture: 'Hosted', modes: ['Full'] } as const;
const kvm = {
  name: 'kvm',
  architecture: 'BareMetal',
  modes: ['Full'],
  requiresHardwareAssist: { Full: true },
} as const;
const xen = {
  name: 'xen',
  architecture: 'BareMetal',
  modes: ['Para', 'Full'],
  requiresHardwareAssist: { Full: true },
} as const;
const web = { selector: { matchLabels: { app: 'web' } } };
const zone = 'topology.vctl.dev/zone';

interface Row {
  readonly name: string;
  readonly host?: Partial<HostView>;
  readonly vm?: Partial<VmRequest>;
  readonly there?: readonly VmRequest[];
  /** Absent: placed. */
  readonly reason?: string;
  /** When the summary says more than the host's own reason. */
  readonly summary?: string;
}

const rows: readonly Row[] = [
  { name: 'plain VM on a plain host' },
  { name: 'not ready', host: { ready: false }, reason: 'not ready' },
  {
    name: 'not ready, and why',
    host: { ready: false, notReadyReason: 'Crashed' },
    reason: 'not ready (Crashed)',
  },
  { name: 'cordoned', host: { unschedulable: true }, reason: 'cordoned' },
  {
    name: 'cordoned, whatever is tolerated',
    host: { unschedulable: true },
    vm: { placement: { tolerations: [{ operator: 'Exists' }] } },
    reason: 'cordoned',
  },
  {
    name: 'taint NoSchedule',
    host: { taints: [{ key: 'gpu', value: 'a100', effect: 'NoSchedule' }] },
    reason: 'untolerated taint {gpu=a100: NoSchedule}',
  },
  {
    name: 'taint NoExecute without a value',
    host: { taints: [{ key: 'broken', effect: 'NoExecute' }] },
    reason: 'untolerated taint {broken: NoExecute}',
  },
  {
    name: 'taint PreferNoSchedule only costs score',
    host: { taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] },
  },
  {
    name: 'tolerated taint',
    host: { taints: [{ key: 'gpu', value: 'a100', effect: 'NoSchedule' }] },
    vm: { placement: { tolerations: [{ key: 'gpu', value: 'a100' }] } },
  },
  {
    name: 'host selector',
    host: { labels: { disk: 'hdd' } },
    vm: { placement: { hostSelector: { disk: 'ssd', arch: 'arm' } } },
    reason: 'host labels do not match hostSelector {arch=arm,disk=ssd}',
  },
  {
    name: 'host selector fulfilled',
    host: { labels: { disk: 'ssd' } },
    vm: { placement: { hostSelector: { disk: 'ssd' } } },
  },
  {
    name: 'hypervisor not on the list',
    vm: { placement: { hypervisors: ['kvm', 'esxi'] } },
    reason: 'hypervisor xen is not one of kvm, esxi',
  },
  { name: 'hypervisor on the list', vm: { placement: { hypervisors: ['kvm', 'xen'] } } },
  {
    name: 'Para on a hosted hypervisor',
    host: { hypervisor: hosted },
    vm: { mode: 'Para', paravirtualized: true },
    reason: 'virtualization mode Para needs a bare-metal hypervisor',
  },
  {
    name: 'Para for an unmodified guest',
    vm: { mode: 'Para' },
    reason: 'virtualization mode Para needs a paravirtualized guest',
  },
  {
    name: 'Para on a hypervisor without it',
    host: { hypervisor: kvm },
    vm: { mode: 'Para', paravirtualized: true },
    reason: 'hypervisor kvm has no virtualization mode Para',
  },
  {
    name: 'Full without hardware assistance',
    host: { hypervisor: kvm, hardwareAssist: false },
    reason: 'virtualization mode Full on kvm needs hardware assistance',
  },
  {
    name: 'no mode wanted and none possible: the first one says why',
    host: { hypervisor: xen, hardwareAssist: false },
    reason: 'virtualization mode Para needs a paravirtualized guest',
  },
  {
    name: 'Para without hardware assistance',
    host: { hypervisor: xen, hardwareAssist: false },
    vm: { paravirtualized: true },
  },
  {
    name: 'cpu',
    vm: { cpuMillis: 8500 },
    reason: 'insufficient cpu (needs 8.5, free 8)',
    summary: 'insufficient cpu (needs 8.5, most free h 8)',
  },
  {
    name: 'memory',
    vm: { memoryBytes: 40 * Gi },
    reason: 'insufficient memory (needs 40Gi, free 32Gi)',
    summary: 'insufficient memory (needs 40Gi, most free h 32Gi)',
  },
  { name: 'cpu and memory to the last bit', vm: { cpuMillis: 8000, memoryBytes: 32 * Gi } },
  {
    name: 'memory that only the overhead of the VM exceeds',
    host: { memoryOverhead: () => 64 * Mi },
    vm: { memoryBytes: 32 * Gi },
    reason: 'insufficient memory (needs 32Gi, free 31.9Gi)',
    summary: 'insufficient memory (needs 32Gi, most free h 31.9Gi)',
  },
  {
    name: 'memory that the overhead of those there takes',
    host: { memoryOverhead: () => Gi },
    vm: { memoryBytes: 30 * Gi },
    there: [vm('a')],
    reason: 'insufficient memory (needs 30Gi, free 29Gi)',
    summary: 'insufficient memory (needs 30Gi, most free h 29Gi)',
  },
  {
    name: 'no cpu on a host with more cpu promised than it has',
    vm: { cpuMillis: 0 },
    there: [vm('a', { cpuMillis: 9000 })],
  },
  {
    name: 'some cpu on a host with more cpu promised than it has',
    vm: { cpuMillis: 100 },
    there: [vm('a', { cpuMillis: 9000 })],
    reason: 'insufficient cpu (needs 0.1, free -1)',
    summary: 'insufficient cpu (needs 0.1, most free h -1)',
  },
  {
    name: 'no memory on a host with more memory promised than it has',
    vm: { memoryBytes: 0 },
    there: [vm('a', { memoryBytes: 33 * Gi })],
  },
  {
    name: 'no memory but the overhead of the VM, for which none is left',
    host: { memoryOverhead: () => Gi },
    vm: { memoryBytes: 0 },
    there: [vm('a', { memoryBytes: 31 * Gi })],
    reason: 'insufficient memory (needs 0, free -1Gi)',
    summary: 'insufficient memory (needs 0, most free h -1Gi)',
  },
  {
    name: 'no memory but the overhead of the VM, for which just enough is left',
    host: { memoryOverhead: () => Gi },
    vm: { memoryBytes: 0 },
    there: [vm('a', { memoryBytes: 30 * Gi })],
  },
  {
    name: 'affinity to nobody',
    vm: { placement: { affinity: [web] } },
    reason: 'no VM with app=web within kubernetes.io/hostname (affinity) h',
    summary: 'no VM with app=web within kubernetes.io/hostname (affinity)',
  },
  {
    name: 'affinity of the first to its own kind',
    vm: { labels: { app: 'web' }, placement: { affinity: [web] } },
  },
  {
    name: 'affinity fulfilled',
    vm: { placement: { affinity: [web] } },
    there: [vm('a', { labels: { app: 'web' } })],
  },
  {
    name: 'affinity to a VM of another namespace',
    vm: { placement: { affinity: [web] } },
    there: [vm('other/a', { labels: { app: 'web' } })],
    reason: 'no VM with app=web within kubernetes.io/hostname (affinity) h',
    summary: 'no VM with app=web within kubernetes.io/hostname (affinity)',
  },
  {
    name: 'affinity within a key that the host lacks',
    vm: { labels: { app: 'web' }, placement: { affinity: [{ ...web, topologyKey: zone }] } },
    reason: `no VM with app=web within ${zone} (affinity), a label it lacks`,
    summary: `no VM with app=web within ${zone} (affinity)`,
  },
  {
    name: 'anti-affinity',
    host: { labels: { [zone]: 'a' } },
    vm: { placement: { antiAffinity: [{ ...web, topologyKey: zone }] } },
    there: [vm('a', { labels: { app: 'web' } })],
    reason: `a VM with app=web within ${zone} (anti-affinity) a`,
    summary: `a VM with app=web within ${zone} (anti-affinity)`,
  },
  {
    name: 'anti-affinity of one that is there',
    vm: { labels: { app: 'web' } },
    there: [vm('a', { placement: { antiAffinity: [web] } })],
    reason: 'anti-affinity of other VMs within kubernetes.io/hostname h',
    summary: 'anti-affinity of other VMs within kubernetes.io/hostname',
  },
  {
    name: 'anti-affinity as a wish',
    vm: { placement: { antiAffinity: [{ ...web, preferred: 10 }] } },
    there: [vm('a', { labels: { app: 'web' } })],
  },
  {
    name: 'topology spread on a host without the key',
    vm: { placement: { topologySpread: [{ ...web, topologyKey: zone }] } },
    reason: `topology spread of app=web over ${zone}, a label it lacks`,
    summary: `topology spread of app=web over ${zone}`,
  },
];

describe('filters', () => {
  test.each(rows)('$name', (row) => {
    const fleet = fleetOf([host('h', row.host)], { h: row.there ?? [] });
    const asked = vm('new', row.vm);
    const answer = place(asked, fleet);
    const reasons = explain(asked, fleet).get('h');
    if (row.reason === undefined) {
      expect(answer).toMatchObject({ type: 'placed', host: 'h' });
      expect(reasons).toBeUndefined();
    } else {
      expect(reasons).toEqual([row.reason]);
      const summary = row.summary ?? row.reason;
      expect(answer).toMatchObject({ summary: `0/1 hosts are available: 1 ${summary}` });
    }
  });

  test('a fleet without hosts', () => {
    expect(place(vm('new'), fleetOf([]))).toMatchObject({
      summary: '0/0 hosts are available: there is no host',
    });
  });
});

describe('topology spread', () => {
  const labelled = (name: string): HostView => host(name, { labels: { [zone]: name.charAt(0) } });
  const webVm = (name: string): VmRequest => vm(name, { labels: { app: 'web' } });
  const spread = (maxSkew: number): Partial<VmRequest> => ({
    labels: { app: 'web' },
    placement: { topologySpread: [{ ...web, topologyKey: zone, maxSkew }] },
  });
  test.each([
    { name: 'count 1 + self 1 - least 0 is above 1', there: 1, maxSkew: 1, refused: true },
    { name: 'count 1 + self 1 - least 0 is 2', there: 1, maxSkew: 2, refused: false },
    { name: 'count 0 + self 1 - least 0 is 1', there: 0, maxSkew: 1, refused: false },
  ])('$name', ({ there, maxSkew, refused }) => {
    const vms = Array.from({ length: there }, (_, index) => webVm(`w${index}`));
    const fleet = fleetOf([labelled('a1'), labelled('b1')], { a1: vms });
    expect(explain(vm('new', spread(maxSkew)), fleet).has('a1')).toBe(refused);
  });

  // Zone a has one VM, zone b none: by maxSkew 1 the next one may not go to a, unless b makes no domain.
  const out: { name: string; b: Partial<HostView>; demand?: PlacementRules }[] = [
    { name: 'cordoned', b: { unschedulable: true } },
    { name: 'dead', b: { ready: false, notReadyReason: 'Crashed' } },
    { name: 'tainted', b: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } },
    { name: 'tainted, NoExecute', b: { taints: [{ key: 'gpu', effect: 'NoExecute' }] } },
    { name: 'of another hypervisor', b: { hypervisor: kvm }, demand: { hypervisors: ['xen'] } },
    { name: 'not selected', b: {}, demand: { hostSelector: { [zone]: 'a' } } },
  ];
  const spreadOf = (policies: Partial<TopologySpread>): TopologySpread => ({
    ...web,
    topologyKey: zone,
    ...policies,
  });
  const next = (policies: Partial<TopologySpread>, demand: PlacementRules = {}): VmRequest =>
    vm('new', { labels: { app: 'web' }, placement: { ...demand, topologySpread: [spreadOf(policies)] } });

  test.each(out)('a host that is $name makes no domain', ({ b, demand }) => {
    const fleet = fleetOf([labelled('a1'), { ...labelled('b1'), ...b }], { a1: [webVm('w0')] });
    expect(place(next({}, demand), fleet)).toMatchObject({ host: 'a1' });
  });

  test.each(out)('a host that is $name makes one where the policy says Ignore', ({ b, demand }) => {
    const fleet = fleetOf([labelled('a1'), { ...labelled('b1'), ...b }], { a1: [webVm('w0')] });
    const policy = demand
      ? { nodeAffinityPolicy: 'Ignore' as const }
      : { nodeTaintsPolicy: 'Ignore' as const };
    expect(place(next(policy, demand), fleet).type).toBe('refused');
    const other = demand
      ? { nodeTaintsPolicy: 'Ignore' as const }
      : { nodeAffinityPolicy: 'Ignore' as const };
    expect(place(next(other, demand), fleet)).toMatchObject({ host: 'a1' });
  });

  test('a tainted host makes a domain for whom it would take', () => {
    const tainted = { ...labelled('b1'), taints: [{ key: 'gpu', effect: 'NoSchedule' as const }] };
    const tolerations = [{ key: 'gpu', operator: 'Exists' as const }];
    const fleet = fleetOf([labelled('a1'), tainted], { a1: [webVm('w0')] });
    expect(place(next({}, { tolerations }), fleet)).toMatchObject({ host: 'b1' });
  });

  test('VMs on a host that is left out count in no domain, until it is back', () => {
    const vms = { a1: [webVm('w0'), webVm('w1')], b1: [webVm('w2')] };
    const fleet = fleetOf([{ ...labelled('a1'), unschedulable: true }, labelled('a2'), labelled('b1')], vms);
    expect(place(next({}), fleet)).toMatchObject({ host: 'a2' });
    fleet.putHost(labelled('a1'));
    expect(place(next({}), fleet)).toMatchObject({ host: 'b1' });
    fleet.putHost({ ...labelled('b1'), ready: false });
    expect(place(next({}), fleet)).toMatchObject({ host: 'a2' });
  });
});

describe('modes', () => {
  test.each([
    { name: 'the first that the guest can run', paravirtualized: true, wanted: undefined, mode: 'Para' },
    { name: 'the next one for an unmodified guest', paravirtualized: false, wanted: undefined, mode: 'Full' },
    { name: 'the wanted one', paravirtualized: true, wanted: 'Full' as const, mode: 'Full' },
  ])('$name', ({ paravirtualized, wanted, mode }) => {
    const asked = vm('new', { paravirtualized, mode: wanted });
    expect(place(asked, fleetOf([host('h', { hypervisor: xen })]))).toMatchObject({ mode });
  });
});

describe('tolerations', () => {
  const taint: Taint = { key: 'gpu', value: 'a100', effect: 'NoSchedule' };
  test.each<{ name: string; toleration: Toleration; tolerated: boolean }>([
    { name: 'equal', toleration: { key: 'gpu', value: 'a100' }, tolerated: true },
    { name: 'another value', toleration: { key: 'gpu', value: 'h100' }, tolerated: false },
    { name: 'another key', toleration: { key: 'tpu', operator: 'Exists' }, tolerated: false },
    { name: 'exists', toleration: { key: 'gpu', operator: 'Exists' }, tolerated: true },
    { name: 'everything', toleration: { operator: 'Exists' }, tolerated: true },
    { name: 'no key without Exists', toleration: { value: 'a100' }, tolerated: false },
    {
      name: 'another effect',
      toleration: { key: 'gpu', operator: 'Exists', effect: 'NoExecute' },
      tolerated: false,
    },
  ])('$name', ({ toleration, tolerated }) => expect(isTolerated(taint, [toleration])).toBe(tolerated));
});

describe('summary', () => {
  test('counts by reason, with needs and most free', () => {
    const fleet = fleetOf([
      host('desk-1', { hypervisor: hosted }),
      host('desk-2', { hypervisor: hosted }),
      host('desk-3', { hypervisor: hosted }),
      host('rack-1', { allocatable: { cpuMillis: 8000, memoryBytes: 9.5 * Gi } }),
      host('rack-2', { allocatable: { cpuMillis: 8000, memoryBytes: 8 * Gi } }),
    ]);
    const asked = vm('new', { mode: 'Para', paravirtualized: true, memoryBytes: 16 * Gi });
    expect(place(asked, fleet)).toMatchObject({
      summary:
        '0/5 hosts are available: 2 insufficient memory (needs 16Gi, most free rack-1 9.5Gi), ' +
        '3 virtualization mode Para needs a bare-metal hypervisor',
    });
  });

  test('a refusal follows what happens to the hosts', () => {
    const fleet = fleetOf([host('a'), host('b', { unschedulable: true })]);
    const asked = vm('new', { cpuMillis: 9000 });
    const summaryOf = (): string => {
      const answer = place(asked, fleet);
      return answer.type === 'refused' ? answer.summary : `on ${answer.host}`;
    };
    expect(summaryOf()).toBe(
      '0/2 hosts are available: 1 cordoned, 1 insufficient cpu (needs 9, most free a 8)',
    );
    fleet.putHost(host('b'));
    expect(summaryOf()).toBe('0/2 hosts are available: 2 insufficient cpu (needs 9, most free a 8)');
    fleet.assign(vm('small'), 'a');
    expect(summaryOf()).toBe('0/2 hosts are available: 2 insufficient cpu (needs 9, most free b 8)');
    fleet.putHost(host('b', { allocatable: { cpuMillis: 9000, memoryBytes: 32 * Gi } }));
    expect(summaryOf()).toBe('on b');
  });
});

describe('elsewhere', () => {
  test('the present host is passed over and the VM is not its own neighbour', () => {
    const self = vm('w0', {
      labels: { app: 'web' },
      placement: { antiAffinity: [{ ...web, topologyKey: zone }] },
    });
    const labels = { [zone]: 'a' };
    const fleet = fleetOf([host('h1', { labels }), host('h2', { labels })], { h1: [self] });
    expect(place(self, fleet).type).toBe('refused');
    expect(placeElsewhere(self, fleet)).toMatchObject({ type: 'placed', host: 'h2' });
    expect(fleet.hostOf(self.key)).toBe('h1');
  });

  test('with nowhere else to go', () => {
    const self = vm('w0');
    const fleet = fleetOf([host('h1'), host('h2', { unschedulable: true })], { h1: [self] });
    expect(placeElsewhere(self, fleet)).toMatchObject({
      summary: '0/2 hosts are available: 1 cordoned, 1 its present host',
    });
  });
});

describe('why', () => {
  const small = { cpuMillis: 4000, memoryBytes: 16 * Gi };
  test.each([
    { name: 'alone', others: [], why: 'LeastAllocated 91; no other host fits' },
    { name: 'a tie', others: [host('b')], why: 'LeastAllocated 91; b is equal, later by name' },
    { name: 'a worse one', others: [host('b', { allocatable: small })], why: 'LeastAllocated 91; next b 84' },
    {
      name: 'a worse one by its taint',
      others: [host('b', { taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] })],
      why: 'LeastAllocated 91 and 300 for wishes; next b 91 and 150',
    },
  ])('$name', ({ others, why }) => {
    expect(place(vm('new'), fleetOf([host('a'), ...others]))).toMatchObject({ host: 'a', why });
  });
});
