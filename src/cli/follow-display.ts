/** The progress line of a command that lets the world follow, and the signal that ends it early. */
import { wallClock } from '../base/clock.ts';
import { interruptSignal } from './interrupt.ts';
import { type Progress, ProgressLine } from './progress.ts';
import { isInteractive } from './terminal.ts';

/** What the line is made from; the engine's manager is one. */
export interface Watched {
  readonly nowMs: number;
  readonly objectCount: number;
  readonly unsettledCount: number;
  waiting(limit: number): readonly string[];
}

export class FollowDisplay {
  readonly #line = new ProgressLine((text) => process.stderr.write(text), process.stderr.columns ?? 80);
  readonly #shown: boolean;
  readonly #startedAtMs = wallClock.now();
  #worldStartMs: number | undefined;
  /** Aborts at Ctrl-C. */
  readonly signal = interruptSignal();

  /** `quiet` shows no line even on a terminal. */
  constructor(quiet: boolean) {
    this.#shown = !quiet && isInteractive(process.stderr, process.env);
  }

  /** Wall time since the command began, ms. */
  get wallMs(): number {
    return wallClock.now() - this.#startedAtMs;
  }

  /** Draws the line anew after a turn, for people who watch. */
  readonly onTurn = (manager: Watched): void => {
    this.draw(manager, (worldMs) => ({
      total: manager.objectCount,
      done: manager.objectCount - manager.unsettledCount,
      waiting: manager.waiting(1),
      worldMs,
    }));
  };

  /** As `onTurn`, with a line of the caller's own. */
  draw(manager: Watched, read: (worldMs: number) => Progress | string): void {
    if (!this.#shown) return;
    this.#worldStartMs ??= manager.nowMs;
    const since = this.#worldStartMs;
    this.#line.update(() => read(manager.nowMs - since));
  }

  /** As `draw`, of something that is no manager. */
  drawText(read: () => string): void {
    if (this.#shown) this.#line.update(read);
  }

  /** Takes the line away, so that results can be printed. */
  clear(): void {
    this.#line.clear();
  }
}
