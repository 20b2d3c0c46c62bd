/** Runs of several candidates, with the same seeds, into one table and one sentence. */
import { type Comparison, type ComparedFigure } from '../model/comparison.ts';
import { type ObjectiveUnit, type RunRecord, type Verdict } from '../model/run-record.ts';
import { choose } from './choice.ts';
import { type Direction, pairedDifference } from './paired.ts';

/** A candidate's runs, one a seed; all candidates have the same seeds in the same order. */
export interface CandidateRuns {
  readonly name: string;
  readonly records: readonly RunRecord[];
}

interface Figure {
  readonly name: string;
  readonly unit: ObjectiveUnit;
  readonly better: Direction;
  readonly of: (record: RunRecord) => number | undefined;
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

/** Compares candidates with the first of them. There is at least one, and each has a run of every seed. */
export function compare(candidates: readonly CandidateRuns[]): Comparison {
  const [baseline] = candidates;
  const records = baseline?.records ?? [];
  const [first] = records;
  const figures = [...totals, ...objectiveFigures(first?.verdicts ?? [])]
    .map((figure) => comparedFigure(figure, candidates))
    .filter(({ means }) => means.some((mean) => mean !== null));
  const base = {
    ...(first?.scenario === undefined ? {} : { scenario: first.scenario }),
    seeds: records.map(({ seed }) => seed),
    durationMs: first ? first.endMs - first.startMs : 0,
    objectives: first?.verdicts.length ?? 0,
    candidates: candidates.map(({ name, records: runs }) => ({
      name,
      met: runs.filter(({ verdicts }) => verdicts.every(({ met }) => met)).length,
      metEach: runs.flatMap(({ verdicts }) => verdicts.filter(({ met }) => met)).length,
    })),
    figures,
    results: candidates.map(({ records: runs }) => runs.map(({ result }) => result)),
  };
  return { ...base, choice: choose(base) };
}

/** The value of each objective; the way to its limit is the better one. */
function objectiveFigures(verdicts: readonly Verdict[]): Figure[] {
  return verdicts.map(({ name, metric, statistic, of, unit, below, above }) => ({
    name: `${name}: ${metric} ${statistic}${of === undefined ? '' : ` of ${of}`}`,
    unit,
    better: below === undefined ? 'higher' : above === undefined ? 'lower' : 'neither',
    of: (record) => record.verdicts.find((verdict) => verdict.name === name)?.value,
  }));
}

function comparedFigure(
  { name, unit, better, of }: Figure,
  candidates: readonly CandidateRuns[],
): ComparedFigure {
  const values = candidates.map(({ records }) => allOf(records.map(of)));
  const baseline = values[0];
  return {
    name,
    unit,
    means: values.map((some) => (some ? some.reduce((a, b) => a + b, 0) / some.length : null)),
    differences: values.map((some, index) =>
      index === 0 || !some || !baseline ? null : pairedDifference(baseline, some, better),
    ),
  };
}

function allOf(values: readonly (number | undefined)[]): number[] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length && known.length > 0 ? known : undefined;
}
