/**
 * The engine's loop: turns of reconciling at a standing world time, each closed by one transaction, and
 * between them the world's time moved to the next thing that happens.
 */
import { ApiError, assert } from '../base/errors.ts';
import { formatDuration } from '../base/duration.ts';
import { type Kind } from '../model/kinds/index.ts';
import { type KubeObject, type ObjectKey, keyOf, parseKeyText } from '../model/object.ts';
import {
  type Operation,
  type PrivateEntry,
  type Store,
  type World,
  type WorldChange,
} from '../model/ports.ts';
import { ObjectCache } from './cache.ts';
import { type IndexDefinition } from './cache-index.ts';
import { type Controller } from './controller.ts';
import { FigureWatch } from './figures.ts';
import { Notes } from './notes.ts';
import { type Placer } from './placer.ts';
import { Reconciler } from './reconciler.ts';
import { Turn } from './turn.ts';

export interface ManagerOptions {
  readonly store: Store;
  /** Makes the world as the store last saved it; called again when another process has interfered. */
  readonly loadWorld: () => Promise<World>;
  readonly controllers: Readonly<Partial<Record<Kind, Controller>>>;
  /** What the cache keeps for the controllers. */
  readonly indexes: readonly IndexDefinition[];
  /** Makes the one that gives VMs their hosts, for a cache that is still empty. */
  readonly makePlacer: (cache: ObjectCache) => Placer;
  readonly seed: number;
  /**
   * How many turns share a transaction while a run goes on: more save waits for the disk, and what a killed
   * process loses is only what nobody was told of. @defaultValue 1
   */
  readonly turnsPerCommit?: number;
  /** Called after each turn, for progress lines; the run goes on once it has resolved. */
  readonly onTurn?: (manager: Manager) => void | Promise<void>;
  /**
   * Called before world time moves on to `untilMs`: what holds now holds until then (just before, as what happens at
   * that moment counts to what follows). For recorders; it must change nothing.
   */
  readonly onPass?: (world: World, untilMs: number) => void;
  /** Called for each object as it changes, in order. */
  readonly onChange?: (object: KubeObject | undefined, old: KubeObject | undefined) => void;
}

/** How a run ended. */
export type Outcome =
  | { readonly type: 'settled' }
  /** The time was up before all had settled. */
  | { readonly type: 'timeout'; readonly waitingFor: readonly string[] }
  /** Nothing is under way and yet something waits: its conditions say what for. */
  | { readonly type: 'stuck'; readonly waitingFor: readonly string[] }
  | { readonly type: 'interrupted' };

