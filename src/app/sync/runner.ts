/**
 * Carries out Syncs on a state: a round looks at repositories, applies what is new in all of them, and only then
 * deletes what none of them has any more. Whatever went wrong before, nothing is deleted.
 */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Git } from '../../gitops/git.ts';
import { type Head } from '../../gitops/repository.ts';
import { type Manager } from '../../engine/manager.ts';
import { type Sync } from '../../model/kinds/index.ts';
import { type KubeObject, keyOf, keyText } from '../../model/object.ts';
import { deepEqual } from '../../base/deep.ts';
import { LiveSnapshot } from '../live.ts';
import { type State, worldTime } from '../state.ts';
import { Attempt, type AttemptContext } from './attempt.ts';
import { inDependencyOrder, obstacleTo } from './dependencies.ts';
import { cacheDirOf, syncKeyText, syncName } from './names.ts';
import { type Memory } from './memory.ts';
import { type Notifier } from './notifier.ts';
import { refreshHealth } from './refresh.ts';
import { failedResult, type SyncResult, unchangedResult } from './result.ts';
import { eventWrites } from './sync-events.ts';
import { type Look, SyncWorker } from './worker.ts';

export interface RunnerOptions {
  readonly state: State;
  readonly git: Git;
  readonly signal?: AbortSignal;
  /** More may be pruned at once than `maxPrune` says. */
  readonly dangerousPrune?: boolean;
  readonly notifier?: Notifier;
}

