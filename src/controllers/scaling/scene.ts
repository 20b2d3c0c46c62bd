import { type Turn } from '../../engine/turn.ts';
import { type Metrics } from '../../model/ports.ts';

/** What a decision is made from, besides the policy: a turn, or a look at a state that changes nothing. */
export type ScalingScene = Pick<Turn, 'cache' | 'placer' | 'nowMs'> & { readonly world: Metrics };
