/**
 * Records as a run leaves them, made up but plausible: a flash crowd that a policy follows too late, with a host
 * that crashes. For tests of reports; figures depend on nothing but the arguments.
 */
import { uniform } from '../../src/base/random.ts';
import {
  type Mark,
  type RunRecord,
  type Series,
  type SeriesName,
  type SeriesUnit,
  type Topology,
  type TopologyHost,
  type TopologyMachine,
  type Verdict,
} from '../../src/model/run-record.ts';

export interface RecordShape {
  readonly scenario?: string;
  readonly hours: number;
  readonly stepMs: number;
  /** Applications, each with a pool, a balancer and a tenant; the first one has the crowd. */
  readonly applications: number;
  readonly hosts: number;
  readonly machinesPerHost: number;
}

export const flashCrowd: RecordShape = {
  scenario: 'default/flash-crowd',
  hours: 24,
  stepMs: 15_000,
  applications: 3,
  hosts: 8,
  machinesPerHost: 5,
};

export const startMs = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const units: Readonly<Record<SeriesName, SeriesUnit>> = {
  requestsPerSecond: 'perSecond',
  latencyMean: 'ms',
  latencyP50: 'ms',
  latencyP95: 'ms',
  latencyP99: 'ms',
  errorRate: 'ratio',
  availability: 'ratio',
  backlog: 'count',
  refused: 'perSecond',
  timedOut: 'perSecond',
  utilization: 'ratio',
  replicas: 'count',
  readyReplicas: 'count',
  pending: 'count',
  costPerHour: 'perHour',
  watts: 'watts',
};
const names = ['shop', 'billing', 'search', 'media', 'crm', 'wiki', 'mail', 'maps'];

function applicationName(index: number): string {
  const name = names[index % names.length] ?? 'app';
  return index < names.length ? name : `${name}-${Math.floor(index / names.length)}`;
}

/** Requests a second of one application: a day's wave, noise, and for the first one a crowd at 09:00. */
function traffic(app: number, atMs: number): number {
  const day = ((atMs - startMs) / hour) % 24;
  const wave = 0.55 - 0.45 * Math.cos(((day - 3 - (app % 5)) / 24) * 2 * Math.PI);
  const noise = 0.94 + 0.12 * uniform(7, `traffic/${app}`, Math.floor(atMs / 60_000));
  const crowd =
    app === 0 && day >= 9 && day < 11.5 ? 620 * Math.min(1, (day - 9) * 8) * Math.exp(-(day - 9) / 1.1) : 0;
  return (90 / (1 + app * 0.6)) * wave * noise + crowd;
}

interface Step {
  readonly load: number;
  readonly wanted: number;
  readonly ready: number;
  readonly utilization: number;
}

const perMachine = 60;

function simulate(app: number, times: readonly number[], marks: Mark[]): readonly Step[] {
  let wanted = 2;
  let changedAt = 0;
  return times.map((atMs) => {
    const load = traffic(app, atMs);
    const wish = Math.max(2, Math.ceil(load / (perMachine * 0.6)));
    const ready = atMs - changedAt > 180_000 ? wanted : Math.min(wanted, Math.ceil(wanted * 0.55));
    const utilization = Math.min(1, load / (ready * perMachine));
    const wait = wish > wanted ? 60_000 : 600_000;
    if ((wish > wanted || wish < wanted - 1) && atMs - changedAt > wait) {
      const next = wish > wanted ? Math.min(wish, wanted * 2) : wish + 1;
      const name = applicationName(app);
      marks.push({
        atMs,
        type: 'Scale',
        subject: `sp/default/${name}`,
        text: `${wanted} → ${next} replicas: cpu utilization ${Math.round(utilization * 100)} % of a 60 % target`,
      });
      wanted = next;
      changedAt = atMs;
    }
    return { load, wanted, ready, utilization };
  });
}

function latency(step: Step, factor: number): number {
  const queue = 1 / Math.max(0.035, 1 - step.utilization);
  return Math.min(4000, 18 * factor * (0.6 + 0.4 * queue));
}

