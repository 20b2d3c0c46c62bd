import { type KubeObject } from '../model/object.ts';
import { type PlacementQueries } from './placement-queries.ts';
import { type Turn } from './turn.ts';

/** Whoever gives VMs their hosts: the port by which the loop knows the scheduler. */
export interface Placer extends PlacementQueries {
  /** Notes that an object has changed. Must be cheap: it is told of every change. */
  observe(object: KubeObject | undefined, old: KubeObject | undefined): void;
  /** Places all that wait, at the end of a round of reconciling. */
  placePending(turn: Turn): void;
}
