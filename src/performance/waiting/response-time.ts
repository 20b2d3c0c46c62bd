/** The response time at one backend: service, and before it, for some, a wait that is independent of it. */
import { gammaSurvival } from '../gamma.ts';
import { quantileOf } from '../quantile.ts';
import { isConstant, serviceQuantile, serviceSurvival, type Service } from './service.ts';
import { type Moments, type Wait, waitMoments, waitSurvival } from './wait.ts';

/** Of those who are answered. */
export interface ResponseTime {
  readonly service: Service;
  /** Share that waits before its service begins, 0..1. */
  readonly waitProbability: number;
  /** How long those wait. */
  readonly wait: Wait;
}

/** Mean response time, ms; infinite where nothing is served. */
export function meanMs({ service, waitProbability, wait }: ResponseTime): number {
  return service.meanMs + (waitProbability > 0 ? waitProbability * waitMoments(wait).meanMs : 0);
}

/** Variance of the response time, ms². */
export function varianceMs2({ service, waitProbability: c, wait }: ResponseTime): number {
  const served = (service.meanMs * service.variation) ** 2;
  if (!(c > 0)) return served;
  const { meanMs: mean, varianceMs2: variance } = waitMoments(wait);
  return served + c * variance + c * (1 - c) * mean ** 2;
}

/**
 * Probability that a response takes longer than `ms`. Exact when service and wait are exponential or the wait lies
 * between bounds and the service is exponential or constant; else of those who wait within some percent (three
 * moments, or points of one of the two distributions).
 */
export function survival(time: ResponseTime, ms: number): number {
  const { service, waitProbability: c, wait } = time;
  if (service.meanMs === Infinity) return 1;
  if (ms < 0) return 1;
  const unwaited = c < 1 ? (1 - c) * serviceSurvival(service, ms) : 0;
  return c > 0 ? unwaited + c * waitedSurvival(service, wait, ms) : unwaited;
}

/** The `p`-quantile of the response time, ms, 0 < p < 1. Infinite when nothing is served. */
export function percentileMs(time: ResponseTime, p: number): number {
  const { service, waitProbability } = time;
  if (service.meanMs === Infinity) return Infinity;
  // The service takes that long by itself.
  const least = serviceQuantile(service, p);
  if (waitProbability < 1e-12) return least;
  return quantileOf((ms) => survival(time, ms), 1 - p, least, meanMs(time));
}

/** Within a thousandth, far below what the model can tell apart. */
export function isAlike(a: ResponseTime, b: ResponseTime): boolean {
  if (a === b) return true;
  return (
    isClose(a.service.meanMs, b.service.meanMs) &&
    a.service.variation === b.service.variation &&
    Math.abs(a.waitProbability - b.waitProbability) < 1e-3 &&
    areClose(waitMoments(a.wait), waitMoments(b.wait))
  );
}

/** Equal in every figure. */
export function isSame(a: ResponseTime, b: ResponseTime): boolean {
  if (a === b) return true;
  return (
    a.service.meanMs === b.service.meanMs &&
    a.service.variation === b.service.variation &&
    a.waitProbability === b.waitProbability &&
    isSameWait(a.wait, b.wait)
  );
}

function isSameWait(a: Wait, b: Wait): boolean {
  switch (a.kind) {
    case 'Gamma':
      return b.kind === 'Gamma' && a.meanMs === b.meanMs && a.variation === b.variation;
    case 'Between':
      return b.kind === 'Between' && a.fromMs === b.fromMs && a.toMs === b.toMs && a.decay === b.decay;
    case 'Places':
      return (
        b.kind === 'Places' && a.places === b.places && a.ratio === b.ratio && a.drainRate === b.drainRate
      );
  }
}

function areClose(a: Moments, b: Moments): boolean {
  return isClose(a.meanMs, b.meanMs) && isClose(a.varianceMs2, b.varianceMs2);
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-3 * Math.abs(a);
}

