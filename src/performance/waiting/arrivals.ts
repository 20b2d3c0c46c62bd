/** How the requests of one backend come. */
import { type Others } from './unequal-backends.ts';

/** The balancer in front gets them as a Poisson stream. */
export type Arrivals =
  /** Each request goes here by chance: Random, RingHash, Maglev, or no balancer. */
  | { readonly kind: 'Poisson' }
  /**
   * RoundRobin, with weights or without: every so many-th request comes here, at least 1; for a backend with the share p
   * of all requests that is `everyOf(p)`.
   */
  | { readonly kind: 'Regular'; readonly every: number }
  /**
   * The less busy of two at random of this many backends, at least 1. Without `others` all of them are like this one;
   * see `othersOf` for what it sees of those that are not.
   */
  | { readonly kind: 'LeastRequest'; readonly among: number; readonly others?: Others };

/**
 * Every how many-th request of the balancer comes to a backend with this share of all of them under (weighted) round
 * robin. Where 1 / share is no whole number the gaps alternate, which makes them a little less regular.
 */
export function everyOf(share: number): number {
  const gap = 1 / Math.min(1, share);
  const odd = gap - Math.floor(gap);
  return Math.max(1, 1 / (1 / gap + (odd * (1 - odd)) / gap ** 2));
}
