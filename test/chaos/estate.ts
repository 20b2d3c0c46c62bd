/** Worlds and changes to them, drawn from a seed: small, of many kinds, with room for all that they ask for. */
import { type Random } from '../../src/base/random.ts';
import { apiVersion } from '../../src/model/object.ts';

/** A manifest as plain data. */
export interface Document {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** What is declared, by `KIND/NAME`. */
export type Estate = ReadonlyMap<string, Document>;

export function keyOfDocument({ kind, metadata }: Document): string {
  return `${kind}/${metadata.name}`;
}

/** Cluster-wide kinds have no namespace; all others lie in one that may be deleted. */
const clusterKinds = new Set(['Host', 'HostPool', 'Namespace', 'RebalancePolicy']);

function document(kind: string, name: string, spec: Record<string, unknown>, labels = {}): Document {
  return {
    kind,
    metadata: { name, ...(clusterKinds.has(kind) ? {} : { namespace: 'shop' }), labels },
    spec,
  };
}

function pick<T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random.next() * from.length)] ?? from[0];
}

function whole(random: Random, from: number, to: number): number {
  return from + Math.floor(random.next() * (to - from + 1));
}

const zones = ['a', 'b', 'c'] as const;

function hostSpec(hypervisor: string, cpu = 24): Record<string, unknown> {
  const hosted = hypervisor === 'virtualbox';
  return {
    hypervisor,
    ...(hosted ? { hostOS: { name: 'ubuntu', version: '24.04', reserved: { cpu: 1, memory: '2Gi' } } } : {}),
    capacity: { cpu, memory: '96Gi' },
    price: { perHour: 1 },
  };
}

const guest = { os: 'debian-12', paravirtualized: true, imageSize: '1Gi' };

function template(random: Random, app: string): Record<string, unknown> {
  const mode = pick(random, ['Para', 'Full', undefined]);
  const spread = {
    maxSkew: 1,
    topologyKey: 'topology.vctl.dev/zone',
    whenUnsatisfiable: 'ScheduleAnyway',
    selector: { matchLabels: { app } },
  };
  const placement = pick<Record<string, unknown> | undefined>(random, [
    undefined,
    { topologySpread: [spread] },
    { hostSelector: { 'topology.vctl.dev/zone': 'a' } },
    { topologySpread: [{ ...spread, whenUnsatisfiable: 'DoNotSchedule' }] },
  ]);
  return {
    metadata: { labels: { app } },
    spec: {
      ...(mode === undefined ? {} : { mode }),
      guest: { ...guest, build: `b-${whole(random, 1, 3)}` },
      resources: { cpu: whole(random, 1, 2), memory: `${whole(random, 1, 2)}Gi` },
      ...(placement === undefined ? {} : { placement }),
    },
  };
}

