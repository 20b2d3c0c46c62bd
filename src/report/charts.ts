/** Which charts a page has and which lines each draws. Shared by the page's maker and the program in it. */
import { type ObjectiveMetric, type SeriesName, type SeriesUnit, type Verdict } from '../model/run-record.ts';

export type ChartId =
  | 'traffic'
  | 'latency'
  | 'errors'
  | 'backlog'
  | 'lost'
  | 'utilization'
  | 'replicas'
  | 'cost'
  | 'availability'
  | 'power';

export interface ChartKind {
  readonly id: ChartId;
  readonly title: string;
  readonly unit: SeriesUnit;
  /** The series it can draw, with their short names; the first is drawn when there is room for one a subject. */
  readonly series: readonly { readonly name: SeriesName; readonly label: string }[];
  /** How many subjects it draws before somebody chooses. */
  readonly subjects: number;
  /** Figures that jump rather than glide. */
  readonly stepped: boolean;
}

/** The charts in their order on the page. */
export const chartKinds: readonly ChartKind[] = [
  {
    id: 'traffic',
    title: 'Traffic',
    unit: 'perSecond',
    series: [{ name: 'requestsPerSecond', label: 'requests' }],
    subjects: 4,
    stepped: false,
  },
  {
    id: 'latency',
    title: 'Latency',
    unit: 'ms',
    series: [
      { name: 'latencyP95', label: 'p95' },
      { name: 'latencyP99', label: 'p99' },
      { name: 'latencyP50', label: 'p50' },
      { name: 'latencyMean', label: 'mean' },
    ],
    subjects: 1,
    stepped: false,
  },
  {
    id: 'errors',
    title: 'Errors',
    unit: 'ratio',
    series: [{ name: 'errorRate', label: 'failed or refused' }],
    subjects: 4,
    stepped: false,
  },
  {
    id: 'backlog',
    title: 'Backlog',
    unit: 'count',
    series: [{ name: 'backlog', label: 'waiting' }],
    subjects: 4,
    stepped: false,
  },
  {
    id: 'lost',
    title: 'Refused and timed out',
    unit: 'perSecond',
    series: [
      { name: 'refused', label: 'refused by a full queue' },
      { name: 'timedOut', label: 'given up after waiting' },
    ],
    subjects: 2,
    stepped: false,
  },
  {
    id: 'utilization',
    title: 'Utilization',
    unit: 'ratio',
    series: [{ name: 'utilization', label: 'CPU' }],
    subjects: 4,
    stepped: false,
  },
  {
    id: 'replicas',
    title: 'Replicas',
    unit: 'count',
    series: [
      { name: 'replicas', label: 'wanted' },
      { name: 'readyReplicas', label: 'ready' },
      { name: 'pending', label: 'waiting for a host' },
    ],
    subjects: 2,
    stepped: true,
  },
  {
    id: 'cost',
    title: 'Cost',
    unit: 'perHour',
    series: [{ name: 'costPerHour', label: 'price' }],
    subjects: 4,
    stepped: true,
  },
  {
    id: 'availability',
    title: 'Availability',
    unit: 'ratio',
    series: [{ name: 'availability', label: 'available' }],
    subjects: 4,
    stepped: false,
  },
  {
    id: 'power',
    title: 'Power',
    unit: 'watts',
    series: [{ name: 'watts', label: 'drawn' }],
    subjects: 4,
    stepped: false,
  },
];

const chartOfMetric: Readonly<Partial<Record<ObjectiveMetric, ChartId>>> = {
  latency: 'latency',
  errorRate: 'errors',
  availability: 'availability',
  utilization: 'utilization',
  cost: 'cost',
  energy: 'power',
  replicas: 'replicas',
};

/** The chart whose axis an objective's limit can be drawn on; undefined for totals, which no axis shows. */
export function chartOfVerdict({ metric, statistic }: Verdict): ChartId | undefined {
  return statistic === 'total' ? undefined : chartOfMetric[metric];
}
