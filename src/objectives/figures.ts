/** The figures that runs are compared by. */
import { type ObjectiveUnit, type RunRecord, type Verdict } from '../model/run-record.ts';
import { type Direction } from './paired.ts';
import { type Count } from './rare-counts.ts';

export interface Figure {
  readonly name: string;
  readonly unit: ObjectiveUnit;
  readonly better: Direction;
  /** The objective that it is the value of. */
  readonly objective?: string;
  readonly of: (record: RunRecord) => number | undefined;
  /** Of what is counted: events, and what they are counted over. Decisions are none: each follows from the load. */
  readonly count?: (record: RunRecord) => Count;
}

/** Of every run. */
const totals: readonly Figure[] = [
  { name: 'cost', unit: 'money', better: 'lower', of: ({ totals: { cost } }) => cost },
  { name: 'energy', unit: 'kWh', better: 'lower', of: ({ totals: { energyKWh } }) => energyKWh },
  {
    name: 'requests failed',
    unit: 'ratio',
    better: 'lower',
    of: ({ totals: { requests, errors } }) => (requests > 0 ? errors / requests : undefined),
    count: ({ totals: { requests, errors } }) => ({ events: errors, over: requests }),
  },
  { name: 'VM hours', unit: 'count', better: 'lower', of: ({ totals: { machineHours } }) => machineHours },
  {
    name: 'scale decisions',
    unit: 'count',
    better: 'neither',
    of: ({ totals: { scaleDecisions } }) => scaleDecisions,
  },
  { name: 'migrations', unit: 'count', better: 'neither', of: ({ totals: { migrations } }) => migrations },
];

/** The totals of a run, then the value of each objective. */
export function figuresOf(verdicts: readonly Verdict[]): Figure[] {
  return [...totals, ...objectiveFigures(verdicts)];
}

/** The value of each objective; the way to its limit is the better one. */
function objectiveFigures(verdicts: readonly Verdict[]): Figure[] {
  return verdicts.map(({ name, metric, statistic, of, unit, below, above }) => ({
    name: `${name}: ${metric} ${statistic}${of === undefined ? '' : ` of ${of}`}`,
    unit,
    objective: name,
    better: below === undefined ? 'higher' : above === undefined ? 'lower' : 'neither',
    of: (record) => record.verdicts.find((verdict) => verdict.name === name)?.value,
  }));
}

/** A figure of each run; undefined unless it was measured in all of them. */
export function valuesOf({ of }: Figure, records: readonly RunRecord[]): number[] | undefined {
  const values = records.map(of).filter((value) => value !== undefined);
  return values.length === records.length && values.length > 0 ? values : undefined;
}
