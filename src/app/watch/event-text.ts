/** Events of a watch as lines for people. */
import { toTimestamp } from '../../base/clock.ts';
import { parseKeyText } from '../../model/object.ts';
import { isKind, qualifiedName } from '../../model/kinds/index.ts';
import { findingsText } from '../findings.ts';
import { type Scan } from './session.ts';
import { type WatchEvent } from './watch-apply.ts';

/** The lines that tell of the event, without line ends; none when there is nothing to tell. */
export function eventLines(event: WatchEvent, color: boolean): string[] {
  switch (event.type) {
    case 'Scan':
      return scanLines(event.scan, color);
    case 'Turned': {
      const { status, message, reason } = event.ready;
      return [`${event.object} ${status === 'True' ? 'ready' : `not ready: ${message} (${reason})`}`];
    }
    case 'Settled':
      return ['converged: everything has settled'];
  }
}

/** The event as a value to be printed as JSON, without the texts of the files. */
export function eventJson(event: WatchEvent, nowMs: number): object {
  const time = toTimestamp(nowMs);
  if (event.type !== 'Scan') return { time, ...event };
  const { scan } = event;
  switch (scan.type) {
    case 'Applied': {
      const objects = scan.objects.map(({ name, namespace, action }) => ({ name, namespace, action }));
      return {
        time,
        type: scan.type,
        objects,
        warnings: scan.warnings,
        gone: scan.gone,
        pruning: scan.confirming,
      };
    }
    case 'Refused':
      return { time, type: scan.type, errors: scan.errors };
    case 'Failed':
      return { time, ...scan };
  }
}

/** In a few words what is wrong with the files; undefined when nothing is. */
export function refusalOf(scan: Scan): string | undefined {
  switch (scan.type) {
    case 'Applied':
      return undefined;
    case 'Failed':
      return `not applied: ${scan.message.split('\n')[0] ?? ''}`;
    case 'Refused': {
      const [first] = scan.errors.filter(({ severity }) => severity === 'error');
      const more = scan.errors.length > 1 ? ` (and ${scan.errors.length - 1} more)` : '';
      return `invalid, what was applied before stays: ${first?.file}:${first?.line}:${first?.column} ${first?.message}${more}`;
    }
  }
}

function scanLines(scan: Scan, color: boolean): string[] {
  switch (scan.type) {
    case 'Refused':
      return wholeLines(
        findingsText(scan.errors, scan.sources, { color, outcome: 'what was applied before stays' }),
      );
    case 'Failed':
      return [`error: ${scan.message}`, ...scan.nextSteps.map((step) => `  try: ${step}`)];
    case 'Applied':
      return [
        ...(scan.recovered ? ['the files are valid again'] : []),
        ...wholeLines(findingsText(scan.warnings, scan.sources, { color })),
        ...scan.objects.map(({ name, action }) => `${name} ${action}`),
        ...scan.gone.map((key) => `${nameOf(key)} is in no file any more: ${fateOf(scan)}`),
        ...(scan.objects.length + scan.gone.length === 0 ? ['nothing to change'] : []),
      ];
  }
}

function fateOf({ confirming }: Scan & { type: 'Applied' }): string {
  return confirming ? 'pruned, unless it comes back' : 'it stays (--prune deletes such objects)';
}

function nameOf(key: string): string {
  const { kind, name } = parseKeyText(key);
  return isKind(kind) ? qualifiedName(kind, name) : key;
}

function wholeLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
