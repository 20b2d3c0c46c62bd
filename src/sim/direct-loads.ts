import { uniform } from '../base/random.ts';
import { type TrafficRequest } from '../model/ports.ts';
import { type Columns } from './columns.ts';
import { type Machine } from './machine.ts';
import { identityOf } from './timing.ts';
import { flowingIn, nothing, type Offered, type Step } from './flow/offered.ts';
import { patternMean, waveOver, waveValue, type Stretch, type Wave } from './flow/traffic-pattern.ts';

/** A traffic that loads machines without a balancer, with its machines found and laid out. */
interface DirectLoad {
  readonly request: TrafficRequest;
  offered: Offered;
  /** Slots of those of its machines that are there. They hold until the next `layOut`. */
  readonly slots: Int32Array;
  /** Share of the requests that each machine gets; those that are not there get theirs too, in vain. */
  readonly requestShare: number;
  readonly serviceTimeMs: number;
  /** By how much each machine's sine is ahead; undefined when all go together. */
  readonly phases: Phases | undefined;
}

/** Phases in turns, with the cosines and sines of their angles. */
interface Phases {
  readonly turns: Float64Array;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

/** True when each machine goes by a sine of its own, so that the traffic's value alone says nothing. */
export function isPerTarget({ pattern }: TrafficRequest): boolean {
  return pattern.type === 'Sine' && pattern.perTarget;
}

/**
 * What traffic wants of machines directly. Loads are added in the order in which they were laid out, for all
 * machines as for one, so that the sums come out the same to the last bit.
 */
export class DirectLoads {
  #loads: readonly DirectLoad[] = [];
  #places = new Map<Machine, { readonly load: DirectLoad; readonly index: number }[]>();
  #slots = new Int32Array(0);

  constructor(
    private readonly seed: number,
    private readonly columns: Columns,
  ) {}

  /** Takes these loads in place of all before. `uids` are the machines that each is meant for. */
  layOut(
    loads: readonly {
      readonly request: TrafficRequest;
      readonly uids: readonly string[];
      readonly offered: Offered;
    }[],
    machineOf: (uid: string) => Machine | undefined,
  ): void {
    this.#places = new Map();
    this.#loads = loads.map(({ request, uids, offered }) => {
      const machines = uids.map(machineOf).filter((machine) => machine !== undefined);
      const { target } = request;
      const phase = (machine: Machine): number =>
        uniform(this.seed, `phase/Traffic/${request.name}/${identityOf(machine.request)}`);
      const load: DirectLoad = {
        ...{ request, offered, slots: Int32Array.from(machines, ({ slot }) => slot) },
        requestShare: 1 / uids.length,
        serviceTimeMs: target.type === 'Machines' ? target.serviceTimeMs : 0,
        phases: isPerTarget(request) ? phasesOf(machines.map(phase)) : undefined,
      };
      machines.forEach((machine, index) => this.#note(machine, load, index));
      return load;
    });
    this.#slots = Int32Array.from(this.#places.keys(), ({ slot }) => slot);
  }

  /** The values of the next step, in the order of the loads. */
  setOffered(offered: readonly Offered[]): void {
    this.#loads.forEach((load, index) => {
      load.offered = offered[index] ?? nothing;
    });
  }

  /** Machines with a load of their own, in no particular order. */
  machines(): Iterable<Machine> {
    return this.#places.keys();
  }

  /** The slots of these machines. */
  get slots(): Int32Array {
    return this.#slots;
  }

  has(machine: Machine): boolean {
    return this.#places.has(machine);
  }

  /** The machines whose programs want more memory than there is, in no particular order. */
  overfull(): readonly Machine[] {
    if (!this.#loads.some(({ request }) => request.unit === 'Memory')) return [];
    const { directMemory } = this.columns;
    return [...this.#places.keys()].filter(
      ({ slot, request }) => (directMemory[slot] ?? 0) > request.memoryBytes,
    );
  }

  /** Writes what all loads want of all machines. */
  applyAll(step: Step): void {
    for (const slot of this.#slots) this.#clear(slot);
    for (const load of this.#loads) {
      const moment = momentOf(load, step);
      if (moment === undefined) continue;
      for (let index = 0; index < load.slots.length; index++) this.#add(load, index, moment);
    }
  }

  /** Writes anew what all loads want of one machine. */
  apply(machine: Machine, step: Step): void {
    this.#clear(machine.slot);
    for (const { load, index } of this.#places.get(machine) ?? []) {
      const moment = momentOf(load, step);
      if (moment !== undefined) this.#add(load, index, moment);
    }
  }

  #note(machine: Machine, load: DirectLoad, index: number): void {
    const places = this.#places.get(machine);
    if (places === undefined) this.#places.set(machine, [{ load, index }]);
    else places.push({ load, index });
  }

  #clear(slot: number): void {
    if (slot < 0) return;
    this.columns.directMillis[slot] = 0;
    this.columns.directRate[slot] = 0;
    this.columns.directNoise[slot] = 0;
    this.columns.directMemory[slot] = 0;
  }

  /**
   * Adds what one load wants of one machine: of the unit Cpu a share of the machine's size, whatever that costs the
   * host; of the unit Memory MiB; of the unit Requests CPU time, inflated by virtualization and a slow host.
   */
  #add(load: DirectLoad, index: number, moment: Moment): void {
    const { columns } = this;
    const slot = load.slots[index] ?? -1;
    const value = valueAt(load, index, moment);
    const { unit } = load.request;
    const up = unit === 'Requests' ? columns.reachable[slot] : columns.serving[slot];
    if (!up) return;
    switch (unit) {
      case 'Requests': {
        const { drawn, mean } = moment.offered;
        const noise = mean > 0 ? drawn / mean : 1;
        const millis = value * load.requestShare * load.serviceTimeMs * (columns.inflation[slot] ?? 1);
        addTo(columns.directRate, slot, value * load.requestShare * noise);
        addTo(columns.directMillis, slot, millis);
        addTo(columns.directNoise, slot, millis * (noise - 1));
        break;
      }
      case 'Cpu':
        addTo(columns.directMillis, slot, value * (columns.vcpuMillis[slot] ?? 0));
        break;
      case 'Memory':
        addTo(columns.directMemory, slot, value * mebi);
        break;
    }
  }
}

const mebi = 2 ** 20;

function addTo(column: Float64Array, slot: number, value: number): void {
  column[slot] = (column[slot] ?? 0) + value;
}

/** What a load comes to in a step: one value for all of its machines, or a sine that each reads at its phase. */
interface Moment {
  readonly offered: Offered;
  readonly stretch: Stretch;
  readonly wave: Wave | undefined;
}

/** Undefined while the traffic has yet to start. */
function momentOf({ request, offered, phases }: DirectLoad, step: Step): Moment | undefined {
  const stretch = flowingIn(request, step);
  if (stretch === undefined) return undefined;
  return { offered, stretch, wave: phases && waveOver(request.pattern, stretch) };
}

function valueAt({ request, phases }: DirectLoad, index: number, { offered, stretch, wave }: Moment): number {
  if (phases === undefined) return offered.mean;
  if (wave) return waveValue(wave, phases.cos[index] ?? 1, phases.sin[index] ?? 0);
  return patternMean(request.pattern, stretch, request.startMs, phases.turns[index] ?? 0);
}

function phasesOf(turns: readonly number[]): Phases {
  const angles = turns.map((phase) => 2 * Math.PI * phase);
  return {
    turns: Float64Array.from(turns),
    cos: Float64Array.from(angles, Math.cos),
    sin: Float64Array.from(angles, Math.sin),
  };
}
