/** The block at the foot of the screen of a watch: how all stands. */
import { toTimestamp } from '../base/clock.ts';
import { barText } from './progress.ts';

/** How all stands; as `app/watch` gives it. */
export interface Standing {
  readonly nowMs: number;
  readonly total: number;
  readonly done: number;
  readonly waiting: readonly string[];
  readonly problems: readonly {
    readonly object: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

/** More than this are counted and not listed. */
const listed = 5;

/** The foot of the screen. `refusal`: what is wrong with the files at present. */
export function watchBlock(
  { nowMs, total, done, waiting, problems }: Standing,
  what: { readonly paths: string; readonly speed: string; readonly refusal?: string },
): string[] {
  const converging =
    done === total ? `all ${total} objects have settled` : `${barText(done / total)} ${done}/${total}`;
  const slowest = done === total || waiting.length === 0 ? '' : `  slowest: ${waiting.join(', ')}`;
  const more = problems.length > listed ? [`… and ${problems.length - listed} more`] : [];
  return [
    `── ${what.paths} · world ${toTimestamp(nowMs)} · ${what.speed} · Ctrl-C ends`,
    `   ${done === total ? 'converged ' : 'converging'}  ${converging}${slowest}`,
    ...[
      ...problems.slice(0, listed).map((one) => `${one.object}: ${one.message} (${one.reason})`),
      ...more,
    ].map((line, index) => `   ${index === 0 ? 'unhealthy ' : '          '}  ${line}`),
    ...(what.refusal === undefined ? [] : [`   files       ${what.refusal}`]),
  ];
}
