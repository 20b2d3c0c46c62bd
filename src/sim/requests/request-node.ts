import { type Random } from '../../base/random.ts';
import { type RequestQueue } from '../../model/ports.ts';
import { Tally } from './tally.ts';

/** What is declared of the requests of a balancer, or of traffic straight to guests. */
export interface NodeFacts {
  readonly serviceTimeMs: number;
  readonly serviceVariation: number;
  readonly queue: RequestQueue;
}

/** Chooses where a request goes; undefined when there is nowhere to go. */
export type Choice<Lane> = () => Lane | undefined;

/** Where requests are spread over guests: a balancer, or a traffic that goes straight to guests. */
export class RequestNode<Lane> {
  readonly tally = new Tally();
  /** By the guests' uids. */
  readonly lanes = new Map<string, Lane>();
  /** Until it is first brought up to date there is no variation. */
  facts: NodeFacts = { serviceTimeMs: 0, serviceVariation: NaN, queue: { limit: 0 } };
  /** A draw of a request's CPU time on a bare core, as a multiple of the mean. */
  serviceTime: () => number = () => 1;
  choose: Choice<Lane> = () => undefined;
  /** What its requests call next, one after the other; undefined: what is not there, such calls fail. */
  calls: readonly (RequestNode<Lane> | undefined)[] = [];
  /** Where requests are that have nowhere to go, for the moment until they fail. */
  nowhere: Lane | undefined;
  /** What it was made of has changed: it has to be looked at again before the next request. */
  isStale = true;

  constructor(
    readonly name: string,
    /** Draws of backends and of service times: one stream each, so that a request is as long wherever it goes. */
    readonly picks: Random,
    readonly services: Random,
  ) {}
}
