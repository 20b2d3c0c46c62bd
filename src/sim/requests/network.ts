import { eligibility } from '../../balancing/flow.ts';
import {
  isHashing,
  keyPopulation,
  movedShare,
  type KeyPopulation,
  type Owners,
} from '../../balancing/keys.ts';
import { randomStream } from '../../base/random.ts';
import { type BalancerRequest, type RouteRequest } from '../../model/ports.ts';
import { type Balancer } from '../balancers.ts';
import { type Machine } from '../machine.ts';
import { withoutCircles } from './call-circles.ts';
import { Claimant } from './claimant.ts';
import { chosenBy, type Candidate } from './choice.ts';
import { type Service } from './service.ts';
import { RequestNode } from './request-node.ts';
import { serviceTimes } from './service-times.ts';
import { type Lane, type LaneNode, type LaneStation } from './lane.ts';

/** What `Network` asks and tells the world. */
export interface NetworkSurroundings {
  machine(uid: string): Machine | undefined;
  station(uid: string): LaneStation | undefined;
  /** The clients of this share of the requests have got another backend. */
  moved(balancer: Balancer, share: number): void;
}

/** A balancer and what was last made of it. */
interface Front {
  readonly node: LaneNode;
  balancer: Balancer;
  /** What was last asked for of it. */
  request: BalancerRequest;
  /** For which the choice was made: while they are the same, it goes on where it was. */
  chosenFor: string;
  affinity: BalancerRequest['affinity'];
  clients: KeyPopulation | undefined;
  owners: Owners | undefined;
}

/** Balancers and routes, as requests meet them. */
export class Network {
  readonly #fronts = new Map<string, Front>();
  readonly #byNode = new Map<LaneNode, Front>();
  readonly #routes = new Map<string, Claimant>();

  constructor(
    private readonly seed: number,
    private readonly service: Service,
    private readonly surroundings: NetworkSurroundings,
  ) {}

  node(name: string | undefined): LaneNode | undefined {
    return name === undefined ? undefined : this.#fronts.get(name)?.node;
  }

  route(name: string): Claimant | undefined {
    return this.#routes.get(name);
  }

