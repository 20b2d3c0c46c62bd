/**
 * Service times: gamma distributed, with a mean and a coefficient of variation (1: exponential, 0: all alike). A gamma
 * is the one family with both of these in it and any variation in between and beyond.
 */
import { gammaQuantile, gammaSurvival } from '../gamma.ts';

export interface Service {
  /** Infinite where nothing is served. */
  readonly meanMs: number;
  readonly variation: number;
}

/** They vary by so little that they are taken for all alike. */
export function isConstant({ variation }: Service): boolean {
  return variation < 0.01;
}

/** Share of services that take longer than `ms`. */
export function serviceSurvival(service: Service, ms: number): number {
  const { meanMs, variation } = service;
  if (variation === 1) return Math.exp(-ms / meanMs);
  if (isConstant(service)) return ms < meanMs ? 1 : 0;
  const shape = 1 / variation ** 2;
  return gammaSurvival(shape, (ms * shape) / meanMs);
}

/** The `p`-quantile of the service time, ms, 0 < p < 1. */
export function serviceQuantile(service: Service, p: number): number {
  const { meanMs, variation } = service;
  if (variation === 1) return -meanMs * Math.log(1 - p);
  if (isConstant(service)) return meanMs;
  const shape = 1 / variation ** 2;
  return (meanMs / shape) * gammaQuantile(shape, p);
}

/**
 * The service time of requests of several kinds that use one backend: exact mean and variation of the mixture.
 * `rate` is in any unit; undefined when nothing is asked.
 */
export function mixedService(kinds: Iterable<{ readonly rate: number } & Service>): Service | undefined {
  let total = 0;
  let first = 0;
  let second = 0;
  for (const { rate, meanMs, variation } of kinds) {
    total += rate;
    first += rate * meanMs;
    second += rate * meanMs ** 2 * (1 + variation ** 2);
  }
  if (!(first > 0)) return undefined;
  const meanMs = first / total;
  return { meanMs, variation: Math.sqrt(Math.max(0, second / total / meanMs ** 2 - 1)) };
}
