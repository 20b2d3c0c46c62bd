/** What holds at certain times: a higher minimum, or a size. Pure. */
import { isTimeZone } from '../base/time-zone.ts';
import { type Cron, lastMatch } from './cron.ts';

export interface Schedule {
  readonly name: string;
  /** When it comes into force. */
  readonly cron: Cron;
  readonly timeZone: string;
  /** How long it stays so. At most some weeks. */
  readonly durationMs: number;
  /** At least so many VMs, or just so many. */
  readonly minReplicas?: number;
  readonly replicas?: number;
}

export interface ScheduleInForce {
  readonly schedule: Schedule;
  /** When it ends unless it comes into force anew before, ms of world time. */
  readonly untilMs: number;
}

/** The schedules that hold now, in the order given. One of an unknown time zone never does. */
export function schedulesInForce(schedules: readonly Schedule[], nowMs: number): readonly ScheduleInForce[] {
  return schedules.flatMap((schedule) => {
    const { cron, timeZone, durationMs } = schedule;
    if (!isTimeZone(timeZone)) return [];
    const startMs = lastMatch(cron, timeZone, nowMs - durationMs, nowMs);
    return startMs === undefined ? [] : [{ schedule, untilMs: startMs + durationMs }];
  });
}

/** Between what the number of VMs may be. */
export interface Limits {
  readonly min: number;
  readonly max: number;
  /** The schedules that changed them, for explanations: `schedule office`. */
  readonly by?: string;
}

/** The limits as the schedules in force change them: the largest counts. */
export function scheduledLimits(limits: Limits, inForce: readonly ScheduleInForce[]): Limits {
  const sizes = inForce.flatMap(({ schedule }) => schedule.replicas ?? []);
  const minima = inForce.flatMap(({ schedule }) => schedule.minReplicas ?? []);
  const raised = Math.max(...sizes, ...minima);
  if (sizes.length > 0) return { min: raised, max: raised, by: nameOf(inForce, raised) };
  if (raised <= limits.min) return limits;
  return { min: Math.min(raised, limits.max), max: limits.max, by: nameOf(inForce, raised) };
}

function nameOf(inForce: readonly ScheduleInForce[], raised: number): string {
  const names = inForce
    .filter(({ schedule: { replicas, minReplicas } }) => (replicas ?? minReplicas) === raised)
    .map(({ schedule }) => schedule.name);
  return `schedule ${names.join(', ')}`;
}