  /** In no particular order. */
  *nodes(): Iterable<LaneNode> {
    for (const { node } of this.#fronts.values()) yield node;
  }

  routes(): Iterable<Claimant> {
    return this.#routes.values();
  }

  /** Takes over which balancers and routes there are. Requests of those that have gone are played to their end. */
  setParts(balancers: Iterable<Balancer>, routes: Iterable<RouteRequest>): void {
    const before = new Map(this.#fronts);
    this.#fronts.clear();
    this.#byNode.clear();
    for (const balancer of balancers) {
      const { name } = balancer.request;
      const known = before.get(name);
      const front = known?.balancer === balancer ? known : this.#newFront(balancer);
      if (front.request !== balancer.request) front.node.isStale = true;
      front.request = balancer.request;
      this.#fronts.set(name, front);
      this.#byNode.set(front.node, front);
    }
    this.#link();
    const claimants = new Map(this.#routes);
    this.#routes.clear();
    for (const request of routes) {
      const claimant = claimants.get(request.name) ?? new Claimant(request.name, request);
      claimant.update(request, this.service.nowMs);
      this.#routes.set(request.name, claimant);
    }
  }

  /** The backends of a balancer, their health or where they are has changed. */
  healthChanged(balancer: string): void {
    const node = this.node(balancer);
    if (node !== undefined) node.isStale = true;
  }

  /** Brings all nodes up to date that are stale. */
  follow(): void {
    for (const { node } of this.#fronts.values()) if (node.isStale) this.update(node);
  }

  /** Takes over what is asked for of a node and who stands behind it. */
  update(node: LaneNode): void {
    node.isStale = false;
    const front = this.#byNode.get(node);
    if (front === undefined) return;
    const { request, backends } = front.balancer;
    this.#takeFacts(node, request);
    const uids = new Set(backends.map(({ machineUid }) => machineUid));
    for (const uid of node.lanes.keys()) if (!uids.has(uid)) node.lanes.delete(uid);
    const candidates = this.#candidates(front);
    const chosenFor = keyOf(request, candidates);
    if (front.chosenFor === chosenFor) return;
    front.chosenFor = chosenFor;
    const clients = clientsOf(front);
    const { choose, owners } = chosenBy(request.algorithm, candidates, clients, node.picks);
    node.choose = candidates.length === 0 ? () => undefined : choose;
    this.#follow(front, clients, owners);
  }

  #takeFacts(node: LaneNode, { serviceTimeMs, serviceVariation, queue }: BalancerRequest): void {
    const before = node.facts;
    if (before.serviceVariation !== serviceVariation) {
      node.serviceTime = serviceTimes(serviceVariation, node.services);
    }
    node.facts = { serviceTimeMs, serviceVariation, queue };
    if (before.queue.timeoutMs !== queue.timeoutMs) this.service.retime(node);
  }

  /** Who may be sent requests now. */
  #candidates({ node, balancer: { request, backends } }: Front): Candidate[] {
    const seen = backends.map(({ fit, draining, isNew }) => ({ healthy: fit, draining, isNew }));
    const eligible = eligibility(seen, request.panicThreshold);
    return backends.flatMap((backend, index): Candidate[] => {
      const { machineUid } = backend;
      const lane = this.#lane(node, machineUid);
      lane.backend = request.outlierDetection ? backend : undefined;
      if (!eligible[index]) return [];
      const name = this.surroundings.machine(machineUid)?.request.name ?? machineUid;
      return [{ lane, weight: backend.request.weight, name }];
    });
  }

  #lane(node: LaneNode, uid: string): Lane {
    const station = this.surroundings.station(uid);
    const known = node.lanes.get(uid);
    if (known === undefined) return this.service.addLane(node, uid, station);
    this.service.attach(known, station);
    return known;
  }

  /** Takes over where the clients go now, and tells how many have moved. */
  #follow(front: Front, clients: KeyPopulation | undefined, owners: Owners | undefined): void {
    // Nobody serves: they come back to where they were, unless that changes meanwhile.
    if (owners !== undefined && owners.every((owner) => owner === undefined)) return;
    const before = front.owners;
    front.owners = owners;
    if (!clients || !before || !owners) return;
    const moved = movedShare(clients, before, owners);
    if (moved > 0) this.surroundings.moved(front.balancer, moved);
  }

  #newFront(balancer: Balancer): Front {
    const { name } = balancer.request;
    const draws = (what: string): ReturnType<typeof randomStream> =>
      randomStream(this.seed, `requests/${what}/${name}`);
    const node: LaneNode = new RequestNode(name, draws('pick'), draws('service'));
    return {
      ...{ node, balancer, request: balancer.request, chosenFor: '' },
      ...{ affinity: undefined, clients: undefined, owners: undefined },
    };
  }

  #link(): void {
    const declared = [...this.#fronts].map(([name, { balancer }]) => [name, balancer.request.calls] as const);
    const calls = withoutCircles(new Map(declared));
    for (const [name, { node }] of this.#fronts) {
      node.calls = (calls.get(name) ?? []).map((next) => this.node(next));
    }
  }
}

/** Equal while requests are chosen for as before. */
function keyOf({ algorithm, affinity }: BalancerRequest, candidates: readonly Candidate[]): string {
  const among = candidates.map(({ lane, weight, name }) => `${lane.id} ${name} ${weight}`);
  return [algorithm, affinity?.keys, affinity?.skew, ...among].join();
}

/** The clients whose requests are kept together. */
function clientsOf(front: Front): KeyPopulation | undefined {
  const { algorithm, affinity } = front.balancer.request;
  const wanted = isHashing(algorithm) ? affinity : undefined;
  if (front.affinity?.keys === wanted?.keys && front.affinity?.skew === wanted?.skew) return front.clients;
  front.affinity = wanted;
  front.clients = wanted && keyPopulation(wanted.keys, wanted.skew);
  front.owners = undefined;
  return front.clients;
}
