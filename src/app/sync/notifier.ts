/** Tells webhooks of outcomes, without anybody waiting for it. A webhook that does not answer fails nothing. */
import { deliver, type Delivery } from '../../gitops/deliver.ts';

export class Notifier {
  readonly #pending = new Set<Promise<void>>();
  readonly #failures: Delivery[] = [];

  constructor(private readonly signal?: AbortSignal) {}

  /** Begins to deliver. */
  send(delivery: Delivery): void {
    const done = deliver(delivery, this.signal).then((ok) => {
      if (!ok) this.#failures.push(delivery);
    });
    this.#pending.add(done);
    void done.finally(() => this.#pending.delete(done));
  }

  /** Deliveries that were given up since the last call. */
  takeFailures(): readonly Delivery[] {
    return this.#failures.splice(0);
  }

  /** Resolves once everything is delivered or given up. */
  async drain(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
