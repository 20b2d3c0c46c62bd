/** One attempt to make the state as a revision says: apply, and, once every Sync has applied, prune. */
import { ApiError } from '../../base/errors.ts';
import { planPrune, type InventoryEntry, type PrunePlan } from '../../gitops/prune.ts';
import { type SyncedObject, type Sync } from '../../model/kinds/index.ts';
import { type KubeObject, keyOf, keyText, type ObjectKey } from '../../model/object.ts';
import { isKind } from '../../model/kinds/index.ts';
import { durationMs } from '../../base/duration.ts';
import { keeper } from '../apply/kept.ts';
import { applySetsIn, releaseWrites, setClaims } from '../apply/sets.ts';
import { type LiveSnapshot } from '../live.ts';
import { type ApplySet, applySet } from './apply-set.ts';
import { type Obstacle } from './dependencies.ts';
import { type Merge } from './merge-set.ts';
import { syncManager } from './names.ts';
import { Ownership } from './ownership.ts';
import { overQuota } from './over-quota.ts';
import { healthOf } from './health.ts';
import { type RecordContext, recordStatus } from './record.ts';
import { makeReport, type Report, reportOf } from './report.ts';
import { type SyncResult } from './result.ts';
import { type Memory } from './memory.ts';
import { statusAfter } from './status.ts';
import { type Look } from './worker.ts';

export interface AttemptContext extends RecordContext {
  /** Everything that is there; read anew after something was written. */
  readonly live: () => Promise<LiveSnapshot>;
  readonly written: () => void;
  readonly isUnsettled: (keyText: string) => boolean;
  readonly syncs: readonly Sync[];
  /** Key texts that a Sync declares now; undefined when that is not known. */
  readonly declaredBy: (sync: Sync) => ReadonlySet<string> | undefined;
  readonly dangerousPrune?: boolean;
}

/** Lost races against controllers and other commands. */
const maxRaces = 20;

export class Attempt {
  readonly #context: AttemptContext;
  readonly #sync: Sync;
  readonly #look: Look;
  readonly memory: Memory;
  readonly #ownership: Ownership;
  #set: ApplySet = { merges: [], waiting: [] };
  /** Merges that were written, or would have been if the object had not been changed by hand. */
  #written: readonly Merge[] = [];
  #drifted: readonly Merge[] = [];
  /** Of the objects that were made: key text -> uid. */
  readonly #uids = new Map<string, string>();

  constructor(context: AttemptContext, sync: Sync, look: Look, memory: Memory) {
    this.#context = context;
    this.#sync = sync;
    this.#look = look;
    this.memory = memory;
    this.#ownership = new Ownership(sync, context.syncs, context.declaredBy);
  }

  /** True when the repository is as it was and nobody has touched what came from it. */
  get isIdle(): boolean {
    const { memory } = this;
    const isSame = this.#sync.status?.lastAttemptedRevision === this.#look.desired.revision.text;
    const isQuiet = memory.dirty.size === 0 && memory.waiting.size === 0;
    return isSame && isQuiet && memory.sound && !this.#look.changed && !this.#look.unpinned;
  }

  /** Notes that another Sync has to be ready first. */
  async postpone({ reason, message, stalled }: Obstacle): Promise<SyncResult> {
    this.memory.sound = false;
    this.memory.blocked = !stalled;
    const verdict = { ready: stalled ? 'False' : 'Unknown', reason, message, stalled } as const;
    const status = await recordStatus(this.#context, this.#sync, {
      change: { verdict },
      news: [{ type: 'Warning', reason, message }],
    });
    const report: Report = {
      verdict,
      outcome: stalled ? 'Failed' : 'Waiting',
      objects: [],
      drift: [],
      kept: [],
    };
    return reportOf(this.#sync, this.#look.desired, report, status);
  }

