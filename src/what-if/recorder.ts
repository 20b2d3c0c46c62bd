/**
 * Watches a world and writes one value a series and load step. Figures are those just before a step ends, requests
 * and errors are counted over the whole step. The cost of a step is proportional to the subjects.
 */
import { compareText } from '../base/listing.ts';
import { type ObjectCache } from '../engine/cache.ts';
import { type KubeObject } from '../model/object.ts';
import { type VirtualMachine } from '../model/kinds/index.ts';
import { type World } from '../model/ports.ts';
import { type Fidelity, type Mark, type RequestFigures, type SubjectName } from '../model/run-record.ts';
import { latencyPercentile } from '../objectives/latency.ts';
import { type Flow, type Recording, type Values } from '../objectives/recording.ts';
import { costOver, energyKWh } from '../performance/cost.ts';
import { AvailabilityMeter } from './availability-meter.ts';
import { FlowMeter } from './flow-meter.ts';
import { Foundations } from './foundations.ts';
import { MachineLedger } from './machine-ledger.ts';
import { requestFigures } from './request-figures.ts';
import { Roster } from './roster.ts';
import {
  type FullMachines,
  mostMachines,
  noteFullMachines,
  sampleHosts,
  sampleMachines,
  samplePools,
  sampleTenantCosts,
} from './samples.ts';
import { scaleMarks } from './scale-marks.ts';
import { SeriesTable } from './series-table.ts';
import { WindowMeter } from './window-meter.ts';

export interface RecorderOptions {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  /** Subjects that are recorded whatever there is of their kind: those of objectives. */
  readonly wanted: ReadonlySet<SubjectName>;
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
  readonly #availability: AvailabilityMeter;
  /** In the place of the other, where single requests are played. */
  readonly #windows: WindowMeter | undefined;
  #step = 0;
  #running = false;

  constructor(readonly options: RecorderOptions) {
    const { startMs, endMs, stepMs } = options;
    this.table = new SeriesTable(Math.ceil((endMs - startMs) / stepMs));
    this.#flows = new FlowMeter(this.table, this.roster);
    this.#availability = new AvailabilityMeter(startMs);
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
    if (!this.#running) return;
    const { startMs, endMs, stepMs, wanted } = this.options;
    const { roster, ledger } = this;
    this.#availability.look({ world, cache, roster, wanted, pools: ledger.total <= mostMachines });
    while (this.#step < this.table.count) {
      const fromMs = startMs + this.#step * stepMs;
      const toMs = Math.min(fromMs + stepMs, endMs);
      if (toMs > untilMs) break;
      this.#availability.passTo(toMs);
      this.#sample(world, cache, toMs, toMs - fromMs);
      this.#step++;
    }
    this.#availability.passTo(Math.min(untilMs, endMs));
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

  #sample(world: World, cache: ObjectCache, toMs: number, lengthMs: number): void {
    const { table, roster, ledger, sums } = this;
    const { wanted, machines } = this.options;
    const scene = { world, cache, nowMs: world.nowMs, table, roster, step: this.#step, wanted };
    const { requests, errors, refused, timedOut } =
      this.#windows?.sample(world, this.#step, lengthMs) ??
      this.#flows.sample(world, this.#step, toMs, lengthMs);
    const power = sampleHosts(scene);
    samplePools(scene, ledger.total);
    sampleMachines(scene, machines);
    noteFullMachines(scene, ledger.total, this.#full);
    sampleTenantCosts(scene, lengthMs);
    for (const [subject, mean] of this.#availability.take()) {
      table.set('availability', subject, this.#step, mean);
    }
    table.set('replicas', whole, this.#step, ledger.total);
    table.set('readyReplicas', whole, this.#step, ledger.running);
    table.set('pending', whole, this.#step, ledger.waiting);
    sums.requests += requests;
    sums.errors += errors;
    sums.refused += refused;
    sums.timedOut += timedOut;
    sums.cost += costOver(power.perHour, lengthMs);
    sums.energyKWh += energyKWh(power.watts, lengthMs);
    sums.machineHours += (ledger.running * lengthMs) / 3_600_000;
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
