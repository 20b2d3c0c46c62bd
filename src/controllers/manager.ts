/**
 * The engine's loop: turns of reconciling at a standing world time, each closed by one transaction, and
 * between them the world's time moved to the next thing that happens.
 */
import { ApiError, assert } from '../base/errors.ts';
import { formatDuration } from '../base/duration.ts';
import { uniform } from '../base/random.ts';
import { type Kind, isKind } from '../model/kinds/index.ts';
import { type KubeObject, keyOf, keyText, parseKeyText } from '../model/object.ts';
import { type Operation, type Store, type World, type WorldChange } from '../model/ports.ts';
import { ObjectCache } from './cache.ts';
import { type Controller, type Watch } from './controller.ts';
import { collectGarbage } from './garbage.ts';
import { Notes } from './notes.ts';
import { forgettable } from './event-retention.ts';
import { WorkQueue } from './queue.ts';
import { Scheduler } from './scheduler.ts';
import { Turn } from './turn.ts';

export interface ManagerOptions {
  readonly store: Store;
  /** Makes the world as the store last saved it; called again when another process has interfered. */
  readonly loadWorld: () => Promise<World>;
  readonly controllers: Readonly<Partial<Record<Kind, Controller>>>;
  readonly seed: number;
  /**
   * How many turns share a transaction while a run goes on: more save waits for the disk, and what a killed
   * process loses is only what nobody was told of. @defaultValue 1
   */
  readonly turnsPerCommit?: number;
  /** Called after each turn, for progress lines; the run goes on once it has resolved. */
  readonly onTurn?: (manager: Manager) => void | Promise<void>;
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

/** More looks at one key within a turn than any sound controller needs: two of them are fighting. */
const maxLooksPerTurn = 200;
/** First delay after a failed look; doubles up to `maxBackoffMs`. */
const minBackoffMs = 1_000;
const maxBackoffMs = 300_000;
/** Under which the store keeps what controllers remember. */
const notesPrefix = 'autoscaling/';
/** Kinds whose statuses carry measured figures. */
const measuredKinds: readonly Kind[] = [
  'VirtualMachine',
  'Host',
  'LoadBalancer',
  'Traffic',
  'ScalingPolicy',
  'Tenant',
];

export class Manager {
  readonly #options: ManagerOptions;
  #cache = new ObjectCache();
  #queue = new WorkQueue();
  #scheduler = new Scheduler(this.#cache);
  #notes = new Notes();
  #world: World | undefined;
  /** The turn under way, or the last ones that are not committed yet. */
  #open: Turn | undefined;
  #turnsOpen = 0;
  /** Keys of the objects that are still on their way. */
  readonly #unsettled = new Set<string>();
  readonly #failures = new Map<string, { count: number; error: unknown }>();
  #revision = 0;

  /** Kind of what changes -> who wants to know, in the order of the controllers. */
  readonly #watches: ReadonlyMap<string, readonly Watch[]>;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#watches = watchesOf(Object.values(options.controllers));
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

  /** How many turns were taken and how many objects were written, for tests that count work. */
  readonly counts = { turns: 0, writes: 0, looks: 0 };