  /** Writes what is to be written now. Conflicts with others who write at the same moment are tried again. */
  async apply(): Promise<void> {
    this.memory.blocked = false;
    for (let left = maxRaces; ; left--) {
      const live = await this.#context.live();
      this.#decide(live);
      const writes = this.#written.map(({ write }) => write).filter((write) => write !== undefined);
      if (writes.length === 0) return;
      try {
        const { nowMs, state } = this.#context;
        const taken = new Set(this.#written.map(({ node }) => keyText(node.key)));
        const released = releaseWrites(applySetsIn(live), taken);
        const { outcomes } = await state.store.commit({ writes: [...writes, ...released], nowMs });
        await state.store.flush();
        for (const { object } of outcomes) this.#uids.set(keyText(keyOf(object)), object.metadata.uid ?? '');
        this.#context.written();
        return;
      } catch (error) {
        const isRace =
          error instanceof ApiError && ['Conflict', 'AlreadyExists', 'NotFound'].includes(error.reason);
        if (!isRace || left === 0) throw error;
        this.#context.written();
      }
    }
  }

  /** How the Sync stands between applying and pruning, for those that depend on it. */
  provisional(): SyncResult {
    const report = this.#report(noPrune);
    const status = statusAfter(this.#sync, { verdict: report.verdict }, this.#context.nowMs);
    return reportOf(this.#sync, this.#look.desired, report, status);
  }

  /** Prunes, and notes the outcome. To be called once every Sync of the round has applied. */
  async finish(): Promise<SyncResult> {
    for (let left = maxRaces; ; left--) {
      const prune = await this.#planPrune();
      try {
        return await this.#record(prune);
      } catch (error) {
        const isRace = error instanceof ApiError && error.reason === 'NotFound';
        if (!isRace || left === 0) throw error;
        this.#context.written();
      }
    }
  }

  #decide(live: LiveSnapshot): void {
    const { desired, changed } = this.#look;
    const { spec } = this.#sync;
    const isFull = changed || !this.memory.sound;
    const find = finderIn(live);
    this.#set = applySet({
      order: desired.order,
      live: find,
      isUnsettled: this.#context.isUnsettled,
      formerManager: (key) => this.#ownership.formerManager(key, find(key)),
      refusal: (key) => this.#ownership.refusal(key, find(key)),
      ...(isFull ? {} : { only: new Set([...this.memory.dirty, ...this.memory.waiting]) }),
      manager: syncManager(this.#sync),
      ignore: spec.ignore,
      nowMs: this.#context.nowMs,
      atomic: spec.atomic,
    });
    const { merges } = this.#set;
    const isDrift = this.#driftTest();
    this.#drifted = merges.filter((merge) => isDrift(merge));
    const drifted = new Set(this.#drifted);
    const wanted = merges.filter((merge) => merge.write && (spec.selfHeal || !drifted.has(merge)));
    const over = overQuota(wanted, live);
    if (over.size > 0) this.#set = { ...this.#set, merges: merges.map((merge) => over.get(merge) ?? merge) };
    const hasFailed = this.#set.merges.some(({ action }) => action === 'failed');
    const isBroken = spec.atomic && (!desired.complete || hasFailed);
    this.#written = isBroken ? [] : wanted.filter((merge) => !over.has(merge));
  }

  /** Tells a change that somebody made here from one that the repository brings. */
  #driftTest(): (merge: Merge) => boolean {
    const { status, metadata } = this.#sync;
    const isKnown =
      status?.lastAppliedTree === this.#look.desired.revision.tree &&
      status.observedGeneration === metadata.generation;
    const owned = new Set((status?.inventory ?? []).map((entry) => textOf(entry)));
    return ({ action, node }) =>
      isKnown && (action === 'created' || action === 'configured') && owned.has(keyText(node.key));
  }

  async #planPrune(): Promise<PrunePlan> {
    const live = await this.#context.live();
    const { desired } = this.#look;
    const { spec } = this.#sync;
    const inventory = this.#inventory().map(entryOf);
    const gone = inventory.filter((entry) => !desired.declared.has(keyText(entry)));
    const moved = this.#ownership.declaredElsewhere(gone);
    const inSets = setClaims(live);
    const keptBeside = keeper(live, 'this Sync');
    return planPrune({
      inventory,
      declared: desired.declared,
      claimed: (object) =>
        moved.has(keyText(keyOf(object))) ? 'another Sync declares it now' : inSets(object),
      live: finderIn(live),
      // A Sync that its own repository has dropped must not take itself away in the midst of its work.
      keeper: (going) => {
        const keptFor = keptBeside(going);
        return (object) =>
          object.metadata.uid === this.#sync.metadata.uid ? 'it is this very Sync' : keptFor(object);
      },
      enabled: spec.prune && this.#set.waiting.length === 0,
      incomplete: !desired.complete || this.#set.merges.some(({ action }) => action === 'failed'),
      maxPrune: spec.maxPrune,
      dangerous: this.#context.dangerousPrune ?? false,
    });
  }

