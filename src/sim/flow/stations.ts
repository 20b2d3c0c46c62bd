import { compareText } from '../../base/listing.ts';
import { isThere, type Backlog } from './fluid-queue.ts';
import { type FlowNode } from './graph.ts';
import { type Machine } from '../machine.ts';
import { newStation, type Station } from './station.ts';

/** Backlogs by the names of their balancers and the uids of their machines; without those that are empty. */
export type SavedBacklogs = Readonly<Record<string, Readonly<Record<string, SavedBacklog>>>>;
/** `most` is null where there is no bound, as JSON knows no Infinity. */
export type SavedBacklog = readonly [amount: number, growth: number, most: number | null, sinceMs: number];

export function saveBacklog({ amount, growth, most, sinceMs }: Backlog): SavedBacklog {
  return [amount, growth, most === Infinity ? null : most, sinceMs];
}

export function restoreBacklog([amount, growth, most, sinceMs]: SavedBacklog): Backlog {
  return { amount, growth, most: most ?? Infinity, sinceMs };
}

/** The stations of all balancers, and which of them share a machine. */
export class Stations {
  readonly #atMachine = new Map<string, Station[]>();
  #restored: SavedBacklogs = {};

  constructor(private readonly machineOf: (uid: string) => Machine | undefined) {}

  /** Gives the node the stations of its present backends; those that stay keep what waits there. Gives those that go. */
  follow(node: FlowNode): readonly Station[] {
    const { request, backends } = node.balancer;
    const known = new Map(node.stations.map((station) => [station.backend, station]));
    const restored = this.#restored[request.name];
    node.stations = backends.map((backend) => {
      const saved = restored?.[backend.machineUid];
      const station =
        known.get(backend) ?? this.#add(newStation(backend, request, saved && restoreBacklog(saved)));
      known.delete(backend);
      station.request = request;
      station.machine = this.machineOf(backend.machineUid);
      return station;
    });
    const gone = [...known.values()];
    for (const station of gone) this.#drop(station);
    return gone;
  }

  /** Takes out what a balancer had that is gone. */
  leave(node: FlowNode): void {
    for (const station of node.stations) this.#drop(station);
  }

  /** What waited when the world was saved: stations that are made until `forget` begin with it. */
  restore(saved: SavedBacklogs): void {
    this.#restored = saved;
  }

  forget(): void {
    this.#restored = {};
  }

  #add(station: Station): Station {
    const { machineUid } = station.backend;
    const there = this.#atMachine.get(machineUid);
    if (there === undefined) this.#atMachine.set(machineUid, [station]);
    else {
      there.push(station);
      // In the order of names, so that sums come out the same after a restart.
      there.sort((a, b) => compareText(a.backend.balancer, b.backend.balancer));
    }
    station.peers = this.#atMachine.get(machineUid) ?? [];
    return station;
  }

  #drop(station: Station): void {
    const { machineUid } = station.backend;
    const there = this.#atMachine.get(machineUid);
    const index = there?.indexOf(station) ?? -1;
    if (index >= 0) there?.splice(index, 1);
    if (there?.length === 0) this.#atMachine.delete(machineUid);
  }
}

export function saveBacklogs(nodes: Iterable<FlowNode>): SavedBacklogs {
  const saved: Record<string, Record<string, SavedBacklog>> = {};
  for (const { balancer, stations } of nodes) {
    for (const { backend, backlog } of stations) {
      if (!isThere(backlog)) continue;
      (saved[balancer.request.name] ??= {})[backend.machineUid] = saveBacklog(backlog);
    }
  }
  return saved;
}
