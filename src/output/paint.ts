import { Ansis } from 'ansis';

/** The few meanings that colour carries in vctl; a style is never the only sign of anything. */
export type Style = 'good' | 'busy' | 'bad' | 'quiet' | 'strong' | 'note';

// The level is given, so that neither environment nor terminal is asked: 0 is no colour, 1 the 16 colours
// that every terminal theme defines itself.
const colours = new Ansis(1);
const painters: Readonly<Record<Style, (text: string) => string>> = {
  good: colours.green,
  busy: colours.yellow,
  bad: colours.red,
  quiet: colours.gray,
  strong: colours.bold,
  note: colours.cyan,
};

/** The text in a style; unchanged when there is no style, no text or no colour. */
export function paint(text: string, style: Style | undefined, color: boolean): string {
  return color && style !== undefined && text !== '' ? painters[style](text) : text;
}

const words: Readonly<Record<'good' | 'busy' | 'bad' | 'quiet', readonly string[]>> = {
  good: ['ready', 'running', 'true', 'active', 'on', 'effective', 'converged', 'synced', 'healthy', 'passed'],
  busy: [
    ...['pending', 'scheduling', 'scheduled', 'provisioning', 'booting', 'starting', 'stopping', 'resizing'],
    ...[
      'migrating',
      'draining',
      'terminating',
      'progressing',
      'poweringon',
      'degraded',
      'unknown',
      'warning',
    ],
    ...['outofsync', 'restarting', 'updating', 'overloaded', 'waiting', 'moving', 'slow'],
  ],
  bad: [
    ...['false', 'failed', 'error', 'lost', 'crashed', 'notready', 'unschedulable', 'unreachable', 'down'],
    ...['invalid', 'missed', 'refused', 'networkloss', 'unhealthy'],
  ],
  quiet: ['stopped', 'halted', 'off', 'disabled', 'suspended', '<none>', '<unknown>'],
};

const styleByWord = new Map<string, Style>(
  (['good', 'busy', 'bad', 'quiet'] as const).flatMap((style) => words[style].map((word) => [word, style])),
);

/** The style of a state by its first word: `Ready,SchedulingDisabled` is good. Undefined for other words. */
export function stateStyle(state: string): Style | undefined {
  return styleByWord.get((/^[\w<>]+/.exec(state)?.[0] ?? '').toLowerCase());
}
