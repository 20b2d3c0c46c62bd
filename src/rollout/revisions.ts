/**
 * The templates that a pool has had, and what became of each. Pure.
 * Source: kubectl rollout and Kubernetes' Deployment, whose old ReplicaSets are what is kept here. Different: a pool
 * can go back by itself when an update has failed.
 */
import { toTimestamp } from '../base/clock.ts';
import { type VirtualMachinePool } from '../model/kinds/index.ts';

export type Template = VirtualMachinePool['spec']['template'];

/** One template that VMs were made from. */
export interface Revision {
  /** From 1; a template that comes back gets a new one. */
  readonly number: number;
  /** Of the template without its resources: another size is no other revision. */
  readonly hash: string;
  /** With the resources that it had when it was last complete. */
  readonly template: Template;
  /** RFC 3339; when all VMs were first made from it and ready. Absent if they never were. */
  readonly completedAt?: string;
  /** What the pool's annotation kubernetes.io/change-cause said. */
  readonly changeCause?: string;
}

/** A revision that failed and was replaced by an earlier one. */
export interface Failed {
  readonly hash: string;
  readonly number: number;
  /** Hash of the revision that was returned to. */
  readonly to: string;
}

/** The number of VMs that an update has come to terms with. */
interface Scale {
  readonly replicas: number;
  /** With the surge: what shares of the next number are reckoned from. */
  readonly most: number;
}

/** What is remembered of a pool's updates. */
export interface RolloutRecord {
  /** Of the pool: a later one of the same name begins anew. */
  readonly uid: string;
  /** By number; the last is the one in effect. */
  readonly revisions: readonly Revision[];
  /** True from the first VM of the last revision until it is complete. */
  readonly underWay: boolean;
  /** The wanted number of VMs at the last look while it was under way. */
  readonly scale?: Scale;
  readonly failed?: Failed;
}

/** A template as it comes. */
export interface Proposal {
  readonly hash: string;
  readonly template: Template;
  readonly changeCause: string | undefined;
}

/** Under which key the record of a pool is kept: the prefix, then the key text of the pool. */
export const recordPrefix = 'rollout/';

/** A pool of which nothing is known yet. */
export function newRecord(uid: string): RolloutRecord {
  return { uid, revisions: [], underWay: false };
}

/** The revision in effect; undefined before the first. */
export function present(record: RolloutRecord): Revision | undefined {
  return record.revisions[record.revisions.length - 1];
}

/** True when an update to this template was given up before and the pool went back. */
export function isFailed({ failed }: RolloutRecord, hash: string): boolean {
  return failed?.hash === hash;
}

/** The record once the proposed template is the one in effect; the same reference when it was so already. */
export function advance(record: RolloutRecord, { hash, template, changeCause }: Proposal): RolloutRecord {
  const last = present(record);
  if (last?.hash === hash) {
    if (last.changeCause === changeCause) return record;
    return withLast(record, { ...last, changeCause });
  }
  const known = record.revisions.find((revision) => revision.hash === hash);
  const revision: Revision = {
    number: (last?.number ?? 0) + 1,
    hash,
    template,
    ...(known?.completedAt === undefined ? {} : { completedAt: known.completedAt }),
    ...(changeCause === undefined ? {} : { changeCause }),
  };
  const others = record.revisions.filter((one) => one !== known);
  const { scale: _of, ...rest } = record;
  return { ...rest, revisions: [...others, revision], underWay: true };
}

/**
 * The record once all VMs are made from `template`, which is of the revision in effect, and ready; the same reference
 * when that was known. A failed revision is forgotten when another than the one returned to is complete.
 */
export function complete(record: RolloutRecord, template: Template, nowMs: number): RolloutRecord {
  const last = present(record);
  if (!last || (!record.underWay && sameSize(last.template, template))) return record;
  const completedAt = last.completedAt ?? toTimestamp(nowMs);
  const { failed, scale: _of, ...rest } = withLast(record, { ...last, template, completedAt });
  return { ...rest, underWay: false, ...(failed?.to === last.hash ? { failed } : {}) };
}

/** The record after a look at `replicas` wanted VMs, `surge` more at most; the same reference when nothing is new. */
export function rescale(record: RolloutRecord, replicas: number, surge: number): RolloutRecord {
  const { scale, underWay } = record;
  const most = replicas + surge;
  if (!underWay || (scale?.replicas === replicas && scale.most === most)) return record;
  return { ...record, scale: { replicas, most } };
}

/** True when another number of VMs is wanted than at the last look, in the middle of an update. */
export function isRescaled({ underWay, scale }: RolloutRecord, replicas: number): boolean {
  return underWay && scale !== undefined && scale.replicas !== replicas;
}

function sameSize(a: Template, b: Template): boolean {
  return a.spec.resources.cpu === b.spec.resources.cpu && a.spec.resources.memory === b.spec.resources.memory;
}

function withLast(record: RolloutRecord, last: Revision): RolloutRecord {
  return { ...record, revisions: [...record.revisions.slice(0, -1), last] };
}

/**
 * The record without what need not be kept: beside the revision in effect the newest `limit` stay, all that VMs are
 * made from (`inUse`, hashes), and, during an update, the one to go back to. The same reference when that is all.
 */
export function prune(record: RolloutRecord, limit: number, inUse: ReadonlySet<string>): RolloutRecord {
  const last = present(record);
  const back = record.underWay ? lastComplete(record) : undefined;
  const firstKept = record.revisions.length - 1 - limit;
  const kept = record.revisions.filter(
    (revision, index) =>
      index >= firstKept || revision === last || revision === back || inUse.has(revision.hash),
  );
  return kept.length === record.revisions.length ? record : { ...record, revisions: kept };
}

/** The newest revision before the one in effect that was complete once. */
function lastComplete({ revisions }: RolloutRecord): Revision | undefined {
  return revisions.slice(0, -1).findLast(({ completedAt }) => completedAt !== undefined);
}

/**
 * What an update that has failed goes back to by itself; undefined when nothing was complete before, or when it is
 * itself such a return: the fault is then not the template's.
 */
export function fallback(record: RolloutRecord): Revision | undefined {
  const last = present(record);
  if (!last || !record.underWay || record.failed?.to === last.hash) return undefined;
  return lastComplete(record);
}

/** What `undo` goes back to: the newest template beside the spec's own that has not failed. */
export function previous({ revisions, failed }: RolloutRecord, specHash: string): Revision | undefined {
  return revisions.findLast(({ hash }) => hash !== specHash && hash !== failed?.hash);
}
