/** Requests of tenants, of load balancers and of the whole, step by step. */
import { compareText } from '../base/listing.ts';
import { type Traffic } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { type FlowObservation, type World } from '../model/ports.ts';
import { type SeriesName, type SubjectName } from '../model/run-record.ts';
import { type Flow, type Values } from '../objectives/recording.ts';
import { type Roster } from './roster.ts';
import { type SeriesTable } from './series-table.ts';
import { subjectName, subjectOf } from './subjects.ts';
import { WaitSeries } from './wait-series.ts';

export interface Counted {
  readonly requests: number;
  readonly errors: number;
  /** Parts of the errors. */
  readonly refused: number;
  readonly timedOut: number;
}

/** What came in at one place in a step. */
interface Inflow extends Counted {
  readonly meanMs: number;
}

/** Where a traffic goes, and by which name the world knows the traffic. */
interface Goal {
  readonly name: string;
  /** Undefined: nowhere that is measured here. */
  readonly place: SubjectName | undefined;
}

const none: Counted = { requests: 0, errors: 0, refused: 0, timedOut: 0 };

/** The series of one subject's flow, in the order of `flowSeries`. */
type Columns = readonly Float64Array[];
const flowSeries = [
  'requestsPerSecond',
  'errorRate',
  'availability',
  'latencyMean',
  'latencyP50',
  'latencyP95',
  'latencyP99',
] as const satisfies readonly SeriesName[];

/** A subject whose flow is followed. */
interface Lane {
  readonly subject: SubjectName;
  /** By which the world knows it. */
  readonly name: string;
  /** Made when it is first seen in a step. */
  columns?: Columns;
  readonly waits: WaitSeries;
  /** Totals at the end of the last step. */
  before: Counted;
}

export class FlowMeter {
  readonly #lanes = new Map<SubjectName, Lane>();
  /** Where each traffic goes; a changed one is another object. */
  readonly #goals = new WeakMap<Traffic, Goal>();
  readonly #straight = new Set<SubjectName>();
  /** Requests a second that traffic sends to a place, by the place. */
  readonly #entries = new Map<SubjectName, Float64Array>();

  constructor(
    private readonly table: SeriesTable,
    private readonly roster: Roster,
  ) {}

  /** What has been counted up to now belongs to no step. */
  begin(world: World): void {
    for (const [lane, flow] of this.#observed(world)) {
      lane.before = totalsOf(flow, 0);
    }
  }

  /** Closes the step that ends at `toMs` and is `lengthMs` long; gives the requests and errors of all traffic in it. */
  sample(world: World, step: number, toMs: number, lengthMs: number): Counted {
    const seen = new Map<SubjectName, Inflow>();
    for (const [lane, flow] of this.#observed(world)) {
      const seconds = (toMs - world.nowMs) / 1000;
      const counted = count(lane, flow, seconds);
      seen.set(lane.subject, { ...counted, meanMs: flow.latency.meanMs });
      this.#write(lane, step, counted, flow, lengthMs);
      lane.waits.write(step, {
        backlog: Math.max(0, flow.backlog + (flow.backlogGrowth ?? 0) * seconds),
        refused: perSecond(counted.refused, lengthMs),
        timedOut: perSecond(counted.timedOut, lengthMs),
      });
    }
    return this.#whole(world, step, seen, lengthMs);
  }

  /** A subject's flow; none when it was never seen. */
  flowOf(
    of: SubjectName,
    requests: Values | undefined = this.table.get('requestsPerSecond', of),
  ): readonly Flow[] {
    const series = (name: SeriesName): Values | undefined => this.table.get(name, of);
    const errorRate = series('errorRate');
    const mean = series('latencyMean');
    const p50 = series('latencyP50');
    const p95 = series('latencyP95');
    const p99 = series('latencyP99');
    if (!requests || !errorRate || !mean || !p50 || !p95 || !p99) return [];
    return [{ requests, errorRate, mean, p50, p95, p99 }];
  }

  /** The flows of all places that traffic goes to. */
  entries(): readonly Flow[] {
    return [...this.#entries].flatMap(([of, requests]) => this.flowOf(of, requests));
  }

  /** Traffic that sent requests straight to VMs in some step, in order. */
  uncounted(): SubjectName[] {
    return [...this.#straight].sort(compareText);
  }

  *#observed(world: World): Iterable<[Lane, FlowObservation]> {
    for (const [subject, tenant] of this.roster.of('Tenant')) {
      const lane = this.#lane(subject, tenant);
      const flow = world.routeFlow(lane.name);
      if (flow) yield [lane, flow];
    }
    for (const [subject, balancer] of this.roster.of('LoadBalancer')) {
      const lane = this.#lane(subject, balancer);
      const flow = world.balancerFlow(lane.name);
      if (flow) yield [lane, flow];
    }
  }

  #lane(subject: SubjectName, object: KubeObject): Lane {
    const known = this.#lanes.get(subject);
    if (known) return known;
    const waits = new WaitSeries(this.table, subject);
    const lane: Lane = { subject, name: worldName(object), waits, before: none };
    this.#lanes.set(subject, lane);
    return lane;
  }

