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
  update(read: () => Progress | string): void {
    const nowMs = wallClock.now();
    if (nowMs - this.#lastMs < redrawMs) return;
    this.#lastMs = nowMs;
    this.#shown = true;
    const progress = read();
    const text = typeof progress === 'string' ? progress : progressText(progress);
    this.write(`\r\u001b[2K${text.slice(0, this.width - 1)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.write('\r\u001b[2K');
    this.#shown = false;
  }
}

/** `converging  ▕████░░▏ 41/47  slowest: vm/saas/crm-db-0 (booting, 8s left) · world +31s` */
export function progressText({ done, total, waiting, worldMs }: Progress): string {
  const slowest = waiting[0] === undefined ? '' : `  slowest: ${waiting[0]}`;
  return `converging  ${barText(total === 0 ? 1 : done / total)} ${done}/${total}${slowest} · world +${formatDuration(Math.round(worldMs / 100) * 100)}`;
}

/** A bar that is filled by this share, 0..1. */
export function barText(share: number): string {
  const filled = Math.floor(Math.min(1, Math.max(0, share)) * barCells);
  return `▕${'█'.repeat(filled)}${'░'.repeat(barCells - filled)}▏`;
}
