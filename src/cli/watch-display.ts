/** Shows a watch: on a terminal a log with a block at its foot, elsewhere a line an event. */
import { toTimestamp } from '../base/clock.ts';
import { LiveBlock } from './live-block.ts';
import { isInteractive } from './terminal.ts';
import { watchBlock, type Standing } from './watch-text.ts';

export class WatchDisplay {
  readonly #block: LiveBlock | undefined;
  /** What is wrong with the files at present. */
  refusal: string | undefined;

  constructor(
    private readonly paths: string,
    private readonly speed: string,
    json: boolean,
  ) {
    const shown = !json && isInteractive(process.stdout, process.env);
    const columns = (): number => process.stdout.columns ?? 80;
    this.#block = shown ? new LiveBlock((text) => process.stdout.write(text), columns) : undefined;
  }

  /** Each line with the world time at which it happened. */
  log(lines: readonly string[], nowMs: number): void {
    const print = (): void => {
      for (const line of lines) process.stdout.write(`${toTimestamp(nowMs)}  ${line}\n`);
    };
    if (this.#block) this.#block.above(print);
    else print();
  }

  draw(standing: Standing): void {
    this.#block?.draw(watchBlock(standing, { paths: this.paths, speed: this.speed, refusal: this.refusal }));
  }

  clear(): void {
    this.#block?.clear();
  }
}
