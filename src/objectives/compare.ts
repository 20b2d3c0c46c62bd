/** Runs of several candidates, with the same seeds, into one table and one sentence. */
import { type Comparison, type ComparedFigure, defaultMinEffect } from '../model/comparison.ts';
import { type RunRecord } from '../model/run-record.ts';
import { choose } from './choice.ts';
import { type Figure, figuresOf, valuesOf } from './figures.ts';
import { meanOf } from './interval.ts';
import { pairedDifference } from './paired.ts';

/** A candidate's runs, one a seed; all candidates have the same seeds in the same order. */
export interface CandidateRuns {
  readonly name: string;
  readonly records: readonly RunRecord[];
}

/**
 * Compares candidates with the first of them. There is at least one, and each has a run of every seed.
 *
 * @param minEffect - The least difference that matters, as a share of the baseline's figure.
 */
export function compare(candidates: readonly CandidateRuns[], minEffect = defaultMinEffect): Comparison {
  const [baseline] = candidates;
  const records = baseline?.records ?? [];
  const [first] = records;
  const figures = figuresOf(first?.verdicts ?? [])
    .map((figure) => comparedFigure(figure, candidates, minEffect))
    .filter(({ means }) => means.some((mean) => mean !== null));
  const base = {
    ...(first?.scenario === undefined ? {} : { scenario: first.scenario }),
    seeds: records.map(({ seed }) => seed),
    fidelity: first?.fidelity ?? 'flow',
    durationMs: first ? first.endMs - first.startMs : 0,
    objectives: first?.verdicts.length ?? 0,
    minEffect,
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

function comparedFigure(
  figure: Figure,
  candidates: readonly CandidateRuns[],
  minEffect: number,
): ComparedFigure {
  const { name, unit, better, count } = figure;
  const values = candidates.map(({ records }) => valuesOf(figure, records));
  const [first] = candidates;
  const baseline = values[0];
  const differences = candidates.map(({ records }, index) => {
    const some = values[index];
    if (index === 0 || !some || !baseline) return null;
    const counts = count && { baseline: (first?.records ?? []).map(count), candidate: records.map(count) };
    return pairedDifference(baseline, some, { better, unit, minEffect, ...(counts ? { counts } : {}) });
  });
  return { name, unit, means: values.map((some) => (some ? meanOf(some) : null)), differences };
}