function seriesOf(app: number, steps: readonly Step[]): Series[] {
  const name = applicationName(app);
  const make = (series: SeriesName, of: string, value: (step: Step, index: number) => number): Series => ({
    name: series,
    of,
    unit: units[series],
    values: steps.map(value),
  });
  const balancer = `lb/default/${name}`;
  const pool = `vmp/default/${name}`;
  return [
    make('requestsPerSecond', balancer, (step) => step.load),
    make('latencyMean', balancer, (step) => latency(step, 1)),
    make('latencyP50', balancer, (step) => latency(step, 0.8)),
    make('latencyP95', balancer, (step) => latency(step, 2.6)),
    make('latencyP99', balancer, (step) => latency(step, 4.1)),
    make(
      'errorRate',
      balancer,
      (step) => Math.max(0, step.load - step.ready * perMachine) / Math.max(1, step.load),
    ),
    make('utilization', pool, (step) => step.utilization),
    make('replicas', pool, (step) => step.wanted),
    make('readyReplicas', pool, (step) => step.ready),
  ];
}

function wholeSeries(all: readonly (readonly Step[])[], times: readonly number[], hosts: number): Series[] {
  const over = (name: SeriesName, value: (steps: readonly Step[]) => number | null): Series => ({
    name,
    unit: units[name],
    values: times.map((_, index) => value(all.flatMap((steps) => steps[index] ?? []))),
  });
  const sum = (steps: readonly Step[], of: (step: Step) => number) =>
    steps.reduce((total, step) => total + of(step), 0);
  const mean = (steps: readonly Step[], of: (step: Step) => number) =>
    sum(steps, (step) => step.load * of(step)) /
    Math.max(
      1e-9,
      sum(steps, (step) => step.load),
    );
  return [
    over('requestsPerSecond', (steps) => sum(steps, (step) => step.load)),
    over('latencyMean', (steps) => mean(steps, (step) => latency(step, 1))),
    over('latencyP50', (steps) => mean(steps, (step) => latency(step, 0.8))),
    over('latencyP95', (steps) => mean(steps, (step) => latency(step, 2.6))),
    over('latencyP99', (steps) => mean(steps, (step) => latency(step, 4.1))),
    over('errorRate', (steps) =>
      mean(steps, (step) => Math.max(0, 1 - (step.ready * perMachine) / Math.max(1, step.load))),
    ),
    over('costPerHour', (steps) => hosts * 0.12 + 0.02 * sum(steps, (step) => step.wanted)),
    over('watts', (steps) => hosts * 90 + 35 * sum(steps, (step) => step.utilization * step.ready)),
  ];
}

