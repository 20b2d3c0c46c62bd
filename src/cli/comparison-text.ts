/** What `simulate` prints of a comparison: a table of means and differences, and what to take. */
import { formatDuration } from '../base/duration.ts';
import { type ComparedFigure, type Comparison, type Difference } from '../model/comparison.ts';
import { formatFigure } from '../model/figures.ts';
import { seedRange } from './seeds-text.ts';
import { fidelityNote, fidelityText, type Paints } from './what-if-text.ts';

/** Figures that are the same everywhere tell nothing, but for these. */
const alwaysShown: readonly string[] = ['cost', 'energy', 'requests failed'];

/** The title, a line a figure, and the recommendation. */
export function* comparisonLines(comparison: Comparison, wallMs: number, paint: Paints): Iterable<string> {
  const { scenario, seeds, fidelity, durationMs, candidates, objectives, choice } = comparison;
  const name = scenario === undefined ? 'what-if' : scenario.replace(/^default\//, '');
  yield `${name}  ${candidates.length} candidates, ${seedRange(seeds)}: each ${formatDuration(durationMs)} of world time in ${(wallMs / 1000).toFixed(1)} s${fidelityText(fidelity)}`;
  yield* fidelityNote(fidelity);
  const header = ['', ...candidates.map((candidate) => candidate.name)];
  const rows = [
    ...(objectives === 0
      ? []
      : [['all objectives met in', ...candidates.map(({ met }) => `${met} of ${seeds.length} seeds`)]]),
    ...comparison.figures.filter(isTelling).map(figureCells),
  ];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((cells) => (cells[column] ?? '').length)),
  );
  for (const [index, cells] of [header, ...rows].entries()) {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    const line = `  ${padded.join('   ')}`.trimEnd();
    yield index === 0 ? line : painted(line, paint);
  }
  yield choice.candidate === 0 ? choice.sentence : paint.good(choice.sentence);
  const isCut = comparison.figures.some(({ differences }) =>
    differences.some((one) => one?.verdict === 'Same' && one.mean !== 0),
  );
  if (isCut)
    yield `Differences below ${formatFigure(comparison.minEffect, 'ratio')} are called the same (--min-effect).`;
}

function isTelling({ name, differences }: ComparedFigure): boolean {
  return alwaysShown.includes(name) || differences.some((one) => one !== null && one.verdict !== 'Same');
}

/** `$44.16`, and beside another candidate's mean what it differs by: `$40.10 (−$4.06 ± $0.20 better)`. */
function figureCells({ name, unit, means, differences }: ComparedFigure): string[] {
  const cells = means.map((mean, index) => {
    const difference = differences[index];
    const value = mean === null ? '–' : formatFigure(mean, unit);
    return difference ? `${value} (${differenceText(difference, unit)})` : value;
  });
  return [name, ...cells];
}

function differenceText(difference: Difference, unit: ComparedFigure['unit']): string {
  const { mean, margin, low, high, verdict } = difference;
  if (verdict === 'Same') return 'same';
  const interval =
    low !== undefined && high !== undefined
      ? `, ${signed(low, unit, 2)} to ${signed(high, unit, 2)}`
      : margin === undefined || margin === 0
        ? ''
        : ` ± ${formatFigure(margin, unit, 2)}`;
  return `${signed(mean, unit)}${interval} ${words[verdict]}`;
}

function signed(value: number, unit: ComparedFigure['unit'], digits?: number): string {
  return `${value < 0 ? '−' : '+'}${formatFigure(Math.abs(value), unit, digits)}`;
}

const words: Readonly<Record<Difference['verdict'], string>> = {
  Better: 'better',
  Worse: 'worse',
  Lower: 'fewer',
  Higher: 'more',
  Same: 'same',
  Unsure: 'may be chance',
};

function painted(line: string, paint: Paints): string {
  return line.replace(/\bbetter\b/g, paint.good('better')).replace(/\bworse\b/g, paint.bad('worse'));
}
