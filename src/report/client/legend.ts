/** The lines of a chart as a table: what each is, its figure at the cursor, its mean and its peak. */
import { type ChartKind } from '../charts.ts';
import { type RunDocument } from '../page-data.ts';
import { formatClock, formatFigure, formatMoment } from '../../model/figures.ts';
import { type DrawnLine } from '../lines.ts';
import { element } from './dom.ts';
import { lineColor } from './plot.ts';

export interface Legend {
  readonly root: HTMLElement;
  show(lines: readonly DrawnLine[]): void;
  /** Figures of one bucket; undefined: no cursor, the figures of the end. */
  at(bucket: number | undefined): void;
  /** The same in one sentence, for who cannot see the chart. */
  summary(): string;
}

export function legend(run: RunDocument, kind: ChartKind): Legend {
  const when = element('th', { scope: 'col', class: 'number' }, '');
  const body = element('tbody');
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, element('span', { class: 'hidden' }, 'Line')),
    when,
    element('th', { scope: 'col', class: 'number mean' }, 'mean'),
    element('th', { scope: 'col', class: 'number' }, kind.id === 'availability' ? 'least' : 'peak'),
  );
  const root = element('table', { class: 'legend' }, element('thead', {}, head), body);
  let shown: readonly { readonly line: DrawnLine; readonly now: HTMLElement }[] = [];
  let sentence = '';

  const at = (bucket: number | undefined) => {
    const index = bucket ?? run.buckets - 1;
    const ms = run.firstMs + index * run.bucketMs;
    when.textContent = bucket === undefined ? 'at the end' : label(run, ms);
    for (const { line, now } of shown) now.textContent = figure(kind, line.data.mean[index]);
  };

  return {
    root,
    at,
    summary: () => sentence,
    show(lines) {
      shown = lines.map((line) => ({ line, now: element('td', { class: 'number now' }) }));
      const facts = lines.map(({ data }) => ({
        mean: average(data.mean),
        extreme: extreme(kind, run, data),
      }));
      body.replaceChildren(
        ...shown.map(({ line, now }, index) => {
          const peak = facts[index]?.extreme;
          const swatch = element('span', { class: line.dashed ? 'swatch dashed' : 'swatch' });
          swatch.style.color = `var(${lineColor(line.color)})`;
          const title = peak && `at ${formatMoment(peak.atMs)}`;
          return element(
            'tr',
            {},
            element('th', { scope: 'row' }, swatch, line.label),
            now,
            element('td', { class: 'number mean' }, figure(kind, facts[index]?.mean)),
            element('td', { class: 'number', title }, figure(kind, peak?.value)),
          );
        }),
      );
      sentence = lines
        .map(({ label: name }, index) => {
          const peak = facts[index]?.extreme;
          const end = peak ? `, ${figure(kind, peak.value)} at ${formatClock(peak.atMs)} at most` : '';
          return `${name} ${figure(kind, facts[index]?.mean)} on average${end}.`;
        })
        .join(' ');
      at(undefined);
    },
  };
}

function figure(kind: ChartKind, value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : formatFigure(value, kind.unit);
}

function label(run: RunDocument, ms: number): string {
  return run.buckets * run.bucketMs > 86_400_000 ? formatMoment(ms).slice(5) : formatClock(ms);
}

function average(values: readonly (number | null)[]): number | undefined {
  const measured = values.filter((value) => value !== null);
  return measured.length === 0
    ? undefined
    : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

/** The greatest value and when; of availability the least. */
function extreme(
  kind: ChartKind,
  run: RunDocument,
  data: DrawnLine['data'],
): { value: number; atMs: number } | undefined {
  const least = kind.id === 'availability';
  let best: { value: number; atMs: number } | undefined;
  for (const [index, value] of ((least ? data.min : data.max) ?? data.mean).entries()) {
    if (value === null || (best && (least ? value >= best.value : value <= best.value))) continue;
    best = { value, atMs: run.firstMs + index * run.bucketMs };
  }
  return best;
}
