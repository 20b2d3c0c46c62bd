/** What the metrics of a scenario's objectives mean: whose they are, which figures they have, in which units. */
import { parseDuration } from '../base/duration.ts';
import { type Kind } from './kinds/index.ts';
import { type ObjectiveMetric, type ObjectiveUnit, type Statistic } from './run-record.ts';

export interface MetricInfo {
  /** One sentence for people: what is measured and how it is weighted. */
  readonly meaning: string;
  /** Kinds whose metric it can be; without `of` it is of the whole. */
  readonly of: readonly Kind[];
  /** The first is the one that is meant when none is named. */
  readonly statistics: readonly Statistic[];
  readonly unit: ObjectiveUnit;
  /** Unit of the statistic total, where it differs. */
  readonly totalUnit?: ObjectiveUnit;
}

const overTime: readonly Statistic[] = ['mean', 'max', 'min', 'p50', 'p90', 'p95', 'p99'];
const flows: readonly Kind[] = ['Tenant', 'LoadBalancer'];

/** Every metric. Figures are taken over load steps, each weighted as the meaning says. */
export const objectiveMetrics: Readonly<Record<ObjectiveMetric, MetricInfo>> = {
  latency: {
    meaning:
      'Response time of answered requests, through all tiers; percentiles are of all requests of the window, max is the highest p99 of a step.',
    of: flows,
    statistics: ['mean', 'p50', 'p90', 'p95', 'p99', 'max'],
    unit: 'ms',
  },
  errorRate: {
    meaning:
      'Share of the requests that failed or were refused: mean is errors over requests; max, min and percentiles are of the steps, weighted by their requests.',
    of: flows,
    statistics: overTime,
    unit: 'ratio',
  },
  availability: {
    meaning:
      'Share that works, each moment counting the same: of requests that are served (moments without requests are left out), of the VMs that a pool wants, or 1 and 0 for a VM or a host.',
    of: ['Tenant', 'LoadBalancer', 'VirtualMachinePool', 'VirtualMachine', 'Host'],
    statistics: overTime,
    unit: 'ratio',
  },
  utilization: {
    meaning:
      'Share of the CPU in use, over time: of a host, of the vCPUs of a VM or of the VMs of a pool; of the whole: of all hosts.',
    of: ['Host', 'VirtualMachinePool', 'VirtualMachine'],
    statistics: overTime,
    unit: 'ratio',
  },
  cost: {
    meaning:
      "Price of the hosts that are there, powered or not, and of the VMs that run where they have a price (perVmHour); of a tenant: its part of its hosts' price, and its VMs'. Other statistics than the total are an hour's.",
    of: ['Host', 'Tenant'],
    statistics: ['total', ...overTime],
    unit: 'perHour',
    totalUnit: 'money',
  },
  energy: {
    meaning: 'What the hosts consume: the total in kWh, all other statistics as power in watts.',
    of: ['Host'],
    statistics: ['total', ...overTime],
    unit: 'watts',
    totalUnit: 'kWh',
  },
  pendingTime: {
    meaning:
      'How long VMs waited, from creation or the loss of their host to Running; each wait that ended in the window, or still goes on at its end, counts once.',
    of: ['VirtualMachinePool', 'VirtualMachine'],
    statistics: [...overTime, 'total'],
    unit: 'ms',
  },
  replicas: {
    meaning:
      'How many VMs (of a HostPool: hosts) there are, over time, whether they serve yet or not; of a ScalingPolicy: of its target.',
    of: ['VirtualMachinePool', 'ScalingPolicy', 'HostPool'],
    statistics: overTime,
    unit: 'count',
  },
  migrations: {
    meaning: 'How many live migrations were completed; of a host: those to it and from it.',
    of: ['VirtualMachinePool', 'VirtualMachine', 'Host'],
    statistics: ['total'],
    unit: 'count',
  },
};

/** The statistic that is meant when an objective names none. */
export function defaultStatistic(metric: ObjectiveMetric): Statistic {
  return objectiveMetrics[metric].statistics[0] ?? 'mean';
}

export function unitOf(metric: ObjectiveMetric, statistic: Statistic): ObjectiveUnit {
  const { unit, totalUnit } = objectiveMetrics[metric];
  return statistic === 'total' ? (totalUnit ?? unit) : unit;
}

/** How a limit of each unit may be written, for messages. */
export const limitExamples: Readonly<Record<ObjectiveUnit, string>> = {
  ms: '200ms, 1.5s or a number of ms',
  ratio: '5 % or 0.05',
  count: 'a number',
  money: '120 or $120',
  perHour: '1.5, $1.5 or $1.5/h',
  kWh: '12 kWh, 900 Wh or a number of kWh',
  watts: '300 W, 1.2 kW or a number of W',
};

/** A limit in its unit: `200ms` is 200, `5 %` is 0.05, `$120` is 120. Undefined when it cannot be read as one. */
export function parseLimit(limit: number | string, unit: ObjectiveUnit): number | undefined {
  if (typeof limit === 'number') return Number.isFinite(limit) ? limit : undefined;
  const text = limit.replace(/\s+/g, '');
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  switch (unit) {
    case 'ms':
      return parseDuration(text);
    case 'ratio':
      return scaled(text, { '%': 0.01 });
    case 'count':
      return undefined;
    case 'money':
      return scaled(text.replace(/^[$€£]/, ''), { '': 1 });
    case 'perHour':
      return scaled(text.replace(/^[$€£]/, ''), { '': 1, '/h': 1 });
    case 'kWh':
      return scaled(text, { kWh: 1, Wh: 1e-3, MWh: 1e3 });
    case 'watts':
      return scaled(text, { W: 1, kW: 1e3 });
  }
}

function scaled(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(\D*)$/.exec(text) ?? [];
  const scale = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return number === undefined || scale === undefined ? undefined : Number(number) * scale;
}
