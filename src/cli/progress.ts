/** The line that is rewritten while the world follows; nothing where nobody watches. */
import { wallClock } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What is waited for, the slowest first. */
  readonly waiting: readonly string[];
  /** World time since the start, ms. */
  readonly worldMs: number;
}

/** Redrawing more often than this cannot be read and costs time, ms. */
const redrawMs = 50;
const barCells = 22;

export class ProgressLine {
  #lastMs = 0;
  #shown = false;

  constructor(
    private readonly write: (text: string) => void,
    private readonly width: number,
  ) {}

  /** Draws the line anew, if the last time is long enough ago. `read` is only called then. */
  update(read: () => Progress): void {
    const nowMs = wallClock.now();
    if (nowMs - this.#lastMs < redrawMs) return;
    this.#lastMs = nowMs;
    this.#shown = true;
    this.write(`\r\u001b[2K${progressText(read()).slice(0, this.width - 1)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.write('\r\u001b[2K');
    this.#shown = false;
  }
}

/** `converging  ▕████░░▏ 41/47  slowest: vm/saas/crm-db-0 (booting, 8s left) · world +31s` */
export function progressText({ done, total, waiting, worldMs }: Progress): string {
  const filled = total === 0 ? barCells : Math.floor((done / total) * barCells);
  const bar = '█'.repeat(filled) + '░'.repeat(barCells - filled);
  const slowest = waiting[0] === undefined ? '' : `  slowest: ${waiting[0]}`;
  return `converging  ▕${bar}▏ ${done}/${total}${slowest} · world +${formatDuration(Math.round(worldMs / 100) * 100)}`;
}
