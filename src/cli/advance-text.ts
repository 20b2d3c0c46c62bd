/** What `advance` prints: the line while time passes, and what happened in between. */
import { formatDuration } from '../base/duration.ts';
import { barText } from './progress.ts';

export interface AdvanceFigures {
  readonly events: Readonly<Record<string, number>>;
  readonly decisions: readonly {
    readonly time: string;
    readonly policy: string;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  }[];
  readonly summary: { readonly machines: { readonly byPhase: Readonly<Record<string, number>> } };
}

/** More decisions than this are counted and not listed. */
const listed = 12;

/** `advancing   ▕████░░▏ 2h30m of 6h · 5400 x` */
export function advancingText(doneMs: number, totalMs: number, wallMs: number): string {
  const share = totalMs === 0 ? 1 : doneMs / totalMs;
  const whole = Math.floor(doneMs / 60_000) * 60_000;
  return `advancing   ${barText(share)} ${formatDuration(whole)} of ${formatDuration(totalMs)} · ${speedText(doneMs, wallMs)}`;
}

/** How much faster than the wall clock world time went: `5400 x`. */
export function speedText(worldMs: number, wallMs: number): string {
  return `${Math.round(worldMs / Math.max(1, wallMs)).toLocaleString('en-US')} x`;
}

/** Two-column lines, one a topic; topics without anything to say are left out. */
export function* happeningLines({ events, decisions, summary }: AdvanceFigures): Iterable<string> {
  const reasons = Object.entries(events)
    .filter(([, count]) => count > 0)
    .sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  yield row('events', reasons.length === 0 ? 'none' : reasons.map(([name, n]) => `${n} ${name}`).join(', '));
  for (const [index, one] of decisions.slice(0, listed).entries()) {
    const label = index === 0 ? 'scaling' : '';
    yield row(label, `${one.time}  ${one.policy}  ${one.from} → ${one.to}  (${one.reason})`);
  }
  if (decisions.length > listed) yield row('', `… and ${decisions.length - listed} more`);
  const phases = Object.entries(summary.machines.byPhase);
  if (phases.length > 0)
    yield row('VMs', phases.map(([phase, n]) => `${n} ${phase.toLowerCase()}`).join(', '));
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(10)} ${text}`;
}
