/**
 * Watches a world and writes one value a series and load step. Availability, utilization, power and price are means
 * over the step, requests and errors are counted over it, sizes are those just before it ends. The cost of a step, and
 * of an event, is proportional to the subjects.
 */
import { compareText } from '../base/listing.ts';
import { type ObjectCache } from '../engine/cache.ts';
import { type KubeObject } from '../model/object.ts';
import { type VirtualMachine } from '../model/kinds/index.ts';
import { type World } from '../model/ports.ts';
import { type Fidelity, type Mark, type RequestFigures, type SubjectName } from '../model/run-record.ts';
import { latencyPercentile } from '../objectives/latency.ts';
import { type Flow, type Recording, type Values, type WindowOf } from '../objectives/recording.ts';
import { costOver, energyKWh } from '../performance/cost.ts';
import { FlowMeter } from './flow-meter.ts';
import { Foundations } from './foundations.ts';
import { MachineLedger } from './machine-ledger.ts';
import { requestFigures } from './request-figures.ts';
import { Roster } from './roster.ts';
import {
  type FullMachines,
  holdAvailability,
  mostMachines,
  type Put,
  type Scene,
  noteFullMachines,
  putHosts,
  putMachines,
  putPools,
  putPrices,
  writeSizes,
  writeTenantCosts,
} from './samples.ts';
import { scaleMarks } from './scale-marks.ts';
import { SeriesTable } from './series-table.ts';
import { StepMeans } from './step-means.ts';
import { WindowMeter } from './window-meter.ts';

export interface RecorderOptions {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  /** Subjects that are recorded whatever there is of their kind: those of objectives. */
  readonly wanted: ReadonlySet<SubjectName>;
  /** Windows over which figures are to be exact, wherever steps begin. @defaultValue none */
  readonly windows?: readonly WindowOf[];
  /** Record every VM. */
  readonly machines: boolean;
  /** Of the world that is watched. */
  readonly fidelity?: Fidelity;
  /** When a host fell silent, ms of world time. @defaultValue nobody knows */
  readonly silentSince?: (host: string) => number | undefined;
}

/** Added up over all steps. */
export interface Sums {
  requests: number;
  errors: number;
  refused: number;
  timedOut: number;
  cost: number;
  energyKWh: number;
  machineHours: number;
}

function nobodyKnows(): undefined {
  return undefined;
}

/** The name of the whole in the table. */
export const whole: SubjectName = '';

export class Recorder {
  readonly table: SeriesTable;
  readonly ledger = new MachineLedger();
  readonly roster = new Roster();
  readonly #foundations = new Foundations();
  readonly #full: FullMachines = new Map();
  readonly sums: Sums = {
    requests: 0,
    errors: 0,
    refused: 0,
    timedOut: 0,
    cost: 0,
    energyKWh: 0,
    machineHours: 0,
  };
  readonly marks: Mark[] = [];
  readonly #flows: FlowMeter;
  readonly #means: StepMeans;
  /** In the place of the other, where single requests are played. */
  readonly #windows: WindowMeter | undefined;
  #step = 0;
  #running = false;

  constructor(readonly options: RecorderOptions) {
    const { startMs, endMs, stepMs } = options;
    this.table = new SeriesTable(Math.ceil((endMs - startMs) / stepMs));
    this.#flows = new FlowMeter(this.table, this.roster);
    this.#means = new StepMeans(startMs, options.windows ?? []);
    if (options.fidelity === 'requests')
      this.#windows = new WindowMeter(this.table, this.roster, options.wanted);
  }

  /** Steps that are through. */
  get steps(): number {
    return this.#step;
  }

