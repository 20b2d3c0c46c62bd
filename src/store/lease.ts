/**
 * Only one process at a time reconciles a state: the one that holds its lease. The decision is pure; taking
 * and giving back is one atomic replacement of a private entry.
 */
import { type Clock } from '../base/clock.ts';
import { deepEqual } from '../base/deep.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { type Store } from '../model/ports.ts';

/** A process, named so that another one can tell whether it still runs. */
export interface LeaseHolder {
  readonly pid: number;
  readonly host: string;
  /** Of the host's present run; a different one means that the process is gone. */
  readonly bootId?: string;
  /** Containers of one host number their processes apart: pids only compare within a namespace. */
  readonly pidNamespace?: string;
  /** When the process started, in the kernel's ticks since boot: pids are used again. */
  readonly startTicks?: string;
}

export interface LeaseRecord {
  readonly holder: LeaseHolder;
  /** Wall time, ms since the Unix epoch. */
  readonly renewedAtMs: number;
  /** How long after that the lease is over for those who cannot see the holder. */
  readonly durationMs: number;
  /** Set when the holder goes on until somebody ends it: there is no use in waiting for it. */
  readonly following?: true;
  /**
   * Grows with every taking of the lease, for as long as the state lives: the fencing token. 0 in states of before
   * there was one.
   */
  readonly generation: number;
}

/** What is left of a lease that was given back. */
type LeaseEntry = LeaseRecord | { readonly generation: number };

/** Another process has taken the lease over while this one did not run: what it still wanted to write is void. */
export class LeaseLost extends UserError {
  constructor(by: LeaseRecord | undefined) {
    const who = by ? `process ${by.holder.pid} on ${by.holder.host}` : 'another process';
    super(`${who} has taken over the state while this process stood still: nothing more is written here`, {
      exitCode: ExitCode.Conflict,
      nextSteps: ['look at what it has come to (vctl get all -A), then run the command again'],
    });
    this.name = 'LeaseLost';
  }
}

/** Who holds the lease by the private entry `leaseKey`; undefined when nobody does. */
export function leaseIn(entry: unknown): LeaseRecord | undefined {
  if (typeof entry !== 'object' || entry === null || !('holder' in entry)) return undefined;
  const record = entry as LeaseRecord;
  return { ...record, generation: generationIn(record) };
}

/** What is known of a process on this host; `Unproven`: one with its pid runs, but it may be another one. */
export type Liveness = 'Running' | 'Unproven' | 'Gone';

export type LeaseDecision =
  /** `freeAtMs` is absent while the holder is seen running: it has the lease for as long as it lives. */
  { readonly type: 'Take' } | { readonly type: 'Wait'; readonly freeAtMs?: number };

/**
 * Whether `me` may take, or keep, the lease. A holder on this host counts as long as it runs, even if it was
 * too busy to renew; one that is gone never blocks. What cannot be seen from here blocks until it expires.
 */
export function decideLease(
  current: LeaseRecord | undefined,
  me: LeaseHolder,
  nowMs: number,
  liveness: (holder: LeaseHolder) => Liveness,
): LeaseDecision {
  if (!current || deepEqual(current.holder, me)) return { type: 'Take' };
  const seen = canSee(me, current.holder) ? liveness(current.holder) : 'Unproven';
  if (seen === 'Gone') return { type: 'Take' };
  if (seen === 'Running') return { type: 'Wait' };
  const freeAtMs = current.renewedAtMs + current.durationMs;
  return nowMs >= freeAtMs ? { type: 'Take' } : { type: 'Wait', freeAtMs };
}

/** True when this process can ask its own kernel about the holder, or knows that its kernel is gone. */
function canSee(me: LeaseHolder, holder: LeaseHolder): boolean {
  return me.host === holder.host && (me.pidNamespace === holder.pidNamespace || hasRebooted(me, holder));
}

/** True when the holder ran before this host's last start. */
export function hasRebooted(me: LeaseHolder, holder: LeaseHolder): boolean {
  return me.bootId !== undefined && holder.bootId !== undefined && me.bootId !== holder.bootId;
}

/** The right to reconcile, until released or lost. */
export interface Lease {
  /** Says that the holder is still there. False when another process has taken over: stop writing. */
  renew(): Promise<boolean>;
  /** Gives it back; nothing happens when it was lost. */
  release(): Promise<void>;
}

export type LeaseOutcome =
  | { readonly type: 'Acquired'; readonly lease: Lease }
  | { readonly type: 'Held'; readonly by: LeaseRecord; readonly freeAtMs?: number };

export interface LeaseOptions {
  readonly store: Pick<Store, 'transactPrivate' | 'fence'>;
  readonly me: LeaseHolder;
  /** The wall clock. */
  readonly clock: Clock;
  readonly liveness: (holder: LeaseHolder) => Liveness;
  /**
   * Renew at a third of it.
   * @defaultValue defaultLeaseMs
   */
  readonly durationMs?: number;
  /** The holder goes on until somebody ends it. @defaultValue false */
  readonly following?: boolean;
}

/** As long as Kubernetes' leader election gives: survives a long pause, and is short for a waiting person. */
export const defaultLeaseMs = 15_000;

/** The private entry of the lease. */
export const leaseKey = 'lease';

/**
 * Takes the lease if it is free, without waiting. Two processes that try at once never both get it. Until it is given
 * back, everything that this handle of the store writes is void once another process has it (`LeaseLost`).
 */
export async function acquireLease(options: LeaseOptions): Promise<LeaseOutcome> {
  const { store, me, clock, liveness } = options;
  let held: LeaseOutcome | undefined;
  const entry = await store.transactPrivate(leaseKey, (value) => {
    const current = leaseIn(value);
    const nowMs = clock.now();
    const decision = decideLease(current, me, nowMs, liveness);
    if (decision.type === 'Wait' && current) {
      held = { type: 'Held', by: current, freeAtMs: decision.freeAtMs };
      return value;
    }
    return recordOf(options, nowMs, generationIn(value) + 1);
  });
  return held ?? { type: 'Acquired', lease: holdLease(options, generationIn(entry)) };
}

function generationIn(entry: unknown): number {
  return (entry as Partial<LeaseEntry> | undefined)?.generation ?? 0;
}

function recordOf(options: LeaseOptions, nowMs: number, generation: number): LeaseRecord {
  const { me, durationMs = defaultLeaseMs, following } = options;
  const base = { holder: me, renewedAtMs: nowMs, durationMs, generation };
  return following === true ? { ...base, following } : base;
}

function holdLease(options: LeaseOptions, generation: number): Lease {
  const { store, clock } = options;
  const isMine = (entry: unknown): boolean =>
    leaseIn(entry) !== undefined && generationIn(entry) === generation;
  store.fence({
    key: leaseKey,
    verify: (entry) => {
      if (!isMine(entry)) throw new LeaseLost(leaseIn(entry));
    },
  });
  return {
    async renew() {
      const entry = await store.transactPrivate(leaseKey, (current) =>
        isMine(current) ? recordOf(options, clock.now(), generation) : current,
      );
      return isMine(entry);
    },
    async release() {
      await store.transactPrivate(leaseKey, (current) => (isMine(current) ? { generation } : current));
      store.fence(undefined);
    },
  };
}
