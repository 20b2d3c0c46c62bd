/** How long requests take at a station in the load step under way. */
import { behindBacklog } from '../../performance/waiting/backlog.ts';
import { type ResponseTime } from '../../performance/waiting/response-time.ts';
import { type Columns } from '../columns.ts';
import { backlogAt, mostBacklog, turnsAfterMs } from './fluid-queue.ts';
import { type Step } from './offered.ts';
import { stationary, type Station } from './station.ts';

/** When it is looked. */
export interface Moment {
  readonly nowMs: number;
  readonly step: Step;
  /** How much longer than the mean of all the requests that are looked at wait in a backlog. @defaultValue 1 */
  readonly waitFactor?: number;
}

/** A load lasts so long at the most, seconds: what takes longer to build up by chance alone is not there. */
const longestLoad = 86_400;

/**
 * The queue that `seconds` of a load next to the capacity build up by chance holds 0.8 sqrt(2 n) on the mean after n
 * services (a reflected Brownian motion without drift); one with a limit of twice that is as long when it is
 * stationary. Source: Harrison, Brownian Motion and Stochastic Flow Systems, 1985.
 */
function longestByChance(capacity: number): number {
  return Math.ceil(2 * Math.sqrt((4 / Math.PI) * capacity * longestLoad));
}

/** The queue as if it stayed as it is, with this rate of arrivals and room for so many that wait. */
export function standing(
  station: Station,
  columns: Columns,
  arrivals: number,
  room = Infinity,
): ResponseTime | undefined {
  return stationary(station, columns, arrivals, Math.min(room, longestByChance(station.capacity)))?.time;
}

/**
 * The response time of those who are served. While a backlog grows or is drained they wait behind what there is of it in
 * this step; else the queue is stationary.
 */
export function responseTime(station: Station, columns: Columns, moment: Moment): ResponseTime | undefined {
  const { arrivals, capacity, waiting, flow, request } = station;
  const isCarried = flow.growth !== 0 || (waiting > 0 && flow.refused + flow.timedOut === 0);
  if (!isCarried) return standing(station, columns, arrivals);
  const { from, to } = backlogIn(station, moment);
  // By chance a queue at the utilization u above 1 is longer than its backlog by one that stands at 1 / u.
  const rate = arrivals > capacity ? capacity ** 2 / arrivals : arrivals;
  const room = Math.max(0, mostBacklog(request.queue, capacity) - Math.max(from, to));
  const chance = standing(station, columns, rate, room);
  const msOf = (amount: number): number => ((1000 * amount) / capacity) * (moment.waitFactor ?? 1);
  return chance && behindBacklog(chance, msOf(from), msOf(to));
}

/** What waits when the step begins, or what waits now came into being, and when it ends, or that turns. */
function backlogIn({ backlog }: Station, { step }: Moment): { readonly from: number; readonly to: number } {
  const turns = turnsAfterMs(backlog);
  const endMs = step.startMs + step.lengthMs;
  const fromMs = Math.max(step.startMs, backlog.sinceMs);
  const toMs = Math.max(fromMs, Math.min(endMs, backlog.sinceMs + (turns ?? Infinity)));
  return { from: backlogAt(backlog, fromMs), to: backlogAt(backlog, toMs) };
}
