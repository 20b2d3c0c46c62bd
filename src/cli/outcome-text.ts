/** How the end of a run is told: one text and one exit code for every command that lets the world follow. */
import { ExitCode } from '../base/errors.ts';
import { convergedText } from './summary-text.ts';

/** As the engine reports it. */
export interface RunEnd {
  readonly outcome:
    | { readonly type: 'settled' | 'interrupted' }
    | { readonly type: 'handed'; readonly pid: number }
    | { readonly type: 'timeout' | 'stuck'; readonly waitingFor: readonly string[] };
  /** World time that it took, ms. */
  readonly worldMs: number;
  readonly summary?: { readonly problems: readonly { readonly isFailure: boolean }[] };
}

/** More than this are not named: the first ones tell enough. */
const namedWaiting = 5;

/** One sentence that ends with what to do when all is not as wanted. */
export function outcomeText({ outcome, worldMs, summary }: RunEnd, wallMs: number): string {
  switch (outcome.type) {
    case 'settled':
      return convergedText(worldMs, wallMs, summary?.problems.filter(({ isFailure }) => isFailure).length);
    case 'interrupted':
      return 'Interrupted: what was written is stored, and the next command goes on.';
    case 'handed':
      return `Stored. Process ${outcome.pid} follows this state and carries it out.`;
    case 'stuck':
      return `Not converged, and nothing is under way: ${named(outcome.waitingFor)}`;
    case 'timeout':
      return `Timed out; still on their way: ${named(outcome.waitingFor)}. Go on with "vctl advance 5m" or a longer --timeout.`;
  }
}

/** What the process ends with. */
export function outcomeExitCode({ outcome }: RunEnd): ExitCode {
  switch (outcome.type) {
    case 'settled':
    case 'handed':
      return ExitCode.Done;
    case 'interrupted':
      return ExitCode.Interrupted;
    case 'stuck':
      return ExitCode.Failure;
    case 'timeout':
      return ExitCode.TimedOut;
  }
}

function named(keys: readonly string[]): string {
  const more = keys.length > namedWaiting ? `, … (${keys.length})` : '';
  return `${keys.slice(0, namedWaiting).map(withoutGap).join(', ')}${more}`;
}

/** The key of an object without a namespace has nothing between its slashes: `Host//a` reads better as `Host/a`. */
function withoutGap(key: string): string {
  return key.replace('//', '/');
}