export class SyncRunner {
  readonly #options: RunnerOptions;
  readonly #memories = new Map<string, Memory>();
  /** Key text of an object -> the memory of the Sync that owns it. */
  readonly #owners = new Map<string, Memory>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** All Syncs of the state, ordered by namespace and name. */
  async syncs(): Promise<readonly Sync[]> {
    return (await this.#options.state.store.list('Sync')).items as readonly Sync[];
  }

  /** Blobs read so far, for tests that count work. */
  get blobReads(): number {
    let count = 0;
    for (const { worker } of this.#memories.values()) count += worker.repository.blobReads;
    return count;
  }

  /** Takes note of a change that somebody has made; to be handed to the engine. */
  readonly noteChange = (object: KubeObject | undefined, old: KubeObject | undefined): void => {
    const one = object ?? old;
    const memory = one && this.#owners.get(keyText(keyOf(one)));
    if (memory && !sameIntent(object, old)) memory.dirty.add(keyText(keyOf(one)));
  };

  /** The Syncs for which something has to be done before their repositories are looked at again. */
  urgent(syncs: readonly Sync[]): Sync[] {
    const find = (name: string): Sync | undefined => syncs.find((one) => syncName(one) === name);
    return syncs.filter((sync) => {
      const memory = this.#memories.get(sync.metadata.uid ?? '');
      if (!memory?.worker.desired || !isActive(sync)) return false;
      if (memory.dirty.size > 0 || memory.waiting.size > 0) return true;
      return memory.blocked === true && obstacleTo(sync, find) === undefined;
    });
  }

  /**
   * One round for the Syncs that are due: look, apply in order of dependsOn, prune. Others that follow the same
   * repository take part when it has changed, so that an object can move between them. With `poll` false the
   * revisions of the last look are taken as they are.
   */
  async round(due: readonly Sync[], manager?: Manager, poll = true): Promise<SyncResult[]> {
    const all = await this.syncs();
    const heads = new Map<string, Promise<Head>>();
    const looks = new Map<string, Look | UserError>();
    const take = async (syncs: readonly Sync[]): Promise<void> => {
      for (const sync of syncs) {
        if (!looks.has(syncKeyText(sync))) looks.set(syncKeyText(sync), await this.#look(sync, heads, poll));
      }
    };
    await take(due);
    const changed = due.filter((sync) => {
      const look = looks.get(syncKeyText(sync));
      return look && !(look instanceof Error) && look.changed;
    });
    const repos = new Set(changed.map(({ spec }) => spec.source.repo));
    await take(all.filter((sync) => isActive(sync) && repos.has(sync.spec.source.repo)));
    const participants = inDependencyOrder(all.filter((sync) => looks.has(syncKeyText(sync))));
    return this.#carryOut(participants, looks, all, manager);
  }

  async #carryOut(
    participants: readonly Sync[],
    looks: ReadonlyMap<string, Look | UserError>,
    all: readonly Sync[],
    manager: Manager | undefined,
  ): Promise<SyncResult[]> {
    const results = new Map<Sync, SyncResult>();
    const attempts = new Map<Sync, Attempt>();
    let live: Promise<LiveSnapshot> | undefined;
    const context: AttemptContext = {
      ...this.#options,
      nowMs: await worldTime(this.#options.state),
      live: () => (live ??= LiveSnapshot.read(this.#options.state.store)),
      written: () => (live = undefined),
      isUnsettled: unsettledIn(manager),
      syncs: all,
      declaredBy: (sync) => this.#memories.get(sync.metadata.uid ?? '')?.worker.desired?.declared,
    };
    for (const sync of participants) {
      const look = looks.get(syncKeyText(sync));
      const memory = this.#memories.get(sync.metadata.uid ?? '');
      if (!look || look instanceof Error || !memory) {
        const error = look instanceof Error ? look : new UserError('it was not looked at');
        results.set(sync, await failedResult(context, sync, error));
        if (memory) memory.sound = false;
        continue;
      }
      const obstacle = obstacleTo(sync, (name) => this.#withNews(all, results, name));
      const attempt = new Attempt(context, sync, look, memory);
      if (obstacle) {
        results.set(sync, await attempt.postpone(obstacle));
      } else if (attempt.isIdle) {
        results.set(sync, unchangedResult(sync, look.desired.revision.text));
      } else {
        await attempt.apply();
        attempts.set(sync, attempt);
        // Whoever depends on this one asks its status: it has to wait for the new revision.
        results.set(sync, attempt.provisional());
      }
    }
    for (const [sync, attempt] of attempts) {
      const result = await attempt.finish();
      results.set(sync, result);
      this.#own(sync, attempt.memory, result);
    }
    return participants.map((sync) => results.get(sync)).filter((result) => result !== undefined);
  }

  /** Brings health and readiness up to date after the world has moved. `final`: nothing moves any more. */
  async refresh(manager: Manager, final = false): Promise<SyncResult[]> {
    const results: SyncResult[] = [];
    for (const sync of manager.cache.list('Sync')) {
      const memory = this.#memories.get(sync.metadata.uid ?? '');
      if (!memory || !isActive(sync)) continue;
      const result = await refreshHealth({ ...this.#options, manager, sync, memory, final });
      if (result) results.push(result);
    }
    return results;
  }

  /** Notes notifications that nobody has taken, as events. */
  async noteLost(): Promise<void> {
    const { notifier, state } = this.#options;
    for (const { sync, message } of notifier?.takeLost() ?? []) {
      const nowMs = await worldTime(state);
      const event = { about: sync, type: 'Warning', reason: 'NotificationFailed', message } as const;
      await state.store.commit({ writes: await eventWrites(state.store, [event], nowMs), nowMs });
    }
  }

  /** A Sync as it stands after what this round has done so far. */
  #withNews(all: readonly Sync[], results: ReadonlyMap<Sync, SyncResult>, name: string): Sync | undefined {
    const sync = all.find((one) => syncName(one) === name);
    const news = sync && results.get(sync);
    if (!sync || !news || news.outcome === 'Unchanged') return sync;
    return { ...sync, status: { ...sync.status, ...news.status } };
  }

  async #look(sync: Sync, heads: Map<string, Promise<Head>>, poll: boolean): Promise<Look | UserError> {
    try {
      const memory = this.#memoryOf(sync);
      const { desired } = memory.worker;
      if (!poll && desired) return { desired, changed: false, rewritten: false, unpinned: false };
      const live = (): Promise<LiveSnapshot> => LiveSnapshot.read(this.#options.state.store);
      return await memory.worker.look(sync, { heads, live });
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
  }

  #memoryOf(sync: Sync): Memory {
    const { uid = '' } = sync.metadata;
    const { repo } = sync.spec.source;
    const known = this.#memories.get(uid);
    if (known?.repo === repo) return known;
    const { git, signal, state } = this.#options;
    const worker = new SyncWorker(sync, { git, cacheDir: cacheDirOf(state), ...(signal ? { signal } : {}) });
    const memory: Memory = { worker, repo, dirty: new Set(), waiting: new Set(), sound: false };
    this.#memories.set(uid, memory);
    return memory;
  }

  #own(sync: Sync, memory: Memory, { status }: SyncResult): void {
    for (const [text, owner] of this.#owners) if (owner === memory) this.#owners.delete(text);
    for (const { kind, namespace = '', name } of status?.inventory ?? []) {
      this.#owners.set(keyText({ kind, namespace, name }), memory);
    }
  }
}

/** True for a Sync that is to be carried out. */
export function isActive(sync: Sync): boolean {
  return !sync.spec.suspend && sync.metadata.deletionTimestamp === undefined;
}

function unsettledIn(manager: Manager | undefined): (text: string) => boolean {
  if (!manager) return () => false;
  const keys = new Set(manager.unsettled().map((text) => text.split(' ')[0] ?? ''));
  return (text) => keys.has(text);
}

/** True when only the status, or what the system writes, differs. */
function sameIntent(a: KubeObject | undefined, b: KubeObject | undefined): boolean {
  if (!a || !b) return false;
  return (
    a.metadata.uid === b.metadata.uid &&
    deepEqual(a.spec, b.spec) &&
    deepEqual(a.metadata.labels, b.metadata.labels) &&
    deepEqual(a.metadata.annotations, b.metadata.annotations)
  );
}

/** What the process ends with after these: the one outcome that all share, else that it was done in part. */
export function exitCodeOf(results: readonly SyncResult[]): ExitCode {
  const codes = new Set(results.map(({ exitCode }) => exitCode));
  const [only] = codes;
  if (codes.size <= 1) return only ?? ExitCode.Done;
  return ExitCode.PartlyApplied;
}
