/** How response times behind a load balancer come about in the flow model, in a few words for who reads the figures. */
import { type BalancingAlgorithm } from './ports.ts';

/** Where the assumptions and the errors stand. */
export const modelPage = 'docs/model.md';

/** `two choices, mean field`: what the algorithm's requests are taken to be. */
export function queueModel(algorithm: BalancingAlgorithm): string {
  switch (algorithm) {
    case 'Random':
      return 'Poisson arrivals at each VM (M/G/c)';
    case 'RingHash':
    case 'Maglev':
      return 'Poisson arrivals at each VM by its share of the keys (M/G/c)';
    case 'RoundRobin':
    case 'WeightedRoundRobin':
      return 'every so many-th request comes to each VM (GI/G/c, Erlang gaps)';
    case 'LeastRequest':
      return 'the less busy of two VMs, or weighted turns where weights differ (mean field)';
  }
}
