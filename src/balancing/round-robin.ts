import { type Backend, type Picker } from './picker.ts';

/** One after the other in the given order, whatever their weights. */
export function roundRobin(backends: readonly Backend[]): Picker {
  let next = 0;
  return {
    pick: () => {
      if (backends.length === 0) return undefined;
      const chosen = backends[next % backends.length];
      next = (next + 1) % backends.length;
      return chosen?.name;
    },
  };
}

/**
 * nginx' smooth weighted round robin: every backend gains its weight, the richest is chosen (ties to the earlier)
 * and pays the sum of all. {5, 1, 1} gives a a b a c a a: in proportion, and never in bursts.
 * Source: nginx, ngx_http_upstream_round_robin.c.
 */
export function weightedRoundRobin(backends: readonly Backend[]): Picker {
  const entries = backends
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => ({ name, weight, current: 0 }));
  const total = entries.reduce((sum, { weight }) => sum + weight, 0);
  return {
    pick: () => {
      let [best] = entries;
      for (const entry of entries) {
        entry.current += entry.weight;
        if (best !== undefined && entry.current > best.current) best = entry;
      }
      if (best === undefined) return undefined;
      best.current -= total;
      return best.name;
    },
  };
}

/** Any of them with equal probability, whatever their weights. */
export function random(backends: readonly Backend[]): Picker {
  return {
    pick: ({ uniform }) => backends[Math.floor(uniform() * backends.length)]?.name,
  };
}