function topologyOf(shape: RecordShape): Topology {
  const hypervisors = ['xen', 'kvm', 'esxi', 'virtualbox'];
  const draw = (stream: string, index: number) => uniform(3, stream, index);
  const hosts = Array.from({ length: shape.hosts }, (_, index): TopologyHost => {
    const down = shape.hosts > 3 && index === 2;
    const name = `rack${1 + Math.floor(index / 16)}-${String(index % 16).padStart(2, '0')}`;
    const machines = Array.from({ length: down ? 0 : shape.machinesPerHost }, (_, slot): TopologyMachine => {
      const id = index * shape.machinesPerHost + slot;
      const app = applicationName(id % shape.applications);
      return {
        name: `default/${app}-${(id + 4660).toString(36)}`,
        mode: draw('mode', id) > 0.4 ? 'Para' : 'Full',
        phase: draw('phase', id) > 0.97 ? 'Starting' : 'Running',
        cpuMillis: 2000,
        memoryBytes: 4 * 2 ** 30,
        utilization: draw('load', id) * 0.8 + 0.1,
        pool: `default/${app}`,
      };
    });
    const allocated = machines.length * 2000;
    return {
      name,
      hypervisor: hypervisors[index % 4] ?? 'kvm',
      architecture: index % 4 === 3 ? 'Hosted' : 'BareMetal',
      phase: down ? 'Down' : 'Ready',
      zone: `zone-${'abc'.charAt(Math.floor(index / Math.max(1, shape.hosts / 3)) % 3)}`,
      cpuMillis: 16_000,
      memoryBytes: 64 * 2 ** 30,
      allocatedCpuMillis: allocated,
      allocatedMemoryBytes: machines.length * 4 * 2 ** 30,
      utilization: down ? undefined : draw('host', index) * 0.9,
      machines,
    };
  }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const all = hosts.flatMap((host) => host.machines);
  return {
    hosts,
    waiting: [
      {
        name: 'default/media-x7k2p',
        mode: 'Full',
        phase: 'Pending',
        cpuMillis: 8000,
        memoryBytes: 2 ** 35,
        pool: 'default/media',
      },
    ],
    balancers: Array.from({ length: shape.applications }, (_, index) => {
      const pool = `default/${applicationName(index)}`;
      const backends = all.filter((machine) => machine.pool === pool);
      return {
        name: pool,
        algorithm: (['LeastRequest', 'RoundRobin', 'Maglev'] as const)[index % 3] ?? ('Random' as const),
        backends: backends.map((machine) => ({
          machine: machine.name,
          ready: machine.phase === 'Running',
          share: 1 / backends.length,
        })),
      };
    }).sort((a, b) => (a.name < b.name ? -1 : 1)),
    tenants: Array.from({ length: shape.applications }, (_, index) => {
      const app = applicationName(index);
      return {
        name: `saas/${['acme', 'globex', 'initech', 'umbrella', 'stark'][index % 5] ?? 'x'}-${app}`,
        application: `saas/${app}`,
        level: (['IV', 'III', 'II', 'I'] as const)[index % 4] ?? 'I',
        route: `${app}.saas.example`,
        balancer: `default/${app}`,
        costPerHour: 0.41 / (1 + index),
      };
    }).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function verdictsOf(endMs: number): Verdict[] {
  const window = { fromMs: startMs, toMs: endMs };
  return [
    {
      name: 'fast',
      of: 'lb/default/shop',
      metric: 'latency',
      statistic: 'p95',
      unit: 'ms',
      below: 200,
      value: 142.3,
      met: true,
      window,
    },
    {
      name: 'whole',
      of: 'lb/default/shop',
      metric: 'errorRate',
      statistic: 'mean',
      unit: 'ratio',
      below: 0.001,
      value: 0.00423,
      met: false,
      window,
      worst: {
        fromMs: startMs + 9 * hour + 120_000,
        toMs: startMs + 9 * hour + 420_000,
        during: ['6 VMs booted (sp/default/shop scaled 4 → 10)'],
      },
    },
    {
      name: 'cheap',
      metric: 'cost',
      statistic: 'total',
      unit: 'money',
      below: 120,
      value: 61.2,
      met: true,
      window,
    },
  ];
}

/** A record of that shape. */
export function makeRecord(shape: RecordShape = flashCrowd): RunRecord {
  const endMs = startMs + shape.hours * hour;
  const times = Array.from(
    { length: (shape.hours * hour) / shape.stepMs },
    (_, index) => startMs + index * shape.stepMs,
  );
  const marks: Mark[] = [
    {
      atMs: startMs + 14 * hour,
      type: 'Fault',
      subject: 'host/rack1-02',
      text: 'Crash of host rack1-02; 5 VMs were lost',
    },
    {
      atMs: startMs + 16 * hour,
      type: 'Change',
      subject: 'sp/default/shop',
      text: 'spec.maxReplicas changed from 12 to 20',
    },
  ].filter((mark) => mark.atMs < endMs) as Mark[];
  const all = Array.from({ length: shape.applications }, (_, app) => simulate(app, times, marks));
  const whole = wholeSeries(all, times, shape.hosts);
  const requests = Math.round(
    (whole[0]?.values ?? []).reduce<number>((sum, value) => sum + (value ?? 0) * (shape.stepMs / 1000), 0),
  );
  return {
    scenario: shape.scenario,
    seed: 42,
    fidelity: 'flow',
    startMs,
    endMs,
    interrupted: false,
    times,
    series: [...whole, ...all.flatMap((steps, app) => seriesOf(app, steps))],
    marks: marks.sort((a, b) => a.atMs - b.atMs),
    verdicts: verdictsOf(endMs),
    topology: topologyOf(shape),
    totals: {
      requests,
      errors: Math.round(requests * 0.0042),
      refused: Math.round(requests * 0.0031),
      timedOut: 0,
      cost: 61.2,
      energyKWh: 31.4,
      migrations: 3,
      scaleDecisions: marks.filter((mark) => mark.type === 'Scale').length,
      machineHours: 214.5,
    },
    result: '9f3c1e',
  };
}
