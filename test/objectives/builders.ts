import { type RunRecord, type SeriesName, type SubjectName } from '../../src/model/run-record.ts';
import { type Flow, type Recording } from '../../src/objectives/recording.ts';
import { mixture } from '../../src/performance/latency.ts';
import { queue } from '../../src/performance/queueing.ts';

export const startMs = Date.UTC(2000, 0, 1);
export const minuteMs = 60_000;

/** A recording of one-minute steps; series of the whole by name, of a subject by `subject name`. */
export function recording(
  series: Readonly<Record<string, readonly number[]>>,
  parts: Partial<Recording> = {},
): Recording {
  const count = Math.max(0, ...Object.values(series).map(({ length }) => length));
  return {
    startMs,
    endMs: startMs + count * minuteMs,
    stepMs: minuteMs,
    count,
    values: (name: SeriesName, of?: SubjectName) => series[of === undefined ? name : `${of} ${name}`],
    flows: () => [],
    waits: [],
    moves: [],
    marks: [],
    ...parts,
  };
}

/** Steps of a queue, each offered so many requests a second of 10 ms on two cores. */
export function queueFlow(rates: readonly number[], serviceMs = 10, cores = 2): Flow {
  const steps = rates.map((rate) => mixture([{ share: 1, time: queue(rate, serviceMs, cores).time }]));
  return {
    requests: rates,
    errorRate: rates.map(() => 0),
    mean: steps.map(({ meanMs }) => meanMs),
    p50: steps.map(({ p50Ms }) => p50Ms),
    p95: steps.map(({ p95Ms }) => p95Ms),
    p99: steps.map(({ p99Ms }) => p99Ms),
  };
}

/** Steps whose latencies are exponential with these means. */
export function exponentialFlow(means: readonly number[], rates: readonly number[]): Flow {
  const at = (share: number): number[] => means.map((mean) => -mean * Math.log(1 - share));
  const errorRate = means.map(() => 0);
  return { requests: rates, errorRate, mean: means, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** What one seed of a candidate came to; `met` is that of its one objective, absent when there is none. */
export interface Outcome {
  readonly seed: number;
  readonly cost: number;
  readonly requests: number;
  readonly errors: number;
  readonly met?: boolean;
}

/** A record that holds totals and verdicts only. */
export function madeRecord({ seed, cost, requests, errors, met }: Outcome): RunRecord {
  const window = { fromMs: startMs, toMs: startMs + minuteMs };
  const verdict = {
    name: 'goal',
    metric: 'replicas',
    statistic: 'mean',
    unit: 'count',
    window,
    value: 1,
  } as const;
  return {
    ...{
      seed,
      fidelity: 'flow',
      startMs,
      endMs: startMs + minuteMs,
      interrupted: false,
      times: [],
      series: [],
      marks: [],
    },
    verdicts: met === undefined ? [] : [{ ...verdict, met }],
    topology: { hosts: [], waiting: [], balancers: [], tenants: [] },
    totals: {
      ...{ requests, errors, refused: 0, timedOut: 0, cost },
      ...{ energyKWh: 0, migrations: 0, scaleDecisions: 0, machineHours: 0 },
    },
    result: '',
  };
}
