import { assertNever } from '../base/errors.ts';
import { type BalancingAlgorithm } from '../model/ports.ts';
import { leastRequest } from './least-request.ts';
import { maglev } from './maglev.ts';
import { type Backend, type Picker } from './picker.ts';
import { ringHash } from './ring-hash.ts';
import { random, roundRobin, weightedRoundRobin } from './round-robin.ts';

/** A picker of the algorithm over `backends`, who are all able to take requests; order matters only to ties. */
export function createPicker(algorithm: BalancingAlgorithm, backends: readonly Backend[]): Picker {
  switch (algorithm) {
    case 'RoundRobin':
      return roundRobin(backends);
    case 'WeightedRoundRobin':
      return weightedRoundRobin(backends);
    case 'LeastRequest':
      return leastRequest(backends);
    case 'RingHash':
      return ringHash(backends);
    case 'Maglev':
      return maglev(backends);
    case 'Random':
      return random(backends);
    default:
      return assertNever(algorithm);
  }
}
