import { assertNever } from '../base/errors.ts';
import { type BalancingAlgorithm } from '../model/ports.ts';
import {
  hashTable,
  isHashing,
  ownersOf,
  sharesOfKeys,
  type HashingAlgorithm,
  type KeyPopulation,
  type Owners,
} from './keys.ts';

/** A backend as a flow of requests sees it. */
export interface FlowBackend {
  /** Distinct; where it stands in a hash table goes by it. */
  readonly name: string;
  readonly weight: number;
  /** Its checks pass and it is not ejected. */
  readonly healthy: boolean;
  readonly draining: boolean;
  /**
   * It has never passed its first checks: it gets nothing and says nothing about the others' health (as with Envoy's
   * ignore_new_hosts_until_first_hc).
   */
  readonly isNew: boolean;
}

export interface FlowOptions {
  /**
   * When a smaller share than this of the backends that do not drain is healthy, health is not believed and all of
   * them get traffic (Envoy's panic mode, there 0.5). @defaultValue 0, never
   */
  readonly panicThreshold?: number;
  /** By whom the hashing algorithms are asked. @defaultValue so many keys that each hash is as likely */
  readonly keys?: KeyPopulation;
}

/** The outcome for one set of backends. */
export interface FlowSplit {
  /** The share of each backend, 0..1, in their order: they add up to 1, or are all 0 when nobody can take traffic. */
  readonly shares: Float64Array;
  /** The backend of each key of `FlowOptions.keys`, when the algorithm hashes. */
  readonly owners?: Owners;
}

/**
 * How a flow is split among the backends in the long run by an algorithm that looks at no load. What LeastRequest makes of
 * it hangs on how long they take: see `leastRequestChoices` in `performance/waiting`.
 *
 * - RoundRobin and Random: even, whatever the weights.
 * - WeightedRoundRobin: in proportion to the weights.
 * - RingHash, Maglev: what the real ring or table of the names holds for the keys, or of all hashes. Near the weights,
 *   the nearer the more keys, and nearer for Maglev.
 *
 * Draining and unhealthy backends get nothing, nor do those without weight from the algorithms that weigh.
 */
export function splitFlow(
  algorithm: Exclude<BalancingAlgorithm, 'LeastRequest'>,
  backends: readonly FlowBackend[],
  { panicThreshold = 0, keys }: FlowOptions = {},
): FlowSplit {
  const eligible = eligibility(backends, panicThreshold);
  if (isHashing(algorithm)) return hashed(algorithm, backends, eligible, keys);
  return { shares: spread(algorithm, backends, eligible) };
}

function hashed(
  algorithm: HashingAlgorithm,
  backends: readonly FlowBackend[],
  eligible: readonly boolean[],
  keys: KeyPopulation | undefined,
): FlowSplit {
  const table = hashTable(
    algorithm,
    backends.filter((_backend, i) => eligible[i]),
  );
  const owners = keys && ownersOf(keys, table);
  const shares = keys && owners ? sharesOfKeys(keys, owners) : table.shares();
  const ofEach = Float64Array.from(backends, ({ name }, i) => (eligible[i] ? (shares.get(name) ?? 0) : 0));
  return { shares: ofEach, ...(owners ? { owners } : {}) };
}

function spread(
  algorithm: Exclude<BalancingAlgorithm, HashingAlgorithm | 'LeastRequest'>,
  backends: readonly FlowBackend[],
  eligible: readonly boolean[],
): Float64Array {
  switch (algorithm) {
    case 'RoundRobin':
    case 'Random':
      return normalized(backends, (_backend, i) => (eligible[i] ? 1 : 0));
    case 'WeightedRoundRobin':
      return normalized(backends, ({ weight }, i) => (eligible[i] ? weight : 0));
    default:
      return assertNever(algorithm);
  }
}

/** True while panic mode is on: too few of the backends that do not drain and are not new are healthy. */
export function inPanic(
  backends: Iterable<Pick<FlowBackend, 'healthy' | 'draining' | 'isNew'>>,
  panicThreshold: number,
): boolean {
  let present = 0;
  let healthy = 0;
  for (const backend of backends) {
    if (backend.draining || backend.isNew) continue;
    present++;
    if (backend.healthy) healthy++;
  }
  return healthy < panicThreshold * present;
}

/** Which of the backends may get requests, in their order; see `FlowOptions.panicThreshold`. */
export function eligibility(
  backends: readonly Pick<FlowBackend, 'healthy' | 'draining' | 'isNew'>[],
  panicThreshold: number,
): readonly boolean[] {
  const panic = inPanic(backends, panicThreshold);
  return backends.map(({ healthy, draining, isNew }) => !draining && !isNew && (healthy || panic));
}

function normalized<T>(items: readonly T[], value: (item: T, index: number) => number): Float64Array {
  const shares = Float64Array.from(items, (item, i) => Math.max(0, value(item, i)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return total > 0 ? shares.map((share) => share / total) : shares;
}
