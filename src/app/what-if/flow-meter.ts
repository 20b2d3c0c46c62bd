/** Requests of tenants, of load balancers and of the whole, step by step. */
import { type FlowObservation, type World } from '../../model/ports.ts';
import { type SeriesName, type SubjectName } from '../../model/run-record.ts';
import { type Flow, type Values } from '../../objectives/recording.ts';
import { type Roster } from './roster.ts';
import { type SeriesTable } from './series-table.ts';
import { subjectName } from './subjects.ts';

interface Counted {
  readonly requests: number;
  readonly errors: number;
}

/** What came in at one place in a step. */
interface Inflow extends Counted {
  readonly meanMs: number;
}

const none: Counted = { requests: 0, errors: 0 };

export class FlowMeter {
  /** Totals at the end of the last step. */
  readonly #before = new Map<SubjectName, Counted>();
  /** Requests a second that traffic sends to a place, by the place. */
  readonly #entries = new Map<SubjectName, Float64Array>();

  constructor(
    private readonly table: SeriesTable,
    private readonly roster: Roster,
  ) {}

  /** What has been counted up to now belongs to no step. */
  begin(world: World): void {
    for (const [subject, flow] of this.#observed(world)) {
      this.#before.set(subject, { requests: flow.totalRequests, errors: flow.totalErrors });
    }
  }

  /** Closes the step that ends at `toMs` and is `lengthMs` long; gives the requests and errors of all traffic in it. */
  sample(world: World, step: number, toMs: number, lengthMs: number): Counted {
    const seen = new Map<SubjectName, Inflow>();
    for (const [subject, flow] of this.#observed(world)) {
      const counted = this.#count(subject, flow, (toMs - world.nowMs) / 1000);
      seen.set(subject, { ...counted, meanMs: flow.latency.meanMs });
      this.#write(subject, step, counted, flow, lengthMs);
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

  *#observed(world: World): Iterable<[SubjectName, FlowObservation]> {
    for (const [subject, { metadata }] of this.roster.of('Tenant')) {
      const flow = world.route(`${metadata.namespace ?? ''}/${metadata.name}`);
      if (flow) yield [subject, flow];
    }
    for (const [subject, { metadata }] of this.roster.of('LoadBalancer')) {
      const flow = world.balancer(`${metadata.namespace ?? ''}/${metadata.name}`);
      if (flow) yield [subject, flow];
    }
  }

  /** What came since the last step; what flows now goes on for `seconds`. */
  #count(subject: SubjectName, flow: FlowObservation, seconds: number): Counted {
    const { requestsPerSecond, errorRate } = flow;
    const requests = flow.totalRequests + requestsPerSecond * seconds;
    const errors = flow.totalErrors + requestsPerSecond * errorRate * seconds;
    const before = this.#before.get(subject) ?? none;
    this.#before.set(subject, { requests, errors });
    // A flow that was taken away and made again counts from 0.
    const anew = requests < before.requests;
    return anew
      ? { requests, errors }
      : { requests: requests - before.requests, errors: Math.max(0, errors - before.errors) };
  }

  #write(
    subject: SubjectName,
    step: number,
    { requests, errors }: Counted,
    flow: FlowObservation,
    lengthMs: number,
  ): void {
    const { table } = this;
    table.set('requestsPerSecond', subject, step, (requests * 1000) / lengthMs);
    // The columns are made even when nothing comes, so that it is known that it was there.
    const failed = requests > 0 ? Math.min(1, errors / requests) : NaN;
    table.set('errorRate', subject, step, failed);
    table.set('availability', subject, step, 1 - failed);
    const { meanMs, p50Ms, p95Ms, p99Ms } = flow.latency;
    const isAnswered = meanMs > 0 && Number.isFinite(p99Ms);
    table.set('latencyMean', subject, step, isAnswered ? meanMs : NaN);
    table.set('latencyP50', subject, step, isAnswered ? p50Ms : NaN);
    table.set('latencyP95', subject, step, isAnswered ? p95Ms : NaN);
    table.set('latencyP99', subject, step, isAnswered ? p99Ms : NaN);
  }

  /**
   * Every place that some traffic names, once: a tenant with all that came by its route, a load balancer with what
   * traffic offers it directly (its other requests come from tenants or other tiers, and are counted there).
   */
  #whole(world: World, step: number, seen: ReadonlyMap<SubjectName, Inflow>, lengthMs: number): Counted {
    let requests = 0;
    let errors = 0;
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
    return { requests, errors };
  }

  /** Where requests come in, with what traffic offers there, requests a second. */
  #places(world: World): Map<SubjectName, number> {
    const places = new Map<SubjectName, number>();
    for (const { metadata, spec } of this.roster.of('Traffic').values()) {
      const { kind, name } = spec.to;
      if (spec.unit !== 'Requests' || kind === 'VirtualMachine' || name === undefined) continue;
      const place = subjectName(kind, metadata.namespace, name);
      const { offered = 0 } = world.traffic(`${metadata.namespace ?? ''}/${metadata.name}`) ?? {};
      places.set(place, (places.get(place) ?? 0) + offered);
    }
    return places;
  }
}
