/** What `simulate` prints of one world with several seeds: a table of means, intervals and extremes. */
import { formatDuration } from '../base/duration.ts';
import { type SeedFigure, type SeedSummary } from '../model/comparison.ts';
import { formatFigure } from '../model/figures.ts';
import { fidelityNote, fidelityText } from './what-if-text.ts';

/** The title and a line a figure. */
export function* seedLines(summary: SeedSummary, wallMs: number): Iterable<string> {
  const { scenario, seeds, fidelity, durationMs, objectives, met, figures } = summary;
  const name = scenario === undefined ? 'what-if' : scenario.replace(/^default\//, '');
  yield `${name}  ${seedRange(seeds)}: each ${formatDuration(durationMs)} of world time in ${(wallMs / 1000).toFixed(1)} s${fidelityText(fidelity)}`;
  yield* fidelityNote(fidelity);
  const header = ['', 'mean', '95 % interval', 'lowest', 'highest', objectives === 0 ? '' : 'met in'];
  const rows = [header, ...figures.map((figure) => figureCells(figure, seeds.length))];
  const widths = header.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  for (const cells of rows) {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    yield `  ${padded.join('   ')}`.trimEnd();
  }
  if (objectives > 0) yield `All objectives met in ${met} of ${seeds.length} ${plural(seeds.length)}.`;
}

/** `seed 42`, or `5 seeds (42–46)`. */
export function seedRange(seeds: readonly number[]): string {
  return seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds (${seeds[0]}–${seeds.at(-1)})`;
}

function figureCells(figure: SeedFigure, seeds: number): string[] {
  const { name, unit, mean, margin, low, high, least, most, met } = figure;
  const text = (value: number | undefined): string => (value === undefined ? '–' : formatFigure(value, unit));
  const extremes = least === most ? ['', ''] : [text(least), text(most)];
  const even = margin === undefined ? '' : margin === 0 ? 'same' : `± ${formatFigure(margin, unit, 2)}`;
  const interval =
    low === undefined || high === undefined
      ? even
      : `${formatFigure(low, unit, 2)} to ${formatFigure(high, unit, 2)}`;
  return [name, text(mean), interval, ...extremes, met === undefined ? '' : `${met} of ${seeds}`];
}

function plural(seeds: number): string {
  return seeds === 1 ? 'seed' : 'seeds';
}
