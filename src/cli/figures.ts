import { formatDuration } from '../base/duration.ts';
import { type ObjectiveUnit } from '../model/run-record.ts';

/** A figure of a run with its unit, at the precision that people read. */
export function figureText(value: number, unit: ObjectiveUnit): string {
  switch (unit) {
    case 'ms':
      return value < 10_000 ? `${significant(value)} ms` : formatDuration(Math.round(value / 100) * 100);
    case 'ratio':
      return `${significant(value * 100)} %`;
    case 'count':
      return significant(value);
    case 'money':
      return `$${value.toFixed(2)}`;
    case 'perHour':
      return `$${value.toFixed(2)}/h`;
    case 'kWh':
      return `${significant(value)} kWh`;
    case 'watts':
      return `${significant(value)} W`;
  }
}

/** Three digits at least, none lost before the point; no zeros at the end. */
function significant(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(digits, 6))));
}
