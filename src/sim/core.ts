import { EventQueue, type Due } from './event-queue.ts';
import { ChangeLog, DirtyEntries, OperationSet } from './journal.ts';

/** Something with a plan of its own. `fire` is called when the planned time has come. */
export interface Actor extends Due {
  fire(): void;
}

/** What every part of the world shares: time, the plan of what comes, and the record of what happened. */
export class Core {
  readonly queue = new EventQueue<Actor>();
  readonly changes = new ChangeLog();
  readonly dirty = new DirtyEntries();
  readonly operations = new OperationSet();

  constructor(
    readonly seed: number,
    /** Length of a load step, ms. Steps begin at its multiples, counted from `stepOriginMs`. */
    readonly stepMs: number,
    /** The present, ms of world time. */
    public nowMs: number,
    /** World time at which some step begins, ms. @defaultValue 0, the Unix epoch */
    readonly stepOriginMs = 0,
  ) {}

  /** The start of the load step that a time lies in, ms of world time. */
  stepStartAt(timeMs: number): number {
    const { stepMs, stepOriginMs } = this;
    return stepOriginMs + Math.floor((timeMs - stepOriginMs) / stepMs) * stepMs;
  }
}

/** Prefix and keys of the world's saved entries. */
export const worldPrefix = 'world/';
export const clockKey = 'world/clock';
export const hostPrefix = 'world/host/';
export const machinePrefix = 'world/machine/';
export const balancerPrefix = 'world/balancer/';
export const routePrefix = 'world/route/';
export const trafficPrefix = 'world/traffic/';
export const usageKey = 'world/usage';
