/**
 * Which objects await a look, and the looks: hands each key to its kind's controller, notes who is settled,
 * and tries again later what failed. It belongs to one cache and is thrown away with it.
 */
import { uniform } from '../base/random.ts';
import { type Kind, isKind } from '../model/kinds/index.ts';
import {
  isTerminating,
  type KubeObject,
  type ObjectKey,
  keyOf,
  keyText,
  parseKeyText,
} from '../model/object.ts';
import { type ObjectCache } from './cache.ts';
import { type Controller, type SharedLook, type Watch } from './controller.ts';
import { collectGarbage } from './garbage.ts';
import { WorkQueue } from './queue.ts';
import { type Turn } from './turn.ts';

/** More looks at one key within a turn than any sound controller needs: two of them are fighting. */
const maxLooksPerTurn = 200;
/** First delay after a failed look; doubles up to `maxBackoffMs`. */
const minBackoffMs = 1_000;
const maxBackoffMs = 300_000;

interface Failure {
  readonly count: number;
  readonly error: unknown;
}

export class Reconciler {
  readonly #queue = new WorkQueue();
  /** Keys of the objects that are still on their way. */
  /** Keys of objects that nobody looks at any more: see `restless`. */
  readonly #restless = new Set<string>();
  readonly #unsettled = new Set<string>();
  readonly #failures = new Map<string, Failure>();
  /** Kind of what changes -> who wants to know, in the order of the controllers. */
  readonly #watches: ReadonlyMap<string, readonly Watch[]>;
  /** Looks since the start, for tests that count work. */
  looks = 0;
  /** The key under the look that goes on, and whether it was asked for meanwhile. */
  #under: string | undefined;
  #askedFor = false;

  constructor(
    private readonly controllers: Readonly<Partial<Record<Kind, Controller>>>,
    private readonly cache: ObjectCache,
    private readonly seed: number,
    /** Takes the keys of what has changed in the world since it was last called. */
    private readonly worldChanges: () => Iterable<ObjectKey>,
  ) {
    this.#watches = watchesOf(Object.values(controllers));
  }

  get readyCount(): number {
    return this.#queue.readyCount;
  }

  get unsettledCount(): number {
    return this.#unsettled.size;
  }

  /** When something is next to be looked at by appointment, ms of world time. */
  nextAtMs(): number | undefined {
    return this.#queue.nextAtMs();
  }

