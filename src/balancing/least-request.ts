import { type Backend, type PickContext, type Picker } from './picker.ts';

/** How strongly active requests count against a backend of unequal weights. Envoy's default. */
export const activeRequestBias = 1;

/**
 * Least request, as Envoy does it. With equal weights: the less busy of two random draws (with replacement), a tie
 * keeps the first. With unequal ones: weighted round robin in which a backend counts
 * `weight / (active + 1)^bias` at the moment.
 * Source: Envoy, load balancers, "Weighted least request"; Mitzenmacher 2001 for the power of two choices.
 */
export function leastRequest(backends: readonly Backend[], bias = activeRequestBias): Picker {
  const able = backends.filter(({ weight }) => weight > 0);
  const equal = able.every(({ weight }) => weight === able[0]?.weight);
  return equal ? twoChoices(able) : earliestDeadline(able, bias);
}

function twoChoices(backends: readonly Backend[]): Picker {
  const draw = (uniform: () => number): Backend | undefined =>
    backends[Math.floor(uniform() * backends.length)];
  return {
    pick: ({ uniform, active }) => {
      const first = draw(uniform);
      const second = draw(uniform);
      if (first === undefined || second === undefined) return undefined;
      return active(second.name) < active(first.name) ? second.name : first.name;
    },
  };
}

interface Entry {
  readonly name: string;
  readonly weight: number;
  deadline: number;
}

/**
 * Each backend has a deadline; the earliest is chosen (ties to the earlier in the list) and its next deadline lies
 * the reverse of its present weight ahead. The first deadlines are set at the first pick.
 */
function earliestDeadline(backends: readonly Backend[], bias: number): Picker {
  const entries: Entry[] = backends.map(({ name, weight }) => ({ name, weight, deadline: NaN }));
  const gap = (entry: Entry, { active }: PickContext): number =>
    (active(entry.name) + 1) ** bias / entry.weight;
  return {
    pick: (context) => {
      let best: Entry | undefined;
      for (const entry of entries) {
        if (Number.isNaN(entry.deadline)) entry.deadline = gap(entry, context);
        if (best === undefined || entry.deadline < best.deadline) best = entry;
      }
      if (best === undefined) return undefined;
      best.deadline += gap(best, context);
      return best.name;
    },
  };
}
