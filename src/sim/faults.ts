import { type FaultRequest, type FaultType } from '../model/ports.ts';

/** A fault in force. */
export interface Fault {
  readonly type: FaultType;
  /** When it repairs itself, ms of world time; absent: it stays until cleared. */
  readonly untilMs?: number;
  /** Share of normal speed that is left; for Slow only. */
  readonly speed?: number;
}

/** What is left of a host's speed when a Slow fault does not say. */
export const defaultSlowSpeed = 0.5;

/** The faults in force once `request` has been injected at `nowMs`. Ordered by the time of injection. */
export function withFault(faults: readonly Fault[], request: FaultRequest, nowMs: number): readonly Fault[] {
  const fault: Fault = {
    type: request.type,
    ...(request.forMs === undefined ? {} : { untilMs: nowMs + Math.round(request.forMs) }),
    ...(request.type === 'Slow' ? { speed: request.speed ?? defaultSlowSpeed } : {}),
  };
  return [...faults.filter((other) => other.type !== fault.type), fault];
}

/** The faults whose time is not over. */
export function present(faults: readonly Fault[], nowMs: number): readonly Fault[] {
  return faults.filter((fault) => fault.untilMs === undefined || fault.untilMs > nowMs);
}

/** The fault of one type, if it is in force. */
export function faultOf(faults: readonly Fault[], type: FaultType): Fault | undefined {
  return faults.find((fault) => fault.type === type);
}

/** When the first of the faults repairs itself; undefined when none does. */
export function nextRepairAtMs(faults: readonly Fault[]): number | undefined {
  const nextMs = Math.min(...faults.map((fault) => fault.untilMs ?? Infinity));
  return nextMs === Infinity ? undefined : nextMs;
}
