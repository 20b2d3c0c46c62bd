/** How the requests of one backend come. */
import { type Beside } from './two-choices.ts';
import { type Weighed } from './weighted-choices.ts';

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
   * The less busy of two at random of this many backends, at least 1. Without `beside` all of them are like this one;
   * see `leastRequestChoices` for those that are not, or whose weights differ.
   */
  | { readonly kind: 'LeastRequest'; readonly among: number; readonly beside?: Beside | Weighed };

/**
 * Every how many-th request of the balancer comes to a backend with this share of all of them under (weighted) round
 * robin. Where 1 / share is no whole number the gaps alternate, which makes them a little less regular.
 */
export function everyOf(share: number): number {
  const gap = 1 / Math.min(1, share);
  const odd = gap - Math.floor(gap);
  return Math.max(1, 1 / (1 / gap + (odd * (1 - odd)) / gap ** 2));
}
