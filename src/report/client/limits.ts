/** Limits of objectives as dashed lines, and when a missed one was worst as a tinted stretch. */
import type uPlot from 'uplot';
import { type LimitData } from '../page-data.ts';
import { color } from './theme.ts';

/** `under` the lines: the stretches; `over` them: the limits with their names. */
export function drawLimits(plot: uPlot, limits: readonly LimitData[], layer: 'under' | 'over'): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const limit of limits) {
    if (layer === 'over') drawLimit(plot, limit);
    else if (limit.worst !== undefined) drawWorst(plot, limit.worst);
  }
  ctx.restore();
}

const across = (plot: uPlot, ms: number) => plot.valToPos(ms / 1000, 'x', true);

function drawWorst(plot: uPlot, [fromMs, toMs]: readonly [number, number]): void {
  const { ctx, bbox } = plot;
  const from = across(plot, fromMs);
  ctx.fillStyle = color('--bad-tint');
  ctx.fillRect(from, bbox.top, Math.max(3 * devicePixelRatio, across(plot, toMs) - from), bbox.height);
}

function drawLimit(plot: uPlot, limit: LimitData): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const wanted = plot.valToPos(limit.value, 'y', true);
  const outside = wanted < bbox.top;
  const y = Math.round(Math.max(bbox.top + ratio, Math.min(bbox.top + bbox.height - ratio, wanted)));
  ctx.strokeStyle = ctx.fillStyle = color(limit.met ? '--good' : '--bad');
  ctx.lineWidth = 1.25 * ratio;
  ctx.setLineDash([6 * ratio, 4 * ratio]);
  if (!outside) {
    ctx.beginPath();
    ctx.moveTo(across(plot, limit.fromMs), y);
    ctx.lineTo(across(plot, limit.toMs), y);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.font = `600 ${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  const text = `${limit.met ? '✓' : '✗'} ${limit.name} ${limit.side === 'below' ? '<' : '>'} ${limit.limit}${outside ? ' ↑' : ''}`;
  const above = y - bbox.top > 18 * ratio;
  ctx.textBaseline = above ? 'bottom' : 'top';
  const right = Math.min(across(plot, limit.toMs), bbox.left + bbox.width) - 6 * ratio;
  // A rim in the colour of the page keeps the text readable where lines pass behind it.
  ctx.lineWidth = 3 * ratio;
  ctx.strokeStyle = color('--paper');
  ctx.lineJoin = 'round';
  ctx.strokeText(text, right, y + (above ? -3 : 4) * ratio);
  ctx.fillText(text, right, y + (above ? -3 : 4) * ratio);
}
