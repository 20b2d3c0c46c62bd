/** Figures as people read them, with their unit always written. Times are UTC: world time has no other zone. */
import { formatDuration } from '../base/duration.ts';
import { type FinerTraffic, type ObjectiveUnit, type SeriesUnit } from './run-record.ts';

export type FigureUnit = SeriesUnit | ObjectiveUnit;

/** At most `digits` significant digits, without trailing zeros, thousands separated by commas. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : '–';
  if (value === 0) return '0';
  const whole = Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1);
  // Digits before the point are never cut off: 12,437 rather than 12,400.
  const text =
    Math.abs(value) < 1 ? trimZeros(fixed(value, digits)) : value.toFixed(Math.max(0, digits - whole));
  const [integer = '0', decimals] = (Math.abs(value) < 1 ? text : trimZeros(text)).split('.');
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, ',').replace(/^-/, '−');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

/** Plain decimals with `digits` significant digits for numbers below one: 0.0042, never 4.2e-3. */
function fixed(value: number, digits: number): string {
  const zeros = -Math.floor(Math.log10(Math.abs(value))) - 1;
  return value.toFixed(Math.min(12, zeros + digits));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A share as a percentage. What is not quite all never reads `100 %`. */
function formatRatio(ratio: number, digits: number): string {
  const percent = ratio * 100;
  if (percent > 99 && percent < 100) {
    const missing = 100 - percent;
    const decimals = Math.min(9, Math.max(1, Math.ceil(-Math.log10(missing)) + digits - 2));
    return `${trimZeros((Math.floor(percent * 10 ** decimals) / 10 ** decimals).toFixed(decimals))} %`;
  }
  return `${formatNumber(percent, digits)} %`;
}

/** A relative difference with its sign, in tenths of a percent or, from ten on, whole ones: `−5.4 %`, `+12 %`. */
export function formatDifference(ratio: number): string {
  const percent = ratio * 100;
  const text = Math.abs(percent) < 10 ? percent.toFixed(1) : percent.toFixed(0);
  if (Number(text) === 0) return '0 %';
  return `${percent > 0 ? '+' : '−'}${text.replace('-', '')} %`;
}

function formatMs(ms: number, digits: number): string {
  if (Math.abs(ms) < 1000) return `${formatNumber(ms, digits)} ms`;
  if (Math.abs(ms) < 60_000) return `${formatNumber(ms / 1000, digits)} s`;
  return formatDuration(digits > 3 ? ms : Math.round(ms / 1000) * 1000);
}

function formatMoney(value: number, digits: number): string {
  if (Math.abs(value) < 0.1 && value !== 0) return `$${formatNumber(value, digits)}`;
  const [integer = '0', cents = '00'] = value.toFixed(Math.max(2, digits - 1)).split('.');
  return `$${formatNumber(Number(integer), integer.length)}.${cents}`;
}

/**
 * A figure with its unit: `142 ms`, `0.42 %`, `182/s`, `$0.41/h`, `1.2 kW`, `$61.20` (money, in the unit of the
 * hosts' prices). `digits` are the significant digits, three for reading.
 */
export function formatFigure(value: number, unit: FigureUnit, digits = 3): string {
  switch (unit) {
    case 'ms':
      return formatMs(value, digits);
    case 'ratio':
      return formatRatio(value, digits);
    case 'count':
      return formatNumber(value, digits);
    case 'perSecond':
      return `${formatNumber(value, digits)}/s`;
    case 'perHour':
      return `${formatMoney(value, digits)}/h`;
    case 'money':
      return formatMoney(value, digits);
    case 'kWh':
      return `${formatNumber(value, digits)} kWh`;
    case 'watts':
      return Math.abs(value) >= 1000
        ? `${formatNumber(value / 1000, digits)} kW`
        : `${formatNumber(value, digits)} W`;
  }
}

/** A figure beside its limit: with as many digits as it takes to tell them apart (200.04 ms is not < 200 ms). */
export function formatBeside(value: number, limit: number | undefined, unit: FigureUnit): string {
  for (let digits = 3; digits < 9; digits++) {
    const text = formatFigure(value, unit, digits);
    if (limit === undefined || value === limit || text !== formatFigure(limit, unit, digits)) return text;
  }
  return formatFigure(value, unit, 9);
}

/** Time of day of a world time, `09:02`, with seconds when they are not zero: `09:02:15`. */
export function formatClock(ms: number): string {
  const text = new Date(ms).toISOString().slice(11, 19);
  return text.endsWith(':00') ? text.slice(0, 5) : text;
}

/** Day and time of a world time: `2026-01-01 09:02`. */
export function formatMoment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 10)} ${formatClock(ms)}`;
}

/** A stretch of world time: `09:02–09:07`; days are named where they differ. */
export function formatSpan(fromMs: number, toMs: number): string {
  const sameDay = new Date(fromMs).toISOString().slice(0, 10) === new Date(toMs).toISOString().slice(0, 10);
  return sameDay
    ? `${formatClock(fromMs)}–${formatClock(toMs)}`
    : `${formatMoment(fromMs)} – ${formatMoment(toMs)}`;
}

/** `traffic/default/t: its trace changes every 1s, and figures are means of load steps of 15s; --step 1s shows it as it is` */
export function formatFiner({ of, what, everyMs, stepMs }: FinerTraffic): string {
  const how = what === 'trace' ? 'its trace changes every' : 'its spike lasts';
  const every = formatDuration(everyMs);
  const way = everyMs >= 1000 ? `; --step ${every} shows it as it is` : '';
  return `${of}: ${how} ${every}, and figures are means of load steps of ${formatDuration(stepMs)}${way}`;
}
