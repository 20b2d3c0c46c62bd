/** One chart: its lines, limits and marks, its legend, and which subjects it shows. */
import uPlot from 'uplot';
import { chartKinds, type ChartKind } from '../charts.ts';
import { type RunDocument } from '../page-data.ts';
import {
  axisRange,
  defaultSubjects,
  drawnLimits,
  drawnLines,
  focusedSubjects,
  logRange,
  prefersLog,
  subjectLabel,
  subjectsOf,
} from '../lines.ts';
import { element } from './dom.ts';
import { legend } from './legend.ts';
import { drawLimits } from './limits.ts';
import { markStrip, type MarkFilter } from './marks.ts';
import { picker } from './picker.ts';
import { plotData, plotOptions } from './plot.ts';

export interface Chart {
  readonly root: HTMLElement;
  /** Draws anew: after a change of colours, of the marks shown or of the width. */
  render(): void;
  /** Shows one subject and its namesakes; undefined: the default. */
  focus(subject: number | undefined): void;
  readonly plot: () => uPlot | undefined;
}

/** The charts of a run that have anything to draw. */
export function chartsOf(
  run: RunDocument,
  sync: string,
  filter: MarkFilter,
  zoomed: (zoomed: boolean) => void,
): readonly Chart[] {
  return chartKinds
    .filter((kind) => subjectsOf(run, kind).length > 0)
    .map((kind) => chart(run, kind, sync, filter, zoomed));
}

function chart(
  run: RunDocument,
  kind: ChartKind,
  sync: string,
  filter: MarkFilter,
  zoomed: (zoomed: boolean) => void,
): Chart {
  let subjects = defaultSubjects(run, kind);
  let plot: uPlot | undefined;
  /** What somebody chose; undefined: what suits the lines. */
  let logarithmic: boolean | undefined;
  const id = `${sync}-${kind.id}`;
  const place = element('div', { class: 'plot', tabindex: 0, role: 'group' });
  const strip = markStrip(run, filter);
  const table = legend(run, kind);
  const choose = picker(
    subjectsOf(run, kind).map((subject) => ({ subject, label: subjectLabel(run.subjects[subject] ?? '') })),
    (next) => {
      subjects = next;
      render();
    },
  );
  const scale = element('button', { type: 'button', class: 'log', title: 'Logarithmic axis' }, 'log');
  scale.hidden = kind.unit !== 'ms';
  scale.addEventListener('click', () => {
    logarithmic = scale.getAttribute('aria-pressed') !== 'true';
    render();
  });
  const tools = element('div', { class: 'tools' }, scale, choose.root);
  const root = element(
    'figure',
    { class: `chart ${kind.id}`, 'aria-labelledby': id },
    element('figcaption', {}, element('h4', { id }, kind.title), tools),
    strip.root,
    place,
    table.root,
  );

  function render(): void {
    const width = place.clientWidth;
    if (width === 0) return;
    const lines = drawnLines(run, kind, subjects);
    const limits = drawnLimits(run, kind, subjects);
    const kept = plot && { min: plot.scales['x']?.min, max: plot.scales['x']?.max };
    plot?.destroy();
    choose.show(subjects);
    table.show(lines);
    strip.show(subjects.map((subject) => run.subjects[subject] ?? ''));
    place.setAttribute(
      'aria-label',
      `${kind.title}: ${table.summary()} Left and right arrows move through time.`,
    );
    const log = logarithmic ?? prefersLog(kind, lines);
    scale.setAttribute('aria-pressed', String(log));
    const range = log ? logRange(lines, limits) : axisRange(kind, lines, limits);
    const options = plotOptions({ run, kind, lines, range, log, width, sync });
    plot = new uPlot(
      {
        ...options,
        hooks: {
          drawAxes: [(u) => drawLimits(u, limits, 'under')],
          draw: [(u) => strip.draw(u), (u) => drawLimits(u, limits, 'over')],
          setScale: [(u, key) => key === 'x' && zoomed(isZoomed(u))],
          setCursor: [(u) => table.at(u.cursor.idx ?? undefined)],
        },
      },
      plotData(run, lines),
      place,
    );
    if (kept?.min !== undefined && kept.max !== undefined)
      plot.setScale('x', { min: kept.min, max: kept.max });
  }

  place.addEventListener('keydown', (event) => {
    if (plot && moveCursor(plot, sync, event.key, event.shiftKey ? 10 : 1)) event.preventDefault();
  });
  let width = 0;
  new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    render();
  }).observe(place);

  return {
    root,
    render,
    focus: (subject) => {
      subjects = subject === undefined ? defaultSubjects(run, kind) : focusedSubjects(run, kind, subject);
      render();
    },
    plot: () => plot,
  };
}

function isZoomed({ data: [times], scales }: uPlot): boolean {
  const { min, max } = scales['x'] ?? {};
  return (min ?? -Infinity) > (times[0] ?? 0) || (max ?? Infinity) < (times.at(-1) ?? 0);
}

/** Moves the cursor of this chart and its companions by samples; says whether the key meant that. */
function moveCursor(plot: uPlot, sync: string, key: string, step: number): boolean {
  const times = plot.data[0];
  const last = times.length - 1;
  const from = plot.cursor.idx ?? 0;
  const next =
    key === 'ArrowLeft'
      ? from - step
      : key === 'ArrowRight'
        ? from + step
        : key === 'Home'
          ? 0
          : key === 'End'
            ? last
            : undefined;
  if (next === undefined) return false;
  const time = times[Math.max(0, Math.min(last, next))] ?? 0;
  for (const one of uPlot.sync(sync).plots) {
    one.setCursor({ left: one.valToPos(time, 'x'), top: one.over.clientHeight / 2 });
  }
  return true;
}
