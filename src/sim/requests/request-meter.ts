import { compareText } from '../../base/listing.ts';
import {
  type BalancerObservation,
  type FlowObservation,
  type HostUsage,
  type LatencyObservation,
  type MachineLoad,
  type MachineUsage,
  type RequestSubject,
  type RequestWindow,
  type RouteObservation,
} from '../../model/ports.ts';
import { type Histogram } from '../../base/histogram.ts';
import { type Core } from '../core.ts';
import { hostUsageOf } from '../scenery/host-usage.ts';
import { memoryInUse } from '../meter.ts';
import { type Scenery } from '../scenery/scenery.ts';
import { integralOf, rateOf } from './rate-pieces.ts';
import { type RequestLoad } from './request-load.ts';
import { countsBetween, errorsOf, type Tally } from './tally.ts';
import { type Lane, type LaneNode } from './lane.ts';

/** What is measured of requests that are played one by one: figures are those of the last whole load step. */
export class RequestMeter {
  constructor(
    private readonly core: Core,
    private readonly scenery: Scenery,
    private readonly load: RequestLoad,
  ) {}

  machineUsage(uid: string): MachineUsage | undefined {
    const machine = this.scenery.machines.get(uid);
    const sampledAtMs = this.core.stepStartAt(this.core.nowMs);
    if (machine?.startedAtMs === undefined || machine.startedAtMs >= sampledAtMs) return undefined;
    if (this.scenery.hosts.get(machine.request.hostUid)?.reachable !== true) return undefined;
    const { millis: cpuMillis, perSecond: requestsPerSecond } = this.load.windows.machine(uid);
    const { cpuMillis: size, memoryBytes: memory } = machine.request;
    const utilization = Math.min(1, cpuMillis / size);
    const memoryBytes = memoryInUse(memory, utilization, this.load.memoryWanted(uid));
    return { cpuMillis, utilization, memoryBytes, requestsPerSecond, sampledAtMs };
  }

  /** Of the last whole step: requests that are played one by one have no rate at a moment. */
  machineLoad(uid: string): MachineLoad | undefined {
    const machine = this.scenery.machines.get(uid);
    if (machine?.startedAtMs === undefined) return undefined;
    return { usedMillis: this.load.windows.machine(uid).millis, sizeMillis: machine.request.cpuMillis };
  }

  hostUsage(uid: string): HostUsage | undefined {
    const host = this.scenery.hosts.get(uid);
    return host && hostUsageOf(host, this.load.windows.host(uid).millis);
  }

  balancerFlow(name: string): FlowObservation | undefined {
    const node = this.#node(name);
    return node && this.#flow(node.tally, waitingAt(node.lanes.values()));
  }

  balancer(name: string): BalancerObservation | undefined {
    const node = this.#node(name);
    const balancer = this.scenery.balancers.get(name);
    if (node === undefined || balancer === undefined) return undefined;
    const lanes = balancer.backends.map(({ machineUid }) => node.lanes.get(machineUid));
    const picked = lanes.reduce((sum, lane) => sum + (lane?.lastPicked ?? 0), 0);
    return {
      ...this.#flow(node.tally, waitingAt(node.lanes.values())),
      movedKeys: balancer.movedKeys,
      backends: balancer.backends.map(({ machineUid, healthy }, index) => ({
        machineUid,
        healthy,
        share: picked > 0 ? (lanes[index]?.lastPicked ?? 0) / picked : 0,
      })),
    };
  }

  routeFlow(name: string): FlowObservation | undefined {
    this.load.refresh();
    const route = this.load.network.route(name);
    return route && this.#flow(route.tally, route.waiting);
  }

  route(name: string): RouteObservation | undefined {
    const flow = this.routeFlow(name);
    const route = this.load.network.route(name);
    if (flow === undefined || route === undefined) return undefined;
    const servedBy = [...route.lastServedBy].sort(compareText);
    return { ...flow, heldPerSecond: this.#perSecond(route.lastHeld), servedBy };
  }

  traffic(name: string): { readonly offered: number } | undefined {
    this.load.refresh();
    const request = this.scenery.traffic.get(name);
    if (request === undefined) return undefined;
    const { windows } = this.load;
    if (request.unit === 'Requests') return { offered: this.#perSecond(windows.offered(name)) };
    const { startMs, pattern } = request;
    const rate = rateOf(pattern, startMs);
    const sum = integralOf(rate, windows.lastFromMs - startMs, windows.fromMs - startMs);
    return { offered: this.#perSecond(sum) };
  }

  requestWindow(of: RequestSubject): RequestWindow | undefined {
    const tally = this.#tallyOf(of);
    if (tally === undefined) return undefined;
    // At the very end of a step the next one has not begun to fill.
    const isOver = this.core.nowMs === this.load.windows.fromMs;
    const counts = isOver ? countsBetween(tally.lastSince, tally.since) : countsBetween(tally.since, tally);
    const { arrived, answered, refused, timedOut, throttled } = counts;
    const latencies = isOver ? tally.lastLatencies : tally.latencies;
    const failed = errorsOf(counts);
    return { arrived, answered, failed, refused, timedOut, throttled, waiting: this.#waiting(of), latencies };
  }

  #waiting(of: RequestSubject): number {
    const { network, engine } = this.load;
    switch (of.type) {
      case 'Balancer':
        return waitingAt(network.node(of.name)?.lanes.values() ?? []);
      case 'Route':
        return network.route(of.name)?.waiting ?? 0;
      case 'All': {
        let sum = engine.past.waiting;
        for (const route of network.routes()) sum += route.waiting;
        return sum;
      }
    }
  }

  #tallyOf(of: RequestSubject): Tally | undefined {
    switch (of.type) {
      case 'Balancer':
        return this.#node(of.name)?.tally;
      case 'Route':
        this.load.refresh();
        return this.load.network.route(of.name)?.tally;
      case 'All':
        return this.load.engine.entries;
    }
  }

  #node(name: string): LaneNode | undefined {
    this.load.refresh();
    return this.load.network.node(name);
  }

  #flow(tally: Tally, waiting: number): FlowObservation {
    const counts = countsBetween(tally.lastSince, tally.since);
    const { arrived, refused, timedOut, throttled } = counts;
    return {
      requestsPerSecond: this.#perSecond(arrived),
      errorRate: arrived > 0 ? Math.min(1, errorsOf(counts) / arrived) : 0,
      throttledPerSecond: this.#perSecond(throttled),
      refusedPerSecond: this.#perSecond(refused),
      timedOutPerSecond: this.#perSecond(timedOut),
      latency: latencyOf(tally.lastLatencies),
      totalRequests: tally.arrived,
      totalErrors: errorsOf(tally),
      totalRefused: tally.refused,
      totalTimedOut: tally.timedOut,
      backlog: waiting,
    };
  }

  #perSecond(count: number): number {
    const { lastMs } = this.load.windows;
    return lastMs > 0 ? (count * 1000) / lastMs : 0;
  }
}

/** As in all worlds: 0 where none was answered. */
function latencyOf(latencies: Histogram): LatencyObservation {
  if (latencies.count === 0) return { meanMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 };
  const at = (share: number): number => latencies.quantile(share) ?? 0;
  return { meanMs: latencies.mean, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

function waitingAt(lanes: Iterable<Lane>): number {
  let sum = 0;
  for (const { waiting } of lanes) sum += waiting;
  return sum;
}
