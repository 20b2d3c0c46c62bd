import { type NetworkName, type RouteRequest, type TrafficRequest } from '../../model/ports.ts';
import { Balancers } from '../balancers.ts';
import { routePrefix, trafficPrefix, type Core } from '../core.ts';
import { answersChecks } from '../health.ts';
import { Hosts, type Host } from '../hosts.ts';
import { type Machine } from '../machine.ts';
import { Machines } from '../machines.ts';
import { Registry } from '../registry.ts';

/** The parts of a world that are there whatever its load is made of. */
export interface Scenery {
  readonly hosts: Hosts;
  readonly machines: Machines;
  readonly balancers: Balancers;
  readonly routes: Registry<RouteRequest>;
  readonly traffic: Registry<TrafficRequest>;
}

/** What is told to, and asked of, the load that is laid on a scenery. */
export interface SceneryLoad {
  /** After a machine has changed, come or (`gone`) been removed. */
  machineChanged(machine: Machine, gone: boolean): void;
  hostChanged(host: Host): void;
  /** After a balancer or a route has come, gone, or changed in what it calls or whom it serves. */
  partsChanged(): void;
  /** After the health of a backend, or what a balancer makes of its backends, has changed. */
  healthChanged(balancer: NetworkName): void;
  trafficChanged(): void;
  /** Memory that the machine has in use at present, and CPU that it keeps busy, millicores. */
  usage(machine: Machine): { readonly usedBytes: number; readonly busyMillis: number };
  /** CPU that the guests which work on a host would use if there were enough, millicores. */
  demandMillis(hostUid: string): number;
}

/** An empty scenery. `load`, which is made of the scenery itself, is told nothing before something happens. */
export function buildScenery(core: Core, load: SceneryLoad): Scenery {
  const hosts = new Hosts(core, {
    silent: (host) => machines.hostSilent(host),
    down: (host) => machines.hostDown(host),
    revealed: (host) => machines.hostRevealed(host),
    changed: (host) => {
      if (host.networkLost) machines.hostUnreachable(host);
      load.hostChanged(host);
      machines.boots.pace(host.id);
      for (const machine of machines.onHost(host.id)) balancers.machineChanged(machine.id);
    },
  });
  const machines: Machines = new Machines(core, hosts, {
    changed: (machine, gone) => {
      load.machineChanged(machine, gone);
      balancers.machineChanged(machine.id);
    },
    usage: (machine) => load.usage(machine),
    demandMillis: (hostUid) => load.demandMillis(hostUid),
  });
  const balancers = new Balancers(core, {
    machine: (uid) => machines.get(uid),
    answers: (uid) => {
      const machine = machines.get(uid);
      return answersChecks(machine, machine && hosts.get(machine.request.hostUid));
    },
    partsChanged: () => load.partsChanged(),
    healthChanged: (balancer) => load.healthChanged(balancer),
  });
  const routes = new Registry<RouteRequest>(core, routePrefix, () => load.partsChanged());
  const traffic = new Registry<TrafficRequest>(core, trafficPrefix, () => load.trafficChanged());
  return { hosts, machines, balancers, routes, traffic };
}
