import { isRecord } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type PrivateEntry, type RouteRequest, type TrafficRequest } from '../model/ports.ts';
import { type Balancers, type SavedBalancer } from './balancers.ts';
import {
  balancerPrefix,
  clockKey,
  hostPrefix,
  machinePrefix,
  routePrefix,
  trafficPrefix,
  usageKey,
  type Core,
} from './core.ts';
import { type Hosts, type SavedHost } from './hosts.ts';
import { type Load } from './load.ts';
import { type SavedMachine } from './machine.ts';
import { type Machines } from './machines.ts';
import { type Meter, type SavedUsage } from './meter.ts';
import { type Registry } from './registry.ts';
import { type Steps } from './steps.ts';

export interface WorldParts {
  readonly hosts: Hosts;
  readonly machines: Machines;
  readonly balancers: Balancers;
  readonly routes: Registry<RouteRequest>;
  readonly traffic: Registry<TrafficRequest>;
  readonly load: Load;
  readonly steps: Steps;
  readonly meter: Meter;
}

/**
 * Fills an empty world from its saved entries, in any order; their shape is trusted, as the world itself made
 * them. Plans and operations come back with the things that they belong to. Leaves nothing dirty.
 */
export function restoreWorld(entries: readonly PrivateEntry[], core: Core, parts: WorldParts): void {
  if (entries.length === 0) return;
  let usage: SavedUsage | undefined;
  for (const { key, value } of entries) {
    if (value === undefined) continue;
    if (key === clockKey) core.nowMs = isRecord(value) ? Number(value.nowMs) : core.nowMs;
    else if (key === usageKey) usage = value as SavedUsage;
    else if (key.startsWith(hostPrefix)) parts.hosts.restore(value as SavedHost);
    else if (key.startsWith(machinePrefix)) parts.machines.restore(value as SavedMachine);
    else if (key.startsWith(balancerPrefix)) parts.balancers.restore(value as SavedBalancer);
    else if (key.startsWith(routePrefix)) parts.routes.restore(value as RouteRequest);
    else if (key.startsWith(trafficPrefix)) parts.traffic.restore(value as TrafficRequest);
  }
  // Only now is everything there that a machine's load depends on.
  const machines = [...parts.machines.all()].sort((a, b) => compareText(a.id, b.id));
  for (const machine of machines) parts.load.machineChanged(machine, false);
  if (parts.traffic.size > 0) parts.steps.run();
  parts.meter.restore(usage);
}
