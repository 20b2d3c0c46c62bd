import { compareText } from '../../base/listing.ts';
import { type TrafficRequest } from '../../model/ports.ts';
import { type Core } from '../core.ts';
import { isPerTarget } from '../direct-loads.ts';
import { nothing, offeredIn, type Offered, type Step } from './offered.ts';
import { type Registry } from '../registry.ts';

/** A traffic in the step under way. */
interface Offer {
  readonly request: TrafficRequest;
  /** What it comes to in this step, in its unit. */
  offered: Offered;
  /** The machines that it loads without a balancer; undefined when its requests take the way of requests. */
  readonly uids: readonly string[] | undefined;
}

interface DirectOffer extends Offer {
  readonly uids: readonly string[];
}

/** What all traffic offers in the step under way. Ordered by name, so that sums come out the same. */
export class Offers {
  #offers = new Map<string, Offer>();
  #targets = new Set<string>();
  /** Those that load machines without a balancer. */
  direct: readonly DirectOffer[] = [];
  /** True when machines are loaded that are only known by their balancer. */
  followsParts = false;

  constructor(
    private readonly core: Core,
    private readonly traffic: Registry<TrafficRequest>,
  ) {}

  get(name: string): Offered | undefined {
    return this.#offers.get(name)?.offered;
  }

  /** True when some traffic loads this machine without a balancer. */
  target(machineUid: string): boolean {
    return this.#targets.has(machineUid);
  }

  /** Takes over which traffic there is. `backends` gives the machines behind a balancer or a route. */
  layOut(step: Step, backends: (name: string, type: 'Balancer' | 'Route') => readonly string[]): void {
    const requests = [...this.traffic.all()].sort((a, b) => compareText(a.name, b.name));
    this.#offers = new Map();
    for (const request of requests) {
      const { target, unit } = request;
      const behind = target.type === 'Machines' ? target.uids : backends(target.name, target.type);
      const uids = target.type === 'Machines' || unit !== 'Requests' ? behind : undefined;
      this.#offers.set(request.name, { request, offered: this.#value(request, step), uids });
    }
    this.direct = [...this.#offers.values()].filter(
      (offer): offer is DirectOffer => offer.uids !== undefined,
    );
    this.#targets = new Set(this.direct.flatMap(({ uids }) => uids));
    this.followsParts = this.direct.some(({ request }) => request.target.type !== 'Machines');
  }

  /** Takes the values of a new step; tells whether any that go through balancers, or directly, have changed. */
  revalue(step: Step): { readonly flows: boolean; readonly direct: boolean } {
    const changed = { flows: false, direct: false };
    for (const offer of this.#offers.values()) {
      const { mean, drawn } = offer.offered;
      offer.offered = this.#value(offer.request, step);
      const same = offer.offered.mean === mean && offer.offered.drawn === drawn;
      const kind = offer.uids === undefined ? 'flows' : 'direct';
      if (!same || (kind === 'direct' && isPerTarget(offer.request))) changed[kind] = true;
    }
    return changed;
  }

  /** Requests a second by balancer and by route; those that get none are left out. */
  rates(): { readonly toBalancers: Map<string, Offered>; readonly toRoutes: Map<string, Offered> } {
    const toBalancers = new Map<string, Offered>();
    const toRoutes = new Map<string, Offered>();
    for (const { request, offered, uids } of this.#offers.values()) {
      const { target } = request;
      if (uids !== undefined || target.type === 'Machines' || offered.mean <= 0) continue;
      const rates = target.type === 'Route' ? toRoutes : toBalancers;
      const { mean, drawn } = rates.get(target.name) ?? nothing;
      rates.set(target.name, { mean: mean + offered.mean, drawn: drawn + offered.drawn });
    }
    return { toBalancers, toRoutes };
  }

  #value(request: TrafficRequest, step: Step): Offered {
    return offeredIn(request, step, this.core.seed);
  }
}
