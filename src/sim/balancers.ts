import { inPanic } from '../balancing/flow.ts';
import { deepEqual } from '../base/deep.ts';
import { type BackendRequest, type BalancerRequest } from '../model/ports.ts';
import { balancerPrefix, type Core } from './core.ts';
import { Backend, verdictAtMs } from './health.ts';
import { type Machine } from './machine.ts';
import { Outliers, type SavedWatch } from './outliers.ts';

/** What is saved of a balancer. The arrays go with its backends, in their order. */
export interface SavedBalancer {
  readonly request: BalancerRequest;
  readonly healthy: readonly boolean[];
  readonly verdictsAtMs: readonly (number | null)[];
  readonly isNew: readonly boolean[];
  /** Absent while nothing was observed of any. */
  readonly outliers?: readonly (SavedWatch | null)[];
  readonly movedKeys?: number;
}

/** A balancer of the world. `backends` are in the order of the request, each machine once. */
export interface Balancer {
  request: BalancerRequest;
  backends: readonly Backend[];
  /** The same by the machines' uids. */
  readonly byMachine: Map<string, Backend>;
  /** Share of the requests whose client got another backend when that last happened. */
  movedKeys: number | undefined;
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
  readonly #outliers: Outliers;

  constructor(
    private readonly core: Core,
    private readonly surroundings: BalancerSurroundings,
  ) {
    this.#outliers = new Outliers(core, {
      of: ({ balancer }) => {
        const found = this.#balancers.get(balancer);
        return found && { outlierDetection: found.request.outlierDetection, backends: found.backends };
      },
      touched: ({ balancer }) => this.#touched(balancer),
      turned: ({ balancer }) => this.#turned(balancer),
    });
  }

  get(name: string): Balancer | undefined {
    return this.#balancers.get(name);
  }

  /** True while too few of its backends are healthy for that to be believed. */
  isPanicking(name: string): boolean {
    const balancer = this.#balancers.get(name);
    return balancer !== undefined && isPanicking(balancer);
  }

  /** What becomes of the requests to a backend from now on: `rate` a second, of which the share `failing` fails. */
  observe({ request }: Balancer, backend: Backend, rate: number, failing: number): void {
    if (request.outlierDetection) this.#outliers.observe(backend, request.outlierDetection, rate, failing);
  }

  /** One request to a backend has been served, or has failed, at `nowMs`: see `Outliers.answered`. */
  answered(backend: Backend, failed: boolean, nowMs: number): void {
    this.#outliers.answered(backend, failed, nowMs);
  }

  /** The clients of this share of the requests have got another backend. */
  moved(balancer: Balancer, share: number): void {
    balancer.movedKeys = share;
    this.#touched(balancer.request.name);
  }

  /** In no particular order. */
  all(): Iterable<Balancer> {
    return this.#balancers.values();
  }

  ensure(request: BalancerRequest): void {
    const known = this.#balancers.get(request.name);
    const changed = changesOf(known?.request, request);
    if (!changed.backends && !changed.rest) return;
    const balancer = known ?? newBalancer(request);
    balancer.request = request;
    this.#balancers.set(request.name, balancer);
    if (changed.backends) this.#replaceBackends(balancer);
    if (changed.rest) for (const backend of balancer.backends) this.#review(backend);
    if (!request.outlierDetection) for (const backend of balancer.backends) this.#outliers.forget(backend);
    this.#markDirty(balancer);
    if (changed.rest) this.surroundings.partsChanged();
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
    const balancer: Balancer = newBalancer(saved.request);
    balancer.movedKeys = saved.movedKeys;
    this.#balancers.set(saved.request.name, balancer);
    this.#replaceBackends(balancer);
    balancer.backends.forEach((backend, index) => {
      backend.healthy = saved.healthy[index] ?? false;
      backend.isNew = saved.isNew[index] ?? !backend.healthy;
      this.#plan(backend, saved.verdictsAtMs[index] ?? undefined);
      const watch = saved.outliers?.[index];
      if (watch && saved.request.outlierDetection) {
        this.#outliers.restore(backend, watch, saved.request.outlierDetection);
      }
    });
  }

  /** Takes over the backends of the request, and looks at the health of those that are new in some way. */
  #replaceBackends(balancer: Balancer): void {
    const { request, byMachine } = balancer;
    const next = new Set<Backend>();
    for (const wanted of request.backends) {
      const known = byMachine.get(wanted.machineUid);
      const backend = known ?? this.#create(request.name, wanted);
      const same = known?.request.draining === wanted.draining;
      backend.request = wanted;
      next.add(backend);
      if (known === undefined) byMachine.set(wanted.machineUid, backend);
      if (!same) this.#review(backend);
    }
    for (const backend of balancer.backends) {
      if (next.has(backend)) continue;
      byMachine.delete(backend.machineUid);
      this.#drop(backend);
    }
    balancer.backends = [...next];
    this.#outliers.retry(balancer.backends);
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
    this.#outliers.forget(backend);
    const siblings = this.#byMachine.get(backend.machineUid);
    siblings?.delete(backend);
    if (siblings?.size === 0) this.#byMachine.delete(backend.machineUid);
  }

  /** The checks have agreed for long enough: the backend's health turns. */
  #turn(backend: Backend): void {
    if (!this.#balancers.has(backend.balancer)) return;
    backend.healthy = !backend.healthy;
    backend.isNew = false;
    this.#plan(backend, undefined);
    this.#touched(backend.balancer);
    this.#turned(backend.balancer);
  }

  #touched(name: string): void {
    const balancer = this.#balancers.get(name);
    if (balancer !== undefined) this.#markDirty(balancer);
  }

  /** Others of its backends get requests from now on. */
  #turned(name: string): void {
    this.core.changes.add({ type: 'Balancer', name });
    this.surroundings.healthChanged(name);
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

function newBalancer(request: BalancerRequest): Balancer {
  return { request, backends: [], byMachine: new Map(), movedKeys: undefined };
}

/** What differs: the backends, of which there may be thousands, and everything else. */
function changesOf(
  before: BalancerRequest | undefined,
  after: BalancerRequest,
): { readonly backends: boolean; readonly rest: boolean } {
  if (before === undefined) return { backends: true, rest: true };
  const rest = !deepEqual({ ...before, backends: [] }, { ...after, backends: [] });
  const same =
    before.backends.length === after.backends.length &&
    before.backends.every((one, index) => isSameBackend(one, after.backends[index]));
  return { backends: !same, rest };
}

function isSameBackend(a: BackendRequest, b: BackendRequest | undefined): boolean {
  return a.machineUid === b?.machineUid && a.weight === b.weight && a.draining === b.draining;
}

/** See `Balancers.isPanicking`. */
function isPanicking({ request, backends }: Balancer): boolean {
  const seen = backends.map(({ fit, draining, isNew }) => ({ healthy: fit, draining, isNew }));
  return inPanic(seen, request.panicThreshold);
}

function save({ request, backends, movedKeys }: Balancer): SavedBalancer {
  const outliers = backends.map((backend) => backend.outliers?.save() ?? null);
  return {
    request,
    healthy: backends.map((backend) => backend.healthy),
    verdictsAtMs: backends.map((backend) => backend.verdictAtMs ?? null),
    isNew: backends.map((backend) => backend.isNew),
    ...(outliers.some((watch) => watch !== null) ? { outliers } : {}),
    ...(movedKeys === undefined ? {} : { movedKeys }),
  };
}
