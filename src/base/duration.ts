const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The pattern of a duration, also used in the schemas: Go's form, with days added. */
export const durationPattern = '^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$';

/** The longest span that is taken, ms: ten years. World time is kept as a date, and dates end. */
export const longestDurationMs = 87_600 * 3_600_000;

const whole = new RegExp(durationPattern);

/** Milliseconds of `1h30m`, `250ms`, `2d`; a bare `0` is zero. Undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!whole.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h|d)/g)) {
    total += Number(number) * (unitMs[unit ?? ''] ?? NaN);
  }
  return total;
}

/** Milliseconds of a duration that admission has already checked; `fallbackMs` when absent. */
export function durationMs(text: string | undefined, fallbackMs = 0): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? fallbackMs;
}

/** The shortest exact form in h, m, s and ms, as Go prints it: `1h30m`, `14.2s`, `250ms`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms === 0) return '0s';
  if (ms < 1000) return `${trim(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  return (
    (hours > 0 ? `${hours}h` : '') +
    (minutes > 0 ? `${minutes}m` : '') +
    (seconds > 0 ? `${trim(seconds)}s` : '')
  );
}

/**
 * The one way to write a length of time, as `formatDuration` does: `60s` and `1m` are equal and both give `1m`.
 * Undefined when it is no duration; what is finer than a microsecond stays as it is written.
 */
export function canonicalDuration(text: string): string | undefined {
  const ms = parseDuration(text);
  if (ms === undefined) return undefined;
  const canonical = formatDuration(ms);
  // Sums of fractions are off by a few bits: half a nanosecond is less than can be written.
  const isExact = Math.abs((parseDuration(canonical) ?? NaN) - ms) < 5e-7;
  return isExact && (ms === 0 || ms >= 1e-3) ? canonical : text;
}

/** An age for tables, two units at most, as kubectl prints it: `5s`, `3m20s`, `2d4h`. */
export function formatAge(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 120) return `${s}s`;
  const m = Math.floor(s / 60);
  if (m < 10) return s % 60 === 0 ? `${m}m` : `${m}m${s % 60}s`;
  if (m < 180) return `${m}m`;
  const h = Math.floor(m / 60);
  if (h < 8) return m % 60 === 0 ? `${h}h` : `${h}h${m % 60}m`;
  if (h < 48) return `${h}h`;
  const d = Math.floor(h / 24);
  return d < 8 && h % 24 !== 0 ? `${d}d${h % 24}h` : `${d}d`;
}

function trim(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
