/** Requests of tenants, of load balancers and of the whole, step by step, where every single one is played. */
import { Histogram, type SparseCounts } from '../base/histogram.ts';
import { compareText } from '../base/listing.ts';
import { type RequestSubject, type RequestWindow, type World } from '../model/ports.ts';
import { type RequestFigures, type SeriesName, type SubjectName } from '../model/run-record.ts';
import { type Flow, type Values } from '../objectives/recording.ts';
import { type Counted, isStraight, perSecond, worldName } from './flow-meter.ts';
import { type Roster } from './roster.ts';
import { type SeriesTable } from './series-table.ts';
import { subjectOf } from './subjects.ts';
import { WaitSeries } from './wait-series.ts';

/** A subject whose requests are followed; the whole has no name. */
interface Lane {
  readonly of: SubjectName;
  readonly subject: RequestSubject;
  /** Requests a second that were answered, and that ended in any way. */
  readonly answered: Float64Array;
  readonly ended: Float64Array;
  /** By step; undefined when no objective asks for the latencies of more than one step. */
  readonly latencies: (SparseCounts | undefined)[] | undefined;
  /** Of all steps. */
  /** Undefined for the whole. */
  readonly waits: WaitSeries | undefined;
  readonly all: { requests: number; failed: number; readonly latencies: Histogram };
}

const whole: SubjectName = '';

/** As `FlowMeter`, from what has become of each request. */
export class WindowMeter {
  readonly #straight = new Set<SubjectName>();
  readonly #lanes = new Map<SubjectName, Lane>();

  constructor(
    private readonly table: SeriesTable,
    private readonly roster: Roster,
    /** Subjects of which all latencies are kept, beside the whole, for percentiles of windows. */
    private readonly kept: ReadonlySet<SubjectName>,
  ) {}

  /** Traffic that sent requests straight to VMs in some step, in order. */
  uncounted(): SubjectName[] {
    return [...this.#straight].sort(compareText);
  }

  /** Closes the step that ends now and is `lengthMs` long; gives the requests and errors of all traffic in it. */
  sample(world: World, step: number, lengthMs: number): Counted {
    for (const [of, tenant] of this.roster.of('Tenant')) {
      this.#write(world, of, { type: 'Route', name: worldName(tenant) }, step, lengthMs);
    }
    for (const [of, balancer] of this.roster.of('LoadBalancer')) {
      this.#write(world, of, { type: 'Balancer', name: worldName(balancer) }, step, lengthMs);
    }
    for (const traffic of this.roster.of('Traffic').values()) {
      if (isStraight(traffic)) this.#straight.add(subjectOf(traffic));
    }
    const all = this.#write(world, whole, { type: 'All' }, step, lengthMs);
    const { arrived = 0, failed = 0, refused = 0, timedOut = 0 } = all ?? {};
    return { requests: arrived, errors: failed, refused, timedOut };
  }

  /** A subject's flow; none when it was never seen. */
  flowOf(of: SubjectName = whole): readonly Flow[] {
    const lane = this.#lanes.get(of);
    if (lane === undefined) return [];
    const { answered, latencies } = lane;
    const series = (name: SeriesName): Float64Array => this.table.column(name, of);
    const flow: Flow = {
      requests: series('requestsPerSecond'),
      errorRate: series('errorRate'),
      mean: series('latencyMean'),
      p50: series('latencyP50'),
      p95: series('latencyP95'),
      p99: series('latencyP99'),
      answered,
    };
    return [latencies === undefined ? flow : { ...flow, latencies: (step) => latencies[step] }];
  }

  /** Requests of a subject, a second, that ended in each step; undefined when it was never seen. */
  endedOf(of: SubjectName = whole): Values | undefined {
    return this.#lanes.get(of)?.ended;
  }

  /** The requests of a subject over all steps; undefined when there were none. */
  figuresOf(of: SubjectName): RequestFigures | undefined {
    const { requests, failed, latencies } = this.#lanes.get(of)?.all ?? {};
    if (!requests || failed === undefined || latencies === undefined) return undefined;
    const ended = failed + latencies.count;
    return {
      ...{ requests, failed: ended > 0 ? failed / ended : 0 },
      ...(latencies.count > 0 ? { meanMs: latencies.mean } : {}),
      ...{ p50Ms: latencies.quantile(0.5), p95Ms: latencies.quantile(0.95), p99Ms: latencies.quantile(0.99) },
    };
  }

  #write(
    world: World,
    of: SubjectName,
    subject: RequestSubject,
    step: number,
    lengthMs: number,
  ): RequestWindow | undefined {
    const window = world.requestWindow(subject);
    if (window === undefined) return undefined;
    const lane = this.#lane(of, subject);
    const { arrived, failed, answered, refused, timedOut, waiting, latencies } = window;
    const set = (name: SeriesName, value: number): void => this.table.set(name, of, step, value);
    // Of those that ended: they may have come in an earlier step, and there may have been more of them.
    const ended = answered + failed;
    const errorRate = ended > 0 ? failed / ended : NaN;
    set('requestsPerSecond', perSecond(arrived, lengthMs));
    set('errorRate', errorRate);
    set('availability', 1 - errorRate);
    set('latencyMean', latencies.mean);
    set('latencyP50', latencies.quantile(0.5) ?? NaN);
    set('latencyP95', latencies.quantile(0.95) ?? NaN);
    set('latencyP99', latencies.quantile(0.99) ?? NaN);
    lane.answered[step] = perSecond(answered, lengthMs);
    lane.ended[step] = perSecond(ended, lengthMs);
    lane.waits?.write(step, {
      backlog: waiting,
      refused: perSecond(refused, lengthMs),
      timedOut: perSecond(timedOut, lengthMs),
    });
    const counts = latencies.sparse();
    if (lane.latencies !== undefined) lane.latencies[step] = counts;
    lane.all.requests += arrived;
    lane.all.failed += failed;
    lane.all.latencies.merge(counts);
    return window;
  }

  #lane(of: SubjectName, subject: RequestSubject): Lane {
    const known = this.#lanes.get(of);
    if (known !== undefined) return known;
    const [answered, ended] = [new Float64Array(this.table.count), new Float64Array(this.table.count)];
    const latencies = of === whole || this.kept.has(of) ? [] : undefined;
    const all = { requests: 0, failed: 0, latencies: new Histogram() };
    const waits = of === whole ? undefined : new WaitSeries(this.table, of);
    const lane = { of, subject, answered, ended, latencies, waits, all };
    this.#lanes.set(of, lane);
    return lane;
  }
}