export class Manager {
  readonly #options: ManagerOptions;
  #cache: ObjectCache;
  #reconciler: Reconciler;
  #placer: Placer;
  #notes = new Notes();
  #figures: FigureWatch;
  #world: World | undefined;
  /** The turn under way, or the last ones that are not committed yet. */
  #open: Turn | undefined;
  #turnsOpen = 0;
  #revision = 0;
  #turns = 0;
  #writes = 0;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#cache = new ObjectCache(options.indexes);
    this.#reconciler = this.#newReconciler();
    this.#placer = options.makePlacer(this.#cache);
    this.#figures = new FigureWatch(options.controllers);
  }

  get cache(): ObjectCache {
    return this.#cache;
  }

  get world(): World {
    assert(this.#world, 'the manager was not started');
    return this.#world;
  }

  get nowMs(): number {
    return this.world.nowMs;
  }

  /** How many turns were taken, objects written, looked at, and compared with their figures, for tests that count work. */
  get counts(): Readonly<Record<'turns' | 'writes' | 'looks' | 'comparisons', number>> {
    const { looks } = this.#reconciler;
    const { comparisons } = this.#figures;
    return { turns: this.#turns, writes: this.#writes, looks, comparisons };
  }

  /** Fills the cache and the world from the store and asks for a look at everything. */
  async start(): Promise<void> {
    const { controllers, indexes, makePlacer, store } = this.#options;
    this.#cache = new ObjectCache(indexes);
    this.#reconciler = this.#newReconciler();
    this.#placer = makePlacer(this.#cache);
    this.#figures = new FigureWatch(controllers);
    this.#open = undefined;
    this.#world = await this.#options.loadWorld();
    this.#revision = await store.revision();
    const noteKinds = Object.values(controllers).flatMap(({ notes }) => notes ?? []);
    const noted: PrivateEntry[] = [];
    for (const { prefix } of noteKinds) noted.push(...(await store.listPrivate(prefix)));
    this.#notes = new Notes(noted);
    for (const kind of Object.keys(controllers).sort()) {
      for (const object of (await store.list(kind)).items) this.#take(object, undefined);
    }
    for (const object of (await store.list('Event')).items) this.cache.put(object);
    for (const { prefix } of noteKinds.filter(({ byObject }) => byObject)) {
      for (const key of this.#notes.keys(prefix)) {
        this.#reconciler.add(parseKeyText(key.slice(prefix.length)));
      }
    }
  }

  /** Objects that are not yet as wanted, in order of their keys; failing ones with their error. */
  unsettled(): readonly string[] {
    return this.#reconciler.unsettled();
  }

  get unsettledCount(): number {
    return this.#reconciler.unsettledCount;
  }

  /** Objects that are reconciled: all but events. */
  get objectCount(): number {
    return this.cache.size - this.cache.count('Event');
  }

  operations(): readonly Operation[] {
    return this.world.operations();
  }

  /** True when nothing is left to do and nothing is under way. */
  isSettled(): boolean {
    const { readyCount, unsettledCount } = this.#reconciler;
    return readyCount === 0 && unsettledCount === 0 && this.world.operationCount() === 0;
  }

  /** Moves world time on until all has settled, but not beyond `deadlineMs`. */
  async settle(deadlineMs: number, signal?: AbortSignal): Promise<Outcome> {
    return this.#truly(await this.runUntilTrue(() => this.isSettled(), deadlineMs, signal));
  }

  /** Nothing has settled while an object had to be given up. */
  #truly(outcome: Outcome): Outcome {
    const restless = this.#reconciler.restless();
    if (outcome.type !== 'settled' || restless.length === 0) return outcome;
    return {
      type: 'stuck',
      waitingFor: restless.map((key) => `${key} (bug in vctl: it does not come to rest)`),
    };
  }

  /**
   * Moves world time on until `isDone` (asked after each turn) says so: `settled` then; but not beyond
   * `deadlineMs`, and not at all once nothing more can happen by itself.
   */
  async runUntilTrue(isDone: () => boolean, deadlineMs: number, signal?: AbortSignal): Promise<Outcome> {
    const outcome = await this.#run(deadlineMs, isDone, signal);
    await this.#finish();
    return outcome;
  }

  /** Moves world time on to `timeMs`, whatever settles. */
  async runUntil(timeMs: number, signal?: AbortSignal): Promise<Outcome> {
    const outcome = await this.#run(timeMs, undefined, signal);
    await this.#finish();
    return this.#truly(outcome.type === 'timeout' ? { type: 'settled' } : outcome);
  }

  async #run(untilMs: number, isDone: (() => boolean) | undefined, signal?: AbortSignal): Promise<Outcome> {
    for (;;) {
      await this.#turn();
      await this.#options.onTurn?.(this);
      if (signal?.aborted) return { type: 'interrupted' };
      if (isDone?.() === true) return { type: 'settled' };
      const next = earlier(this.#reconciler.nextAtMs(), this.world.nextEventAtMs());
      if (next === undefined && isDone) return { type: 'stuck', waitingFor: this.unsettled() };
      const toMs = next === undefined || next > untilMs ? untilMs : next;
      this.world.approach(toMs);
      this.#options.onPass?.(this.world, toMs);
      this.world.advanceTo(toMs);
      this.#reconciler.takeWorldChanges();
      if (next === undefined || next > untilMs) {
        await this.#turn();
        return { type: 'timeout', waitingFor: this.unsettled() };
      }
    }
  }

  /** Closes a run: measured figures go into the statuses, and all of the world's state to the store. */
  async #finish(): Promise<void> {
    for (const key of this.#figures.stale(this.cache, this.world)) this.#reconciler.add(key);
    const turn = await this.#openTurn();
    turn.figures = true;
    this.#reconcileReady(turn);
    for (const event of this.cache.events.forgettable(this.nowMs)) turn.delete(event);
    this.world.checkpoint();
    await this.#commit(turn, true);
  }

  async #turn(): Promise<void> {
    const turn = await this.#openTurn();
    this.#reconcileReady(turn);
    this.#turnsOpen++;
    if (this.#turnsOpen >= (this.#options.turnsPerCommit ?? 1) && !turn.isEmpty)
      await this.#commit(turn, false);
  }

  /**
   * The turn that gathers the writes. When another process has written meanwhile, its changes are taken over;
   * if there are uncommitted ones here, they are given up and all is read anew: they come about again.
   */
  async #openTurn(): Promise<Turn> {
    this.#turns++;
    const revision = await this.#options.store.revision();
    if (revision !== this.#revision) {
      if (this.#open && !this.#open.isEmpty) await this.start();
      else await this.#pull().catch((error: unknown) => this.#restartIfExpired(error));
    }
    const turn = this.#open ?? this.#newTurn();
    this.#open = turn;
    turn.nowMs = this.nowMs;
    return turn;
  }

  #newTurn(): Turn {
    this.#turnsOpen = 0;
    return new Turn({
      cache: this.#cache,
      world: this.world,
      placer: this.#placer,
      notes: this.#notes,
      seed: this.#options.seed,
      revision: this.#revision,
      onChange: (object, old) => this.#changed(object, old),
    });
  }

  #newReconciler(): Reconciler {
    const { controllers, seed } = this.#options;
    return new Reconciler(controllers, this.#cache, seed, () => this.world.takeChanges().map(keyOfChange));
  }

  #reconcileReady(turn: Turn): void {
    const looks = new Map<string, number>();
    do {
      this.#reconciler.lookAtReady(turn, looks);
      this.#placer.placePending(turn);
      this.#reconciler.takeWorldChanges();
    } while (this.#reconciler.readyCount > 0);
  }

  /** One transaction for all that was gathered, and the world as it stands with it. */
  async #commit(turn: Turn, closing: boolean): Promise<void> {
    const writes = turn.writes();
    const entries = [...turn.privateEntries(), ...this.world.takeDirty()];
    this.#open = undefined;
    if (writes.length === 0 && entries.length === 0) return;
    try {
      const committed = await this.#options.store.commit({
        writes,
        private: entries,
        expectedRevision: this.#revision,
        nowMs: this.nowMs,
      });
      this.#revision = committed.revision;
      this.#writes += writes.length;
      for (const outcome of committed.outcomes) if (outcome.type === 'put') this.#cache.put(outcome.object);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'Conflict') throw error;
      // Another process was quicker: read everything anew and, at the end of a run, close it once more.
      await this.start();
      if (closing) await this.#finish();
    }
  }

  /** Takes over what other processes have written since the last turn. */
  async #pull(): Promise<void> {
    for (const change of await this.#options.store.changes(this.#revision)) {
      if (change.type === 'Deleted') this.#changed(undefined, this.cache.remove(keyOf(change.object)));
      else this.#take(change.object, this.cache.find(keyOf(change.object)));
      this.#revision = change.revision;
    }
  }

  /** So much was written meanwhile that the store has forgotten where we were. */
  async #restartIfExpired(error: unknown): Promise<void> {
    if (!(error instanceof ApiError) || error.reason !== 'Expired') throw error;
    await this.start();
  }

  #take(object: KubeObject, old: KubeObject | undefined): void {
    this.cache.put(object);
    this.#changed(object, old);
  }

  #changed(object: KubeObject | undefined, old: KubeObject | undefined): void {
    this.#options.onChange?.(object, old);
    this.#placer.observe(object, old);
    if (object) this.#figures.note(object);
    this.#reconciler.changed(object, old, this.nowMs);
  }

  /** What still keeps the run from settling, for people: at most `limit` lines. */
  waiting(limit: number): readonly string[] {
    const operations = this.operations().slice(0, limit);
    return operations.map(
      ({ subject, activity, endsAtMs }) =>
        `${subject} (${activity}, ${formatDuration(Math.max(0, Math.round((endsAtMs - this.nowMs) / 100) * 100))} left)`,
    );
  }
}

function keyOfChange(change: WorldChange): ObjectKey {
  switch (change.type) {
    case 'Host':
      return { kind: 'Host', namespace: '', name: change.name };
    case 'Machine':
      return { kind: 'VirtualMachine', namespace: change.namespace, name: change.name };
    case 'Balancer': {
      const [namespace = '', name = ''] = change.name.split('/');
      return { kind: 'LoadBalancer', namespace, name };
    }
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