  #write(
    lane: Lane,
    step: number,
    { requests, errors }: Counted,
    flow: FlowObservation,
    lengthMs: number,
  ): void {
    // The columns are made even when nothing comes, so that it is known that it was there.
    lane.columns ??= flowSeries.map((name) => this.table.column(name, lane.subject));
    const failed = requests > 0 ? Math.min(1, errors / requests) : NaN;
    const { meanMs, p50Ms, p95Ms, p99Ms } = flow.latency;
    const isAnswered = meanMs > 0 && Number.isFinite(p99Ms);
    const rate = (requests * 1000) / lengthMs;
    const latencies = isAnswered ? [meanMs, p50Ms, p95Ms, p99Ms] : [NaN, NaN, NaN, NaN];
    [rate, failed, 1 - failed, ...latencies].forEach((value, index) => {
      const column = lane.columns?.[index];
      if (column) column[step] = value;
    });
  }

  /**
   * Every place that some traffic names, once: a tenant with all that came by its route, a load balancer with what
   * traffic offers it directly (its other requests come from tenants or other tiers, and are counted there).
   */
  #whole(world: World, step: number, seen: ReadonlyMap<SubjectName, Inflow>, lengthMs: number): Counted {
    let requests = 0;
    let errors = 0;
    let refused = 0;
    let timedOut = 0;
    let answered = 0;
    let waited = 0;
    for (const [place, offered] of this.#places(world)) {
      const inflow = seen.get(place);
      if (!inflow) continue;
      const isTenant = place.startsWith('tenant/');
      const here = isTenant ? inflow.requests : Math.min(inflow.requests, (offered * lengthMs) / 1000);
      const share = inflow.requests > 0 ? here / inflow.requests : 0;
      let column = this.#entries.get(place);
      if (!column) this.#entries.set(place, (column = new Float64Array(this.table.count)));
      column[step] = (here * 1000) / lengthMs;
      requests += here;
      errors += inflow.errors * share;
      refused += inflow.refused * share;
      timedOut += inflow.timedOut * share;
      const served = here - inflow.errors * share;
      if (inflow.meanMs > 0 && Number.isFinite(inflow.meanMs)) {
        answered += served;
        waited += served * inflow.meanMs;
      }
    }
    const failed = requests > 0 ? Math.min(1, errors / requests) : NaN;
    const { table } = this;
    table.set('requestsPerSecond', '', step, (requests * 1000) / lengthMs);
    table.set('errorRate', '', step, failed);
    table.set('availability', '', step, 1 - failed);
    table.set('latencyMean', '', step, answered > 0 ? waited / answered : NaN);
    return { requests, errors, refused, timedOut };
  }

  /** Where requests come in, with what traffic offers there, requests a second. */
  #places(world: World): Map<SubjectName, number> {
    const places = new Map<SubjectName, number>();
    for (const traffic of this.roster.of('Traffic').values()) {
      const { name, place } = this.#goal(traffic);
      if (isStraight(traffic)) this.#straight.add(subjectOf(traffic));
      if (place === undefined) continue;
      const { offered = 0 } = world.traffic(name) ?? {};
      places.set(place, (places.get(place) ?? 0) + offered);
    }
    return places;
  }

  #goal(traffic: Traffic): Goal {
    let goal = this.#goals.get(traffic);
    if (!goal) this.#goals.set(traffic, (goal = goalOf(traffic)));
    return goal;
  }
}

function goalOf(traffic: Traffic): Goal {
  const { unit, to } = traffic.spec;
  const isMeasured = unit === 'Requests' && !isStraight(traffic) && to.name !== undefined;
  const place = isMeasured ? subjectName(to.kind, traffic.metadata.namespace, to.name) : undefined;
  return { name: worldName(traffic), place };
}

/** Its requests pass no load balancer, which would count them. */
export function isStraight({ spec: { unit, to } }: Traffic): boolean {
  return unit === 'Requests' && to.kind === 'VirtualMachine';
}

/** By which the world knows it. */
export function worldName({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** What came to a lane since the last step, which ends now; what flows now goes on for `seconds`. */
function count(lane: Lane, flow: FlowObservation, seconds: number): Counted {
  const now = totalsOf(flow, seconds);
  const { before } = lane;
  lane.before = now;
  // A flow that was taken away and made again counts from 0.
  if (now.requests < before.requests) return now;
  const since = (part: keyof Counted): number => Math.max(0, now[part] - before[part]);
  return {
    requests: since('requests'),
    errors: since('errors'),
    refused: since('refused'),
    timedOut: since('timedOut'),
  };
}

/** The totals of a flow that goes on as it does for `seconds`. */
function totalsOf(flow: FlowObservation, seconds: number): Counted {
  const { requestsPerSecond, errorRate, refusedPerSecond, timedOutPerSecond } = flow;
  return {
    requests: flow.totalRequests + requestsPerSecond * seconds,
    errors: flow.totalErrors + requestsPerSecond * errorRate * seconds,
    refused: flow.totalRefused + refusedPerSecond * seconds,
    timedOut: flow.totalTimedOut + timedOutPerSecond * seconds,
  };
}

export function perSecond(count: number, lengthMs: number): number {
  return (count * 1000) / lengthMs;
}