  /** Fills the cache and the world from the store and asks for a look at everything. */
  async start(): Promise<void> {
    this.#cache = new ObjectCache();
    this.#queue = new WorkQueue();
    this.#scheduler = new Scheduler(this.#cache);
    this.#unsettled.clear();
    this.#failures.clear();
    this.#open = undefined;
    this.#world = await this.#options.loadWorld();
    this.#revision = await this.#options.store.revision();
    this.#notes = new Notes(await this.#options.store.listPrivate(notesPrefix));
    for (const kind of Object.keys(this.#options.controllers).sort()) {
      for (const object of (await this.#options.store.list(kind)).items) this.#take(object, undefined);
    }
    for (const object of (await this.#options.store.list('Event')).items) this.cache.put(object);
  }

  /** Objects that are not yet as wanted, ordered by key. */
  unsettled(): readonly string[] {
    return [...this.#unsettled].sort();
  }

  get unsettledCount(): number {
    return this.#unsettled.size;
  }

  /** Objects that are reconciled: all but events. */
  get objectCount(): number {
    return this.cache.size - this.cache.count('Event');
  }

  /** The errors of the looks that failed last, by key. */
  failures(): ReadonlyMap<string, unknown> {
    return new Map([...this.#failures].map(([key, failure]) => [key, failure.error]));
  }

  operations(): readonly Operation[] {
    return this.world.operations();
  }

  /** True when nothing is left to do and nothing is under way. */
  isSettled(): boolean {
    return this.#queue.readyCount === 0 && this.#unsettled.size === 0 && this.world.operationCount() === 0;
  }

  /** Moves world time on until all has settled, but not beyond `deadlineMs`. */
  async settle(deadlineMs: number, signal?: AbortSignal): Promise<Outcome> {
    return this.runUntilTrue(() => this.isSettled(), deadlineMs, signal);
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
    return outcome.type === 'timeout' ? { type: 'settled' } : outcome;
  }

  async #run(untilMs: number, isDone: (() => boolean) | undefined, signal?: AbortSignal): Promise<Outcome> {
    for (;;) {
      await this.#turn();
      await this.#options.onTurn?.(this);
      if (signal?.aborted) return { type: 'interrupted' };
      if (isDone?.() === true) return { type: 'settled' };
      const next = earlier(this.#queue.nextAtMs(), this.world.nextEventAtMs());
      if (next === undefined && isDone) return { type: 'stuck', waitingFor: this.unsettled() };
      this.world.advanceTo(next === undefined || next > untilMs ? untilMs : next);
      this.#takeWorldChanges();
      if (next === undefined || next > untilMs) {
        await this.#turn();
        return { type: 'timeout', waitingFor: this.unsettled() };
      }
    }
  }

  /** Closes a run: measured figures go into the statuses, and all of the world's state to the store. */
  async #finish(): Promise<void> {
    for (const kind of measuredKinds) {
      for (const object of this.cache.list(kind)) this.#queue.add(keyText(keyOf(object)));
    }
    const turn = await this.#openTurn();
    turn.figures = true;
    this.#reconcileReady(turn);
    for (const event of forgettable(this.cache.list('Event'), this.nowMs)) turn.delete(event);
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
    this.counts.turns++;
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
      scheduler: this.#scheduler,
      notes: this.#notes,
      seed: this.#options.seed,
      revision: this.#revision,
      onChange: (object, old) => this.#changed(object, old),
    });
  }

  #reconcileReady(turn: Turn): void {
    const looks = new Map<string, number>();
    do {
      for (let key = this.#queue.pop(this.nowMs); key !== undefined; key = this.#queue.pop(this.nowMs)) {
        this.#look(key, turn, looks);
      }
      this.#scheduler.placePending(turn);
      this.#takeWorldChanges();
    } while (this.#queue.readyCount > 0);
  }

  #look(key: string, turn: Turn, looks: Map<string, number>): void {
    const count = (looks.get(key) ?? 0) + 1;
    looks.set(key, count);
    if (count > maxLooksPerTurn) throw new Error(`bug in vctl: ${key} does not come to rest`);
    this.counts.looks++;
    const parsed = parseKeyText(key);
    const object = this.cache.find(parsed);
    const controller = isKind(parsed.kind) ? this.#options.controllers[parsed.kind] : undefined;
    if (!object || !controller) {
      this.#unsettled.delete(key);
      this.#failures.delete(key);
      this.#queue.cancel(key);
      return;
    }
    try {
      if (collectGarbage(object, turn)) return;
      const result = controller.reconcile(object as never, turn);
      this.#failures.delete(key);
      if (result.settled === false) this.#unsettled.add(key);
      else this.#unsettled.delete(key);
      if (result.requeueAtMs !== undefined) this.#queue.addAt(key, result.requeueAtMs);
    } catch (error) {
      const failure = { count: (this.#failures.get(key)?.count ?? 0) + 1, error };
      this.#failures.set(key, failure);
      this.#unsettled.add(key);
      const backoff = Math.min(maxBackoffMs, minBackoffMs * 2 ** (failure.count - 1));
      const jitter = 0.5 + 0.5 * uniform(this.#options.seed, `backoff/${key}`, failure.count);
      this.#queue.addAt(key, this.nowMs + Math.round(backoff * jitter));
    }
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
      this.counts.writes += writes.length;
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

  /** Asks for a look at a changed object and at all that depend on it, as it was and as it is. */
  #changed(object: KubeObject | undefined, old: KubeObject | undefined): void {
    this.#options.onChange?.(object, old);
    this.#scheduler.observe(object, old);
    const one = object ?? old;
    if (!one || one.kind === 'Event') return;
    this.#queue.add(keyText(keyOf(one)));
    if (old) this.#notify(old, object);
    if (object) this.#notify(object, old);
    if (!object && old) {
      for (const dependent of this.cache.dependents(old.metadata.uid ?? '')) {
        this.#queue.add(keyText(keyOf(dependent)));
      }
    }
  }

  #notify(object: KubeObject, other: KubeObject | undefined): void {
    for (const watch of this.#watches.get(object.kind) ?? []) {
      for (const key of watch(object, this.cache, other)) this.#queue.add(keyText(key));
    }
  }

  #takeWorldChanges(): void {
    for (const change of this.world.takeChanges()) this.#queue.add(keyText(keyOfChange(change)));
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

function keyOfChange(change: WorldChange): { kind: string; namespace: string; name: string } {
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

function watchesOf(controllers: readonly Controller[]): Map<string, Watch[]> {
  const byKind = new Map<string, Watch[]>();
  for (const { watches = {} } of controllers) {
    for (const [kind, watch] of Object.entries(watches)) {
      byKind.set(kind, [...(byKind.get(kind) ?? []), watch as Watch]);
    }
  }
  return byKind;
}
