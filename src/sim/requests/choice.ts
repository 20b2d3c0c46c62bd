import { hashTable, isHashing, ownersOf, type KeyPopulation, type Owners } from '../../balancing/keys.ts';
import { createPicker } from '../../balancing/pick.ts';
import { type Random } from '../../base/random.ts';
import { type BalancingAlgorithm } from '../../model/ports.ts';
import { type Choice } from './request-node.ts';
import { type Lane } from './lane.ts';

/** A backend that may be sent requests. */
export interface Candidate {
  readonly lane: Lane;
  readonly weight: number;
  /** Where it stands in a hash table goes by it: another guest of the same name takes its place. */
  readonly name: string;
}

/** How requests find their backends, and where each client's go, when the algorithm keeps clients together. */
export interface Chosen {
  readonly choose: Choice<Lane>;
  readonly owners?: Owners;
}

/**
 * The choice of an algorithm among its candidates, as the balancer itself makes it. `clients` are those whose requests
 * hashing keeps together; without them there are so many that each request's hash is any with equal probability.
 */
export function chosenBy(
  algorithm: BalancingAlgorithm,
  candidates: readonly Candidate[],
  clients: KeyPopulation | undefined,
  random: Random,
): Chosen {
  if (!isHashing(algorithm)) return { choose: picking(algorithm, candidates, random) };
  const byName = new Map(candidates.map(({ name, lane }) => [name, lane]));
  const table = hashTable(algorithm, candidates);
  if (clients === undefined) {
    const shares = [...table.shares()];
    const lanes = shares.map(([name]) => byName.get(name));
    return {
      choose: drawing(
        lanes,
        shares.map(([, share]) => share),
        random,
      ),
    };
  }
  const owners = ownersOf(clients, table);
  const lanes = owners.map((name) => (name === undefined ? undefined : byName.get(name)));
  return { choose: drawing(lanes, clients.weights, random), owners };
}

function picking(
  algorithm: BalancingAlgorithm,
  candidates: readonly Candidate[],
  random: Random,
): Choice<Lane> {
  const lanes = new Map(candidates.map(({ lane }) => [lane.id, lane]));
  const picker = createPicker(
    algorithm,
    candidates.map(({ lane, weight }) => ({ name: lane.id, weight })),
  );
  const context = {
    uniform: (): number => random.next(),
    active: (id: string): number => lanes.get(id)?.active ?? 0,
  };
  return () => {
    const id = picker.pick(context);
    return id === undefined ? undefined : lanes.get(id);
  };
}

/** One of the lanes, each with the probability of its share. */
function drawing(
  lanes: readonly (Lane | undefined)[],
  shares: ArrayLike<number>,
  random: Random,
): Choice<Lane> {
  const ends = new Float64Array(lanes.length);
  let sum = 0;
  for (let i = 0; i < ends.length; i++) ends[i] = sum += shares[i] ?? 0;
  return () => {
    const at = random.next() * sum;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return lanes[low];
  };
}
