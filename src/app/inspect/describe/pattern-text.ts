/** Load over time in words. */
import { durationMs, formatDuration } from '../../../base/duration.ts';
import { decimal, percent } from '../../../model/kinds/cells.ts';
import { type Traffic } from '../../../model/kinds/index.ts';

type Spec = Traffic['spec'];
type Trace = NonNullable<Spec['pattern']['trace']>;

/** One line, or one a level for steps; a trace tells of its samples and does not show them. */
export function patternLines({ pattern, unit }: Pick<Spec, 'pattern' | 'unit'>): string[] {
  const load = (value: number): string => loadText(value, unit);
  const { constant, steps, daily, spike, trace, sine } = pattern;
  if (constant !== undefined) return [`${load(constant)} all the time`];
  if (steps) return steps.map(({ at, value }) => `${load(value)} from ${at} on`);
  if (daily)
    return [`every day from ${load(daily.base)} to ${load(daily.peak)} at ${daily.peakAt} UTC and back`];
  if (spike) {
    const { base, peak, at, duration, ramp } = spike;
    return [`${load(base)}, and ${load(peak)} for ${duration} after ${at}, with ramps of ${ramp}`];
  }
  if (sine) {
    const phase = sine.phase === 'PerTarget' ? ', each VM with a phase of its own' : '';
    return [`a wave of ${load(sine.mean)} ± ${load(sine.amplitude)} in ${sine.period}${phase}`];
  }
  return trace ? [traceText(trace, unit)] : [];
}

/** A load in its unit: `20 req/s`, `35% of the vCPUs`, `512 MiB in each VM`. */
export function loadText(value: number, unit: Spec['unit']): string {
  switch (unit) {
    case 'Requests':
      return `${decimal(value)} req/s`;
    case 'Cpu':
      return `${percent(value)} of the vCPUs`;
    case 'Memory':
      return `${decimal(value)} MiB in each VM`;
  }
}

function traceText({ file, column, interval, samples = [], scale }: Trace, unit: Spec['unit']): string {
  const from = file === undefined ? '' : ` of column ${column} in ${file}`;
  if (samples.length === 0) return `recorded: no samples yet${from}`;
  const factor = unit !== 'Requests' ? scale : scale / (durationMs(interval) / 1000);
  let least = Infinity;
  let most = -Infinity;
  for (const sample of samples) {
    least = Math.min(least, sample);
    most = Math.max(most, sample);
  }
  const whole = formatDuration(samples.length * durationMs(interval));
  const range = `${loadText(least * factor, unit)} to ${loadText(most * factor, unit)}`;
  return `recorded: ${samples.length} samples${from}, one for ${interval} each (${whole}, then again), ${range}`;
}