  async #record(prune: PrunePlan): Promise<SyncResult> {
    const { desired, unpinned } = this.#look;
    const report = this.#report(prune);
    const status = await recordStatus(this.#context, this.#sync, {
      change: report.change ?? { verdict: report.verdict },
      events: report.events ?? [],
      news: report.news ?? [],
      writes: prune.prune.map((object) => ({
        type: 'delete',
        key: keyOf(object),
        ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
      })),
      unpinned,
    });
    if (prune.prune.length > 0) this.#context.written();
    this.#remember(report);
    return reportOf(this.#sync, desired, report, status);
  }

  #remember({ verdict }: Report): void {
    const { memory } = this;
    memory.dirty.clear();
    memory.waiting = new Set(this.#set.waiting.map(({ node }) => keyText(node.key)));
    memory.sound = verdict.ready !== 'False';
    const isBegun = this.#written.length > 0 || memory.deadlineMs === undefined;
    if (isBegun) memory.deadlineMs = this.#context.nowMs + durationMs(this.#sync.spec.timeout);
  }

  #report(prune: PrunePlan): Report {
    return makeReport({
      sync: this.#sync,
      look: this.#look,
      set: this.#set,
      written: this.#written,
      drifted: this.#drifted,
      inventory: this.#inventory(prune),
      prune,
    });
  }

  /** What it owned before and owns now, each once; without what the prune lets go. */
  #inventory(prune: PrunePlan = noPrune): readonly SyncedObject[] {
    const entries = new Map((this.#sync.status?.inventory ?? []).map((entry) => [textOf(entry), entry]));
    const written = new Set(this.#written);
    for (const merge of this.#set.merges) {
      const text = keyText(merge.node.key);
      const made = written.has(merge) || !merge.write;
      const uid = this.#uids.get(text) ?? merge.before?.metadata.uid;
      if (merge.action === 'failed' || !made || uid === undefined) continue;
      const health = written.has(merge)
        ? ({ health: 'Progressing' } as const)
        : healthOf(merge.before, this.#context.isUnsettled(text));
      entries.set(text, { ...syncedKey(merge.node.key), uid, from: merge.node.place, ...health });
    }
    for (const object of prune.prune) entries.delete(keyText(keyOf(object)));
    for (const { entry } of prune.released) entries.delete(keyText(entry));
    return [...entries.keys()]
      .sort()
      .map((text) => entries.get(text))
      .filter((entry) => entry !== undefined);
  }
}

const noPrune: PrunePlan = { prune: [], kept: [], released: [] };

function finderIn(live: LiveSnapshot): (key: ObjectKey) => KubeObject | undefined {
  return ({ kind, namespace, name }) => (isKind(kind) ? live.get(kind, namespace, name) : undefined);
}

function entryOf({ kind, namespace = '', name, uid }: SyncedObject): InventoryEntry {
  return { kind, namespace, name, uid };
}

function textOf(entry: SyncedObject): string {
  return keyText(entryOf(entry));
}

function syncedKey({ kind, namespace, name }: ObjectKey): Pick<SyncedObject, 'kind' | 'namespace' | 'name'> {
  return { kind, ...(namespace === '' ? {} : { namespace }), name };
}
