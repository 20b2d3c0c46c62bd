import { deepEqual } from '../base/deep.ts';
import { type BackendHealth, type BackendRequest, type BalancerRequest } from '../model/ports.ts';
import { balancerPrefix, type Core } from './core.ts';
import { Backend, verdictAtMs } from './health.ts';
import { type Machine } from './machine.ts';

/** What is saved of a balancer. The arrays go with its backends, in their order. */
export interface SavedBalancer {
  readonly request: BalancerRequest;
  readonly healthy: readonly boolean[];
  readonly verdictsAtMs: readonly (number | null)[];
}

/** A balancer of the world. `backends` are in the order of the request, each machine once. */
export interface Balancer {
  request: BalancerRequest;
  backends: readonly Backend[];
}

/** What `Balancers` tells and asks the rest of the world. */
export interface BalancerSurroundings {
  machine(uid: string): Machine | undefined;
  /** True when the machine answers a health check. */
  answers(machineUid: string): boolean;
  /** After a balancer has come, gone, or changed in what it calls or whom it serves. */
  partsChanged(): void;
  /** After the health of a backend, or what a balancer makes of its backends, has changed. */
  healthChanged(balancer: string): void;
}

/** The load balancers: what stands behind them and what their health checks have found. */
export class Balancers {
  readonly #balancers = new Map<string, Balancer>();
  readonly #byMachine = new Map<string, Set<Backend>>();

  constructor(
    private readonly core: Core,
    private readonly surroundings: BalancerSurroundings,
  ) {}

  get(name: string): Balancer | undefined {
    return this.#balancers.get(name);
  }

  /** In no particular order. */
  all(): Iterable<Balancer> {
    return this.#balancers.values();
  }

  ensure(request: BalancerRequest): void {
    const known = this.#balancers.get(request.name);
    if (known !== undefined && deepEqual(known.request, request)) return;
    const balancer = known ?? { request, backends: [] };
    balancer.request = request;
    this.#balancers.set(request.name, balancer);
    this.#replaceBackends(balancer);
    for (const backend of balancer.backends) this.#review(backend);
    this.#markDirty(balancer);
    this.surroundings.partsChanged();
    this.surroundings.healthChanged(request.name);
  }

  remove(name: string): void {
    const balancer = this.#balancers.get(name);
    if (balancer === undefined) return;
    this.#balancers.delete(name);
    for (const backend of balancer.backends) this.#drop(backend);
    this.core.dirty.remove(balancerPrefix + name);
    this.surroundings.partsChanged();
  }

  health(balancer: string, machineUid: string): BackendHealth | undefined {
    for (const backend of this.#byMachine.get(machineUid) ?? []) {
      if (backend.balancer !== balancer) continue;
      const { healthy, verdictAtMs: turnsAtMs } = backend;
      return turnsAtMs === undefined ? { healthy } : { healthy, turnsAtMs };
    }
    return undefined;
  }

  /** Names of the balancers that the machine stands behind, in no particular order. */
  inFrontOf(machineUid: string): readonly string[] {
    const backends = this.#byMachine.get(machineUid);
    return backends === undefined ? [] : Array.from(backends, (backend) => backend.balancer);
  }

  /** Looks again at the health of a machine that has changed, or whose host has. */
  machineChanged(machineUid: string): void {
    const backends = this.#byMachine.get(machineUid);
    if (backends === undefined) return;
    for (const backend of backends) {
      const balancer = this.#balancers.get(backend.balancer);
      if (balancer !== undefined && this.#review(backend)) this.#markDirty(balancer);
    }
  }

  restore(saved: SavedBalancer): void {
    const balancer: Balancer = { request: saved.request, backends: [] };
    this.#balancers.set(saved.request.name, balancer);
    this.#replaceBackends(balancer);
    balancer.backends.forEach((backend, index) => {
      backend.healthy = saved.healthy[index] ?? false;
      this.#plan(backend, saved.verdictsAtMs[index] ?? undefined);
    });
  }

  #replaceBackends(balancer: Balancer): void {
    const known = new Map(balancer.backends.map((backend) => [backend.machineUid, backend]));
    const next = new Map<string, Backend>();
    for (const request of balancer.request.backends) {
      const backend = known.get(request.machineUid) ?? this.#create(balancer.request.name, request);
      backend.request = request;
      next.set(request.machineUid, backend);
    }
    for (const [uid, backend] of known) if (!next.has(uid)) this.#drop(backend);
    balancer.backends = [...next.values()];
  }

  #create(balancer: string, request: BackendRequest): Backend {
    const machineOf = (uid: string): Machine | undefined => this.surroundings.machine(uid);
    const backend = new Backend(balancer, request, (due) => this.#turn(due), machineOf);
    const siblings = this.#byMachine.get(request.machineUid);
    if (siblings === undefined) this.#byMachine.set(request.machineUid, new Set([backend]));
    else siblings.add(backend);
    return backend;
  }

  #drop(backend: Backend): void {
    this.#plan(backend, undefined);
    const siblings = this.#byMachine.get(backend.machineUid);
    siblings?.delete(backend);
    if (siblings?.size === 0) this.#byMachine.delete(backend.machineUid);
  }

  /** The checks have agreed for long enough: the backend's health turns. */
  #turn(backend: Backend): void {
    const balancer = this.#balancers.get(backend.balancer);
    if (balancer === undefined) return;
    backend.healthy = !backend.healthy;
    this.#plan(backend, undefined);
    this.core.changes.add({ type: 'Balancer', name: backend.balancer });
    this.#markDirty(balancer);
    this.surroundings.healthChanged(backend.balancer);
  }

  /** Plans anew when the backend's health will turn; true when that differs from the plan so far. */
  #review(backend: Backend): boolean {
    const check = this.#balancers.get(backend.balancer)?.request.healthCheck;
    if (check === undefined) return false;
    const answers = this.surroundings.answers(backend.machineUid);
    const before = backend.verdictAtMs;
    this.#plan(backend, verdictAtMs(backend, answers, check, this.core.nowMs));
    return before !== backend.verdictAtMs;
  }

  #plan(backend: Backend, atMs: number | undefined): void {
    if (atMs !== backend.verdictAtMs || atMs === undefined) this.core.queue.schedule(backend, atMs);
    backend.verdictAtMs = atMs;
    this.core.operations.set(backend, backend.awaited);
  }

  #markDirty(balancer: Balancer): void {
    this.core.dirty.mark(balancerPrefix + balancer.request.name, () => save(balancer));
  }
}

function save({ request, backends }: Balancer): SavedBalancer {
  return {
    request,
    healthy: backends.map((backend) => backend.healthy),
    verdictsAtMs: backends.map((backend) => backend.verdictAtMs ?? null),
  };
}