  /** Traffic that sent requests straight to VMs, in order. */
  get uncounted(): SubjectName[] {
    return (this.#windows ?? this.#flows).uncounted();
  }

  /** Takes note of a change of an object at `nowMs`. */
  note(object: KubeObject | undefined, old: KubeObject | undefined, nowMs: number): void {
    this.roster.note(object, old);
    this.#foundations.note(object, old, nowMs);
    const { kind } = object ?? old ?? {};
    if (kind === 'VirtualMachine') {
      const [vm, before] = [object, old] as (VirtualMachine | undefined)[];
      this.ledger.note(vm, before, nowMs, this.options.silentSince ?? nobodyKnows);
    }
    if (this.#running) this.marks.push(...scaleMarks(object, old, nowMs));
  }

  /** From now on steps are recorded. To be called at `startMs`. */
  begin(world: World): void {
    this.#running = true;
    this.#flows.begin(world);
  }

  /** What holds in the world now holds until `untilMs`: closes the steps that end by then. */
  pass(world: World, cache: ObjectCache, untilMs: number): void {
    const { startMs, endMs, stepMs } = this.options;
    if (!this.#running || untilMs <= this.#means.passedMs) return;
    const scene = this.#look(world, cache);
    while (this.#step < this.table.count) {
      const fromMs = startMs + this.#step * stepMs;
      const toMs = Math.min(fromMs + stepMs, endMs);
      if (toMs > untilMs) break;
      this.#passTo(toMs);
      this.#sample(scene, toMs, toMs - fromMs);
      this.#step++;
    }
    this.#passTo(Math.min(untilMs, endMs));
  }

  /** What was recorded up to `endMs`, for judging. */
  recording(endMs: number): Recording {
    const { startMs, stepMs } = this.options;
    const windows = this.#windows;
    const flows = windows?.flowOf() ?? this.#flows.entries();
    if (!windows) this.#wholeLatency(flows);
    return {
      ...{ startMs, endMs, stepMs, count: this.#step },
      values: (name, of = whole): Values | undefined =>
        this.table.get(name, of) ?? (name === 'utilization' ? this.#full.get(of) : undefined),
      flows: (of) => (of === undefined ? flows : (windows ?? this.#flows).flowOf(of)),
      ...(windows ? { ended: (of): Values | undefined => windows.endedOf(of) } : {}),
      integral: (window) => this.#means.integral(window),
      waits: this.ledger.waitsSince(startMs),
      moves: this.ledger.moves.filter(({ atMs }) => atMs >= startMs),
      marks: this.marksInOrder(),
      restsOn: (of, fromMs, toMs) => this.#foundations.of(of, fromMs, toMs),
    };
  }

  /** The requests of every tenant, load balancer and of the whole, over all steps, by their names. */
  requestFigures(): Map<SubjectName, RequestFigures> {
    const { seen } = this.roster;
    const subjects = [...seen]
      .filter((of) => of.startsWith('tenant/') || of.startsWith('lb/'))
      .sort(compareText);
    const figures = new Map<SubjectName, RequestFigures>();
    for (const of of [whole, ...subjects]) {
      const found = this.#windows
        ? this.#windows.figuresOf(of)
        : requestFigures(
            of === whole ? this.#flows.entries() : this.#flows.flowOf(of),
            this.#step,
            this.options.stepMs,
          );
      if (found) figures.set(of, found);
    }
    return figures;
  }

  /** Marks and migrations in the order of time. */
  marksInOrder(): Mark[] {
    const moves = this.ledger.moves
      .filter(({ atMs }) => atMs >= this.options.startMs)
      .map(({ atMs, machine, from, to }): Mark => {
        return { atMs, type: 'Migration', subject: machine, text: `moved from ${from} to ${to}` };
      });
    return [...this.marks, ...moves].sort(
      (a, b) => a.atMs - b.atMs || compareText(a.subject, b.subject) || compareText(a.text, b.text),
    );
  }

  /** Takes note of what holds until the next event. */
  #look(world: World, cache: ObjectCache): Scene {
    const scene = { world, cache, roster: this.roster, means: this.#means, wanted: this.options.wanted };
    this.#means.clear();
    holdAvailability(scene, this.#allPools);
    const hold: Put = (name, of, value) => this.#means.hold(name, of, value);
    putPrices(scene, hold);
    // Single requests tell how busy guests were when the step is over.
    if (!this.#windows) this.#putUsage(scene, hold);
    return scene;
  }

  #putUsage(scene: Scene, put: Put): void {
    putHosts(scene, put);
    putPools(scene, this.#allPools, put);
    putMachines(scene, this.options.machines, put);
  }

  /** There are so few VMs that all pools are looked at. */
  get #allPools(): boolean {
    return this.ledger.total <= mostMachines;
  }

  #passTo(timeMs: number): void {
    const ms = timeMs - this.#means.passedMs;
    if (ms > 0) this.sums.machineHours += (this.ledger.running * ms) / 3_600_000;
    this.#means.passTo(timeMs);
  }

  #sample(scene: Scene, toMs: number, lengthMs: number): void {
    const { table, roster, ledger, sums } = this;
    const { world } = scene;
    const step = this.#step;
    const put: Put = (name, of, value) => table.set(name, of, step, value);
    const { requests, errors, refused, timedOut } =
      this.#windows?.sample(world, step, lengthMs) ?? this.#flows.sample(world, step, toMs, lengthMs);
    this.#means.take(lengthMs, put);
    if (this.#windows) this.#putUsage(scene, put);
    noteFullMachines(scene, step, ledger.total, this.#full);
    writeSizes(roster, this.options.wanted, put);
    writeTenantCosts(scene, { table, step, lengthMs });
    put('replicas', whole, ledger.total);
    put('readyReplicas', whole, ledger.running);
    put('pending', whole, ledger.waiting);
    sums.requests += requests;
    sums.errors += errors;
    sums.refused += refused;
    sums.timedOut += timedOut;
    sums.cost += costOver(table.get('costPerHour', whole)?.[step] ?? 0, lengthMs);
    sums.energyKWh += energyKWh(table.get('watts', whole)?.[step] ?? 0, lengthMs);
  }

  /** Percentiles over all ways in, step by step. */
  #wholeLatency(flows: readonly Flow[]): void {
    if (flows.length === 0) return;
    for (const [name, share] of [
      ['latencyP50', 0.5],
      ['latencyP95', 0.95],
      ['latencyP99', 0.99],
    ] as const) {
      const column = this.table.column(name, whole);
      for (let step = 0; step < this.#step; step++) {
        column[step] = latencyPercentile(flows, step, step + 1, share) ?? NaN;
      }
    }
  }
}
