import { compareText } from '../base/listing.ts';
import {
  type BalancerObservation,
  type FlowObservation,
  type HostUsage,
  type MachineLoad,
  type MachineUsage,
  type RouteObservation,
} from '../model/ports.ts';
import { usageKey, type Core } from './core.ts';
import { type FlowNode, type RouteFlow } from './flow/graph.ts';
import { type SavedFlows } from './flow/flows.ts';
import { balancerFlow, observeBalancer, observeRoute, routeFlow } from './flow/view.ts';
import { type Hosts } from './hosts.ts';
import { hostUsageOf } from './scenery/host-usage.ts';
import { type Load } from './load.ts';
import { type Machines } from './machines.ts';
import { type Moment } from './flow/response.ts';
import { type Steps } from './steps.ts';

/** What is saved of the load: what cannot be derived from what stands where. */
export interface SavedUsage {
  readonly atMs: number;
  /** The beat of load steps was running. */
  readonly running: boolean;
  readonly flows: SavedFlows;
  /** Uid, CPU in millicores, requests a second and wanted bytes of the machines whose last sample is not 0. */
  readonly samples: readonly (readonly [uid: string, cpuMillis: number, rate: number, memory?: number])[];
}

/**
 * Memory that a guest has in use where no traffic says what its programs want, as a share of its own: an idle one half of it, one at full load four fifths.
 * An assumption, in the range that Waldspurger (OSDI 2002) samples as active memory of servers.
 */
const memoryShare = { idle: 0.5, busy: 0.3 };

/** What a guest of a size has in use, bytes: what its programs want, or, where nothing tells (0), what is assumed. */
export function memoryInUse(sizeBytes: number, utilization: number, wantedBytes: number): number {
  if (wantedBytes > 0) return Math.min(wantedBytes, sizeBytes);
  return Math.round(sizeBytes * (memoryShare.idle + memoryShare.busy * utilization));
}

/**
 * What is measured. Flows show the present; machines show the last whole step, as a metrics server that scrapes
 * once a step would have it.
 */
export class Meter {
  /** Before this time there are no samples, because those of the last step were not saved. */
  #blindUntilMs = -Infinity;
  /** What the load was when it was last saved. */
  #saved = '';

  constructor(
    private readonly core: Core,
    private readonly hosts: Hosts,
    private readonly machines: Machines,
    private readonly load: Load,
    private readonly steps: Steps,
  ) {}

  machineUsage(uid: string): MachineUsage | undefined {
    const machine = this.machines.get(uid);
    const sampledAtMs = this.steps.stepStartMs;
    if (machine?.startedAtMs === undefined || machine.startedAtMs >= sampledAtMs) return undefined;
    if (sampledAtMs < this.#blindUntilMs) return undefined;
    if (this.hosts.get(machine.request.hostUid)?.reachable !== true) return undefined;
    const { columns } = this.load;
    const cpuMillis = columns.sampleMillis[machine.slot] ?? 0;
    const utilization = Math.min(1, cpuMillis / machine.request.cpuMillis);
    const wanted = columns.sampleMemory[machine.slot] ?? 0;
    return {
      cpuMillis,
      utilization,
      memoryBytes: memoryInUse(machine.request.memoryBytes, utilization, wanted),
      requestsPerSecond: columns.sampleRate[machine.slot] ?? 0,
      sampledAtMs,
    };
  }

  /** At present. */
  machineLoad(uid: string): MachineLoad | undefined {
    const machine = this.machines.get(uid);
    if (machine?.startedAtMs === undefined) return undefined;
    this.load.refresh();
    const usedMillis = this.load.columns.usedMillis[machine.slot] ?? 0;
    return { usedMillis, sizeMillis: machine.request.cpuMillis };
  }

  /** At present. */
  hostUsage(uid: string): HostUsage | undefined {
    const host = this.hosts.get(uid);
    if (host === undefined) return undefined;
    this.load.refresh();
    return hostUsageOf(host, this.load.hostUsedMillis(uid));
  }

  balancer(name: string): BalancerObservation | undefined {
    this.load.refresh();
    const { flows, columns } = this.load;
    const node = flows.node(name);
    return node && observeBalancer(node, flows.shares(node), columns, this.#moment);
  }

  balancerFlow(name: string): FlowObservation | undefined {
    this.load.refresh();
    const { flows, columns } = this.load;
    const node = flows.node(name);
    return node && balancerFlow(node, columns, this.#moment);
  }

  route(name: string): RouteObservation | undefined {
    this.load.refresh();
    const flow = this.load.flows.route(name);
    return flow && observeRoute(flow, this.#behind(flow), this.load.columns, this.#moment);
  }

  routeFlow(name: string): FlowObservation | undefined {
    this.load.refresh();
    const flow = this.load.flows.route(name);
    return flow && routeFlow(flow, this.#behind(flow), this.load.columns, this.#moment);
  }

  get #moment(): Moment {
    return { nowMs: this.core.nowMs, step: this.load.step };
  }

  #behind({ request: { balancer } }: RouteFlow): FlowNode | undefined {
    return balancer === undefined ? undefined : this.load.flows.node(balancer);
  }

  traffic(name: string): { readonly offered: number } | undefined {
    this.load.refresh();
    const offered = this.load.offers.get(name);
    return offered && { offered: offered.drawn };
  }

  /** Has the next `takeDirty` save the load, unless nothing has changed and no time has passed since it last did. */
  checkpoint(): void {
    this.load.refresh();
    if (this.#saved === this.#present()) return;
    this.#saved = this.#present();
    this.core.dirty.mark(usageKey, () => this.#save());
  }

  restore(saved: SavedUsage | undefined): void {
    const { stepMs, nowMs } = this.core;
    if (saved !== undefined) this.load.flows.restore(saved.flows);
    const inStep = saved !== undefined && Math.floor(saved.atMs / stepMs) === Math.floor(nowMs / stepMs);
    if (inStep) this.#restoreSamples(saved);
    else if (this.steps.running) this.#blindUntilMs = this.steps.stepStartMs + stepMs;
    if (saved?.running === true) this.steps.run();
    // The flows must take over the rates of before while everything is still as it was.
    this.load.refresh();
    this.#saved = this.#present();
  }

  /** Differs whenever what `#save` gives does. */
  #present(): string {
    return `${this.core.nowMs} ${this.load.flows.version} ${this.steps.running}`;
  }

  #restoreSamples({ samples }: SavedUsage): void {
    const { columns } = this.load;
    for (const [uid, cpuMillis, rate, memory = 0] of samples) {
      const slot = this.machines.get(uid)?.slot ?? -1;
      if (slot < 0) continue;
      columns.sampleMillis[slot] = cpuMillis;
      columns.sampleRate[slot] = rate;
      columns.sampleMemory[slot] = memory;
    }
  }

  #save(): SavedUsage {
    this.load.refresh();
    const { flows, columns } = this.load;
    const samples: [string, number, number, number][] = [];
    for (const { id, slot } of this.machines.all()) {
      const cpuMillis = columns.sampleMillis[slot] ?? 0;
      const rate = columns.sampleRate[slot] ?? 0;
      const memory = columns.sampleMemory[slot] ?? 0;
      if (cpuMillis > 0 || rate > 0 || memory > 0) samples.push([id, cpuMillis, rate, memory]);
    }
    samples.sort((a, b) => compareText(a[0], b[0]));
    return { atMs: this.core.nowMs, running: this.steps.running, flows: flows.save(), samples };
  }
}