  /** Keys of the objects that are not yet as wanted, in order, those whose looks fail with the error. */
  unsettled(): string[] {
    return [...this.#unsettled].sort().map((key) => {
      const failure = this.#failures.get(key);
      if (!failure) return key;
      return `${key} (${failure.error instanceof Error ? failure.error.message : String(failure.error)})`;
    });
  }

  /** Asks for a look. */
  add(key: ObjectKey): void {
    this.#queue.add(keyText(key));
  }

  /** Asks for a look at a changed object and at all that depend on it, as it was and as it is at `nowMs`. */
  changed(object: KubeObject | undefined, old: KubeObject | undefined, nowMs: number): void {
    const one = object ?? old;
    if (!one || one.kind === 'Event') return;
    this.#addChanged(keyText(keyOf(one)));
    if (old) this.#notify(old, object, nowMs);
    if (object) this.#notify(object, old, nowMs);
    if (object || !old) return;
    for (const dependent of this.cache.dependents(old.metadata.uid ?? '')) this.add(keyOf(dependent));
  }

  /** Asks for a look at all that has changed in the world. */
  takeWorldChanges(): void {
    for (const key of this.worldChanges()) this.#addChanged(keyText(key));
  }

  /** What a look does to its own object may need no other look: that is for its result to say. */
  #addChanged(key: string): void {
    if (key === this.#under) this.#askedFor = true;
    else this.#queue.add(key);
  }

  /** Looks until nothing is ready. `looks` counts those of one turn by key. */
  lookAtReady(turn: Turn, looks: Map<string, number>): void {
    for (let key = this.#queue.pop(turn.nowMs); key !== undefined; key = this.#queue.pop(turn.nowMs)) {
      if (this.#isLeftAlone(key)) continue;
      const count = (looks.get(key) ?? 0) + 1;
      looks.set(key, count);
      if (count > maxLooksPerTurn) {
        this.#leaveAlone(key, turn);
        continue;
      }
      this.#under = key;
      this.#askedFor = false;
      const rests = this.#look(key, turn);
      this.takeWorldChanges();
      this.#under = undefined;
      if (this.#askedFor && !rests) this.#queue.add(key);
    }
  }

  /** Answers whether the look's own doing needs no other. */
  #look(key: string, turn: Turn): boolean {
    this.looks++;
    const parsed = parseKeyText(key);
    const object = this.cache.find(parsed);
    const controller = isKind(parsed.kind) ? this.controllers[parsed.kind] : undefined;
    if (!object) controller?.gone?.(parsed, turn);
    if (!object || !controller) {
      this.#forget(key);
      return false;
    }
    try {
      if (collectGarbage(object, turn)) return false;
      const isAsCollected = this.cache.find(parsed) === object;
      const { settled, requeueAtMs, rests = false } = controller.reconcile(object as never, turn);
      this.#failures.delete(key);
      if (settled === false) this.#unsettled.add(key);
      else this.#unsettled.delete(key);
      if (requeueAtMs !== undefined) this.#queue.addAt(key, requeueAtMs);
      // What garbage collection has just changed was not seen by the controller.
      return rests && isAsCollected;
    } catch (error) {
      this.#retry(key, error, turn.nowMs);
      return false;
    }
  }

  /** Objects that were given up because they never come to rest, in order; a bug, which the rest of the world survives. */
  restless(): readonly string[] {
    return [...this.#restless].sort();
  }

  /** An object that is to go is looked at again: somebody is getting rid of it. */
  #isLeftAlone(key: string): boolean {
    if (!this.#restless.has(key)) return false;
    const object = this.cache.find(parseKeyText(key));
    if (object && !isTerminating(object)) return true;
    this.#restless.delete(key);
    return false;
  }

  /** Ends the fight over an object: nobody looks at it any more in this process, and its condition says so. */
  #leaveAlone(key: string, turn: Turn): void {
    this.#forget(key);
    this.#restless.add(key);
    const object = this.cache.find(parseKeyText(key));
    if (!object) return;
    const message = 'bug in vctl: it does not come to rest, and is left as it is until the next command';
    const [type, reason] = ['Ready', 'ReconcileFailed'] as const;
    turn.updateStatus(object, {}, [{ type, status: 'False', reason, message }]);
    turn.event(object, 'Warning', reason, message);
  }

  #forget(key: string): void {
    this.#restless.delete(key);
    this.#unsettled.delete(key);
    this.#failures.delete(key);
    this.#queue.cancel(key);
  }

  #retry(key: string, error: unknown, nowMs: number): void {
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    this.#failures.set(key, { count, error });
    this.#unsettled.add(key);
    const backoff = Math.min(maxBackoffMs, minBackoffMs * 2 ** (count - 1));
    const jitter = 0.5 + 0.5 * uniform(this.seed, `backoff/${key}`, count);
    this.#queue.addAt(key, nowMs + Math.round(backoff * jitter));
  }

  #notify(object: KubeObject, other: KubeObject | undefined, nowMs: number): void {
    for (const watch of this.#watches.get(object.kind) ?? []) {
      for (const wanted of watch(object, this.cache, other)) {
        if ('everyMs' in wanted) this.#share(wanted, nowMs);
        else this.add(wanted);
      }
    }
  }

  /** Nothing is settled before the look has been. */
  #share({ key, everyMs }: SharedLook, nowMs: number): void {
    const text = keyText(key);
    if (this.#queue.isReady(text)) return;
    this.#unsettled.add(text);
    this.#queue.addAt(text, (Math.floor(nowMs / everyMs) + 1) * everyMs);
  }
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
