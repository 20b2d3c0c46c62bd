import { type Actor, type Core } from './core.ts';
import { Rank } from './event-queue.ts';

/**
 * The beat of load steps. It runs while there is traffic, and for one more step, so that the last sample shows that
 * it has ended.
 */
export class Steps implements Actor {
  readonly rank = Rank.Step;
  readonly id = 'step';
  token = 0;
  #running = false;

  constructor(
    private readonly core: Core,
    private readonly load: { beginStep(): void },
    private readonly surroundings: {
      /** Also while requests of the past wait. */
      readonly hasTraffic: () => boolean;
      /** After the loads of a step are laid on. */
      readonly begun: () => void;
    },
  ) {}

  get running(): boolean {
    return this.#running;
  }

  /** Begins to beat unless it does already. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#next();
  }

  fire(): void {
    this.load.beginStep();
    this.surroundings.begun();
    this.#running = this.surroundings.hasTraffic();
    if (this.#running) this.#next();
  }

  /** The start of the step under way, ms of world time. */
  get stepStartMs(): number {
    return this.core.stepStartAt(this.core.nowMs);
  }

  #next(): void {
    this.core.queue.schedule(this, this.stepStartMs + this.core.stepMs);
  }
}
