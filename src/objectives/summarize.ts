/** Runs of one world with several seeds, into one table. */
import { type SeedFigure, type SeedSummary } from '../model/comparison.ts';
import { type RunRecord } from '../model/run-record.ts';
import { type Figure, figuresOf, valuesOf } from './figures.ts';
import { meanInterval } from './interval.ts';

/** What runs of the same world come to, one a seed, at least one. */
export function summarize(records: readonly RunRecord[]): SeedSummary {
  const [first] = records;
  return {
    ...(first?.scenario === undefined ? {} : { scenario: first.scenario }),
    seeds: records.map(({ seed }) => seed),
    fidelity: first?.fidelity ?? 'flow',
    durationMs: first ? first.endMs - first.startMs : 0,
    objectives: first?.verdicts.length ?? 0,
    met: records.filter(({ verdicts }) => verdicts.every(({ met }) => met)).length,
    figures: figuresOf(first?.verdicts ?? []).flatMap((figure) => seedFigure(figure, records)),
    results: records.map(({ result }) => result),
  };
}

/** None of a total that was not measured in every seed. */
function seedFigure(figure: Figure, records: readonly RunRecord[]): SeedFigure[] {
  const values = valuesOf(figure, records);
  const { name, unit, objective } = figure;
  if (!values && objective === undefined) return [];
  const isMet = ({ verdicts }: RunRecord): boolean =>
    verdicts.some((verdict) => verdict.name === objective && verdict.met);
  const measured = values && {
    ...meanInterval(values),
    ...{ least: Math.min(...values), most: Math.max(...values) },
  };
  const met = objective === undefined ? {} : { met: records.filter(isMet).length };
  return [{ name, unit, ...measured, ...met }];
}