/** Draws one object of each sort; the same call again draws another version of it. */
const makers: Readonly<Record<string, (random: Random) => Document>> = {
  'Namespace/shop': () => ({ kind: 'Namespace', metadata: { name: 'shop' } }),
  'Host/xen-a': () => document('Host', 'xen-a', hostSpec('xen', 32), { 'topology.vctl.dev/zone': 'a' }),
  'Host/xen-b': (random) =>
    document(
      'Host',
      'xen-b',
      {
        ...hostSpec('xen'),
        ...pick(random, [
          {},
          {},
          { unschedulable: true },
          { taints: [{ key: 'repair', effect: 'NoExecute' }] },
          { taints: [{ key: 'repair', effect: 'NoSchedule' }] },
        ]),
      },
      { 'topology.vctl.dev/zone': 'b' },
    ),
  'Host/kvm-a': () => document('Host', 'kvm-a', hostSpec('kvm', 32), { 'topology.vctl.dev/zone': 'a' }),
  'Host/desk': () => document('Host', 'desk', hostSpec('virtualbox', 8), { 'topology.vctl.dev/zone': 'c' }),
  'HostPool/rack': (random) =>
    document('HostPool', 'rack', {
      replicas: whole(random, 1, 3),
      template: {
        metadata: { labels: { 'topology.vctl.dev/zone': pick(random, zones) } },
        spec: hostSpec('xen'),
      },
    }),
  'VirtualMachinePool/web': (random) =>
    document('VirtualMachinePool', 'web', {
      replicas: whole(random, 0, 5),
      selector: { matchLabels: { app: 'web' } },
      template: template(random, 'web'),
      strategy: pick(random, [
        { maxSurge: 1, maxUnavailable: 0 },
        { maxSurge: 0, maxUnavailable: 1 },
        { maxSurge: 2, maxUnavailable: 1 },
      ]),
    }),
  'VirtualMachinePool/batch': (random) =>
    document('VirtualMachinePool', 'batch', {
      replicas: whole(random, 0, 3),
      selector: { matchLabels: { app: 'batch' } },
      template: template(random, 'batch'),
    }),
  'VirtualMachine/single': (random) =>
    document(
      'VirtualMachine',
      'single',
      {
        runPolicy: pick(random, ['Always', 'Always', 'Halted']),
        guest: { ...guest, build: 's-1' },
        resources: { cpu: whole(random, 1, 4), memory: `${whole(random, 1, 4)}Gi` },
      },
      { app: 'single' },
    ),
  'LoadBalancer/web': (random) =>
    document('LoadBalancer', 'web', {
      selector: { matchLabels: { app: 'web' } },
      algorithm: pick(random, ['RoundRobin', 'LeastRequest', 'Random', 'RingHash', 'Maglev']),
      serviceTime: '8ms',
    }),
  'ScalingPolicy/batch': (random) =>
    document('ScalingPolicy', 'batch', {
      target: { kind: 'VirtualMachinePool', name: 'batch' },
      horizontal: { minReplicas: whole(random, 1, 2), maxReplicas: whole(random, 3, 5) },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
        },
      ],
    }),
  'DisruptionBudget/web': (random) =>
    document('DisruptionBudget', 'web', {
      selector: { matchLabels: { app: 'web' } },
      minAvailable: pick<number | string>(random, [1, 2, '50%']),
    }),
  'Traffic/web': (random) =>
    document('Traffic', 'web', {
      to: { kind: 'LoadBalancer', name: 'web' },
      pattern: { constant: whole(random, 0, 200) },
    }),
  'Traffic/batch': (random) =>
    document('Traffic', 'batch', {
      to: { kind: 'VirtualMachine', selector: { matchLabels: { app: 'batch' } } },
      unit: 'Cpu',
      pattern: { constant: pick(random, [0.1, 0.5, 0.9]) },
    }),
  'Application/crm': (random) =>
    document('Application', 'crm', {
      build: `crm-${whole(random, 1, 2)}`,
      tiers: ['front', 'data'].slice(0, whole(random, 1, 2)).map((name, index, all) => ({
        name,
        replicas: whole(random, 1, 2),
        serviceTime: '5ms',
        vm: { guest, resources: { cpu: 1, memory: '1Gi' } },
        ...(all[index + 1] === undefined ? {} : { calls: [all[index + 1]] }),
      })),
    }),
  'Tenant/one': (random) => tenant(random, 'one'),
  'Tenant/two': (random) => tenant(random, 'two'),
  'RebalancePolicy/even': (random) =>
    document('RebalancePolicy', 'even', {
      strategy: pick(random, ['Spread', 'Consolidate']),
      interval: '1m',
      maxMovesPerHour: 20,
    }),
};

function tenant(random: Random, name: string): Document {
  const maturity = pick(random, ['AdHoc', 'Configurable', 'MultiTenant', 'Scalable']);
  const build = maturity === 'AdHoc' ? { build: `${name}-own` } : {};
  return document('Tenant', name, { application: 'crm', maturity, ...build });
}

/** What every world has: without it nothing could run. */
const always = new Set(['Namespace/shop', 'Host/xen-a', 'Host/kvm-a']);

export function drawEstate(random: Random): Estate {
  const drawn = Object.entries(makers).filter(([key]) => always.has(key) || random.next() < 0.7);
  return new Map(drawn.map(([key, make]) => [key, make(random)]));
}

/** A change to what is declared. */
export type Change =
  { readonly type: 'Apply'; readonly document: Document } | { readonly type: 'Delete'; readonly key: string };

export function drawChange(estate: Estate, random: Random): Change {
  const deletable = [...estate.keys()].filter((key) => key === 'Namespace/shop' || !always.has(key));
  if (random.next() < 0.25 && deletable.length > 0) {
    return { type: 'Delete', key: deletable[Math.floor(random.next() * deletable.length)] ?? '' };
  }
  const keys = Object.keys(makers);
  const make = makers[keys[Math.floor(random.next() * keys.length)] ?? ''];
  if (make === undefined) throw new Error('nothing to draw from');
  return { type: 'Apply', document: make(random) };
}

export function textOf(documents: Iterable<Document>): string {
  return [...documents]
    .map((one) => JSON.stringify({ apiVersion: one.kind === 'Namespace' ? 'v1' : apiVersion, ...one }))
    .join('\n---\n');
}
