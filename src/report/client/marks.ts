/** What happened, above and in a chart: a sign for each moment, a line down through the plot, the reason on hover. */
import type uPlot from 'uplot';
import { type Mark, type MarkType, type SubjectName } from '../../model/run-record.ts';
import { type RunDocument } from '../page-data.ts';
import { formatClock } from '../../model/figures.ts';
import { related } from '../lines.ts';
import { element } from './dom.ts';
import { roving } from './roving.ts';
import { color } from './theme.ts';
import { tipFor, type TipLine } from './tip.ts';

/** The types that somebody switched off. Shared by the charts of a run. */
export type MarkFilter = Set<MarkType>;

export const signs: Readonly<Record<MarkType, string>> = {
  Scale: '↕',
  Fault: '✕',
  Repair: '✓',
  Change: '✎',
  Migration: '→',
};
const rank: readonly MarkType[] = ['Fault', 'Repair', 'Change', 'Scale', 'Migration'];
/** Marks nearer than this, in CSS pixels, share a sign. */
const near = 13;
/** With more marks than this, decisions about subjects that a chart does not show stay out of it. */
const many = 60;
const shownInTip = 8;

interface Cluster {
  readonly x: number;
  readonly marks: readonly Mark[];
}

export interface MarkStrip {
  readonly root: HTMLElement;
  /** Which subjects the chart shows. */
  show(subjects: readonly SubjectName[]): void;
  /** Puts the signs where the plot has their times, and draws their lines. */
  draw(plot: uPlot): void;
}

export function markStrip(run: RunDocument, filter: MarkFilter): MarkStrip {
  const root = element('div', { class: 'strip', role: 'group', 'aria-label': 'What happened' });
  const keys = roving(root, 'button');
  const clusters = new WeakMap<Element, Cluster>();
  let marks: readonly Mark[] = run.marks;
  let drawn = '';
  tipFor(root, (target) => {
    const cluster = clusters.get(target);
    return cluster && tipLines(cluster.marks);
  });

  return {
    root,
    show(subjects) {
      const about = (mark: Mark) =>
        subjects.some((subject) => subject !== '' && related(mark.subject, subject));
      const crowded = run.marks.length > many && run.marks.some(about);
      const decision = (mark: Mark) => mark.type === 'Scale' || mark.type === 'Migration';
      marks = crowded ? run.marks.filter((mark) => !decision(mark) || about(mark)) : run.marks;
      drawn = '';
    },
    draw(plot) {
      const found = cluster(
        plot,
        marks.filter((mark) => !filter.has(mark.type)),
      );
      for (const one of found) drawLine(plot, one);
      // Elements are only made anew when they moved: a hover must not lose its target to a redraw.
      const state = found.map((one) => `${Math.round(one.x)}:${one.marks.length}`).join();
      if (state === drawn) return;
      drawn = state;
      root.style.paddingLeft = `${plot.over.offsetLeft}px`;
      root.replaceChildren(
        ...found.map((one) => {
          const button = sign(one, plot.over.offsetLeft);
          clusters.set(button, one);
          return button;
        }),
      );
      keys.refresh();
    },
  };
}

function cluster(plot: uPlot, marks: readonly Mark[]): readonly Cluster[] {
  const width = plot.over.clientWidth;
  const found: { x: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    const x = plot.valToPos(mark.atMs / 1000, 'x');
    if (x < 0 || x > width) continue;
    const last = found.at(-1);
    if (last && x - last.x < near) last.marks.push(mark);
    else found.push({ x, marks: [mark] });
  }
  return found;
}

const chief = ({ marks }: Cluster): MarkType =>
  rank.find((type) => marks.some((mark) => mark.type === type)) ?? 'Scale';

function sign(one: Cluster, offset: number): HTMLButtonElement {
  const [first] = one.marks;
  const type = chief(one);
  const more = one.marks.length > 1 ? ` and ${one.marks.length - 1} more` : '';
  const label = first ? `${formatClock(first.atMs)} ${type} ${first.subject}: ${first.text}${more}` : '';
  const face = type === 'Scale' ? direction(one.marks) : signs[type];
  const button = element(
    'button',
    { type: 'button', class: `mark ${type.toLowerCase()}`, 'aria-label': label },
    face,
  );
  button.style.left = `${offset + one.x}px`;
  return button;
}

/** Up or down where all decisions of a sign agree. */
function direction(marks: readonly Mark[]): string {
  const ways = new Set(marks.filter((mark) => mark.type === 'Scale').map((mark) => way(mark.text)));
  const [only] = ways;
  return ways.size === 1 && only !== undefined ? only : signs.Scale;
}

function way(text: string): string {
  const [, from, to] = /(\d+) → (\d+)/.exec(text) ?? [];
  return from === undefined || to === undefined ? signs.Scale : Number(to) > Number(from) ? '▲' : '▼';
}

function tipLines(marks: readonly Mark[]): readonly TipLine[] {
  const lines: TipLine[] = [];
  for (const mark of marks.slice(0, shownInTip)) {
    lines.push({
      text: `${formatClock(mark.atMs)} ${mark.type} · ${mark.subject}`,
      dot: mark.type.toLowerCase(),
      strong: true,
    });
    lines.push({ text: mark.text });
  }
  if (marks.length > shownInTip)
    lines.push({ text: `… and ${marks.length - shownInTip} more: zoom in to see them` });
  return lines;
}

function drawLine(plot: uPlot, one: Cluster): void {
  const { ctx, bbox } = plot;
  const type = chief(one);
  const x = Math.round(bbox.left + one.x * devicePixelRatio) + 0.5;
  ctx.save();
  ctx.globalAlpha = type === 'Scale' || type === 'Migration' ? 0.28 : 0.7;
  ctx.strokeStyle = color(`--mark-${type.toLowerCase()}`);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
