/** Runs of one world with several seeds, into one table. */
import { type SeedFigure, type SeedSummary } from '../model/comparison.ts';
import { type RunRecord } from '../model/run-record.ts';
import { type Figure, figuresOf, valuesOf } from './figures.ts';
import { meanInterval, meanOf } from './interval.ts';
import { isRare, rateInterval } from './rare-counts.ts';

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
    ...intervalOf(values, figure, records),
    ...{ least: Math.min(...values), most: Math.max(...values) },
  };
  const met = objective === undefined ? {} : { met: records.filter(isMet).length };
  return [{ name, unit, ...measured, ...met }];
}

/** The mean with its interval: of what is counted and rare, one that need not lie around it evenly. */
function intervalOf(
  values: readonly number[],
  { count }: Figure,
  records: readonly RunRecord[],
): Pick<SeedFigure, 'mean' | 'margin' | 'low' | 'high'> {
  const counts = count && records.length > 1 ? records.map(count) : undefined;
  if (!counts || !isRare(counts)) return meanInterval(values);
  const { low, high } = rateInterval(counts);
  return { mean: meanOf(values), low, high };
}
