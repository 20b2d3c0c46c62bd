import { type SyncWorker } from './worker.ts';

/** What is remembered of a Sync while this process follows it. */
export interface Memory {
  readonly worker: SyncWorker;
  /** Key texts that may differ from the repository: they are compared at the next round. */
  readonly dirty: Set<string>;
  /** Key texts that wait for what they depend on. */
  waiting: ReadonlySet<string>;
  /** World time at which objects that are not ready yet count as failed, ms. */
  deadlineMs?: number;
  /** It waits for another Sync to become ready. */
  blocked?: boolean;
  /** The engine's count of writes when health was last looked at. */
  seenWrites?: number;
  /** The last attempt came to its end without a fault: with nothing new there is nothing to do. */
  sound: boolean;
  /** The repository's address, for which the worker was made. */
  readonly repo: string;
}
