import { deepEqual } from '../../base/deep.ts';
import { inflationOf } from '../contention.ts';
import { type Host, type Hosts } from '../hosts.ts';
import { type Machine } from '../machine.ts';
import { capacityOf } from '../load.ts';
import { type Machines } from '../machines.ts';
import { type Service } from './service.ts';
import { type LaneHost, type LaneStation } from './lane.ts';

/** Which guests there are, on which hosts, how large and how fast: the world's, as the engine sees it. */
export class Places {
  readonly #hosts = new Map<string, LaneHost>();
  readonly #stations = new Map<string, LaneStation>();

  constructor(
    private readonly service: Service,
    private readonly parts: { readonly hosts: Hosts; readonly machines: Machines },
    /** CPU that the other programs of a guest want, cores. */
    private readonly backgroundOf: (machine: Machine) => number,
  ) {}

  station(uid: string): LaneStation | undefined {
    return this.#stations.get(uid);
  }

  host(uid: string): LaneHost | undefined {
    return this.#hosts.get(uid);
  }

  /** By uid, in no particular order. */
  get stations(): ReadonlyMap<string, LaneStation> {
    return this.#stations;
  }

  get hosts(): ReadonlyMap<string, LaneHost> {
    return this.#hosts;
  }

  /** Brings what has been used up to the present, engine time. */
  measure(nowMs: number): void {
    for (const host of this.#hosts.values()) host.advance(nowMs);
    for (const station of this.#stations.values()) station.advance();
  }

  /** A guest has come, changed or (`gone`) been removed; true when requests or the balancers in front of it feel it. */
  machineChanged(machine: Machine, gone: boolean): boolean {
    const known = this.#stations.get(machine.id);
    if (gone) {
      if (known === undefined) return false;
      this.service.removeStation(known);
      this.#stations.delete(machine.id);
      return true;
    }
    const { namespace, name } = machine.request;
    const station = known ?? this.service.addStation(machine.id, `${namespace}/${name}`);
    this.#stations.set(machine.id, station);
    return this.#place(station, machine) || known === undefined;
  }

  /** Gives the guests on it that feel what has changed about a host. */
  hostChanged(host: Host): Machine[] {
    const known = this.#hosts.get(host.id);
    const isThere = this.parts.hosts.get(host.id) !== undefined;
    if (isThere) {
      const clock = known ?? this.service.addHost(host.request.name, host.parameters);
      this.#hosts.set(host.id, clock);
      this.service.changeHost(clock, () => {
        clock.cores = capacityOf(host) / 1000;
        clock.parameters = host.parameters;
      });
    }
    const felt = this.parts.machines
      .sortedOnHost(host.id)
      .filter((machine) => this.machineChanged(machine, false));
    if (!isThere && known !== undefined) {
      this.service.removeHost(known);
      this.#hosts.delete(host.id);
    }
    return felt;
  }

  /** Takes over what has changed about a guest; true when anything has. */
  #place(station: LaneStation, machine: Machine): boolean {
    const host = this.parts.hosts.get(machine.request.hostUid);
    const serves = host?.state === 'On' && machine.works;
    const clock = serves ? this.#hosts.get(host.id) : undefined;
    const facts = {
      cores: machine.request.cpuMillis / 1000,
      inflation: host === undefined ? 1 : inflationOf(machine, host),
      background: clock === undefined ? 0 : this.backgroundOf(machine),
      reachable: clock !== undefined && host?.networkLost === false,
      paused: host?.state === 'On' && !host.networkLost && machine.isPaused,
    };
    if (station.host === clock && deepEqual(station.facts, facts)) return false;
    this.service.changeStation(station, clock, facts);
    return true;
  }
}
