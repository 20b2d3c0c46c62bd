/** Tells webhooks of outcomes, without anybody waiting for it. A webhook that does not answer fails nothing. */
import { deliver, type Delivery, shownWebhook } from '../../gitops/deliver.ts';
import { findCondition } from '../../model/conditions.ts';
import { type Sync, type SyncedRevision, type SyncStatus } from '../../model/kinds/index.ts';
import { syncName } from './names.ts';

type Told = Sync['spec']['notify'][number]['on'][number];

/** A delivery that was given up. */
export interface LostNotification {
  readonly sync: Sync;
  readonly message: string;
}

export class Notifier {
  readonly #pending = new Set<Promise<void>>();
  readonly #lost: LostNotification[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #deliver: typeof deliver;

  constructor(signal?: AbortSignal, by: typeof deliver = deliver) {
    this.#signal = signal;
    this.#deliver = by;
  }

  /** Begins to tell what has become of a Sync, if that is news: `sync` is as it stood before. */
  tell(sync: Sync, status: SyncStatus, entry: Omit<SyncedRevision, 'time'> | undefined): void {
    const outcome = newsOf(sync, status, entry);
    if (outcome === undefined) return;
    for (const { webhook, on } of sync.spec.notify) {
      if (on.includes(outcome))
        this.#send(sync, { url: webhook, body: bodyOf(sync, status, outcome, entry) });
    }
  }

  /** What was given up since the last call. */
  takeLost(): readonly LostNotification[] {
    return this.#lost.splice(0);
  }

  /** Resolves once everything is delivered or given up. */
  async drain(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #send(sync: Sync, delivery: Delivery): void {
    const done = this.#deliver(delivery, this.#signal).then((ok) => {
      if (ok) return;
      const message = `${shownWebhook(delivery.url)} did not take the notification`;
      this.#lost.push({ sync, message });
    });
    this.#pending.add(done);
    void done.finally(() => this.#pending.delete(done));
  }
}

/** An outcome counts once a revision; that the Sync is not ready any more counts when it becomes so. */
function newsOf(
  sync: Sync,
  status: SyncStatus,
  entry: Omit<SyncedRevision, 'time'> | undefined,
): Told | undefined {
  const [newest] = sync.status?.history ?? [];
  if (entry) {
    const isKnown = newest?.revision === entry.revision && newest.outcome === entry.outcome;
    if (isKnown) return undefined;
    return entry.outcome === 'RolledBack' ? 'Applied' : entry.outcome;
  }
  const [before, now] = [sync.status, status].map((one) => findCondition(one?.conditions, 'Ready'));
  const isWorse = now?.status === 'False' && (before?.status !== 'False' || before.reason !== now.reason);
  return isWorse ? 'Failed' : undefined;
}

/** Says no values of fields: nothing in it can be a secret of a manifest. */
function bodyOf(
  sync: Sync,
  status: SyncStatus,
  outcome: Told,
  entry: Omit<SyncedRevision, 'time'> | undefined,
): object {
  const ready = findCondition(status.conditions, 'Ready');
  return {
    ...{ sync: syncName(sync), outcome, revision: entry?.revision ?? status.lastAttemptedRevision },
    ...{ ready: ready?.status, reason: ready?.reason, message: ready?.message },
    ...{ created: entry?.created, configured: entry?.configured, pruned: entry?.pruned },
    ...{ subject: entry?.subject, author: entry?.author, health: status.health },
  };
}