/** Probability that wait and service together take longer than `ms`. */
function waitedSurvival(service: Service, wait: Wait, ms: number): number {
  if (isConstant(service)) return waitSurvival(wait, ms - service.meanMs);
  switch (wait.kind) {
    case 'Gamma':
      return service.variation === 1 && wait.variation === 1
        ? exponentials(1 / service.meanMs, 1 / wait.meanMs, ms)
        : byThreeMoments(service, wait, ms);
    case 'Between':
      return service.variation === 1
        ? betweenAndExponential(wait, 1 / service.meanMs, ms)
        : betweenAndService(wait, service, ms);
    case 'Places':
      return servicePoints(service).reduce(
        (sum, { share, ms: servedMs }) => sum + share * waitSurvival(wait, ms - servedMs),
        0,
      );
  }
}

/** Sum of two exponentials: (m e^-dt - d e^-mt) / (m - d), so written that it stays exact when both rates meet. */
function exponentials(m: number, d: number, t: number): number {
  const gap = Math.abs(m - d);
  const slower = Math.exp(-Math.min(m, d) * t);
  const between = gap * t < 1e-12 ? slower * t : (slower * -Math.expm1(-gap * t)) / gap;
  return Math.exp(-m * t) + m * between;
}

/**
 * Sum of two gammas, by the shifted gamma distribution with the same mean, variance and third central moment (Pearson's
 * type III): exact when one of the two is constant or both have the same scale.
 */
function byThreeMoments(service: Service, wait: Wait & { kind: 'Gamma' }, ms: number): number {
  let mean = 0;
  let variance = 0;
  let third = 0;
  for (const { meanMs: m, variation } of [service, wait]) {
    mean += m;
    variance += (m * variation) ** 2;
    third += 2 * m ** 3 * variation ** 4;
  }
  if (!(third > 0)) return ms < mean ? 1 : 0;
  const shape = (4 * variance ** 3) / third ** 2;
  const scale = third / (2 * variance);
  return gammaSurvival(shape, (ms - mean) / scale + shape);
}

type Between = Wait & { kind: 'Between' };

function betweenAndExponential({ fromMs, toMs, decay: d }: Between, m: number, ms: number): number {
  const past = ms - fromMs;
  if (past <= 0) return 1;
  const length = toMs - fromMs;
  if (length <= 0) return Math.exp(-m * past);
  const u = d * length;
  // Density at fromMs.
  const height = Math.abs(u) < 1e-9 ? 1 / length : d / -Math.expm1(-u);
  const until = Math.min(length, past);
  const gap = m - d;
  // The integral over waits y of e^-dy e^-m(past - y).
  const least = Math.exp(-m * past);
  const both =
    Math.abs(gap) * until < 1e-9 ? least * until : (Math.exp(-m * (past - until) - d * until) - least) / gap;
  return waitSurvival({ kind: 'Between', fromMs, toMs, decay: d }, ms) + height * both;
}

/** Points that stand for an even backlog; a thirtieth of its length is below what the model can tell apart. */
const backlogPoints = 32;

function betweenAndService(wait: Between, service: Service, ms: number): number {
  const { fromMs, toMs } = wait;
  let sum = 0;
  let above = 1;
  for (let i = 1; i <= backlogPoints; i++) {
    const edge = fromMs + ((toMs - fromMs) * i) / backlogPoints;
    const point = edge - (toMs - fromMs) / (2 * backlogPoints);
    const left = i === backlogPoints ? 0 : waitSurvival(wait, edge);
    sum += (above - left) * (ms < point ? 1 : serviceSurvival(service, ms - point));
    above = left;
  }
  return sum;
}

/** Shares of the longest services at which the points of a service time part: closer where percentiles are asked. */
const cuts = [1, 0.8, 0.6, 0.4, 0.25, 0.15, 0.09, 0.05, 0.03, 0.015, 0.008, 0.003, 0.001, 0];

/** The quantiles in the middle of each part, in mean services, by variation. A pure memo. */
const pointsOf = new Map<number, readonly { readonly share: number; readonly times: number }[]>();

function servicePoints({ meanMs: mean, variation }: Service): { share: number; ms: number }[] {
  let points = pointsOf.get(variation);
  if (points === undefined) {
    points = cuts.slice(1).map((less, i) => {
      const more = cuts[i] ?? 1;
      const times = serviceQuantile({ meanMs: 1, variation }, 1 - (more + less) / 2);
      return { share: more - less, times };
    });
    pointsOf.set(variation, points);
  }
  return points.map(({ share, times }) => ({ share, ms: times * mean }));
}
