import { bootStretch } from '../performance/boot.ts';
import { type Core } from './core.ts';
import { type Hosts } from './hosts.ts';
import { type Machine } from './machine.ts';
import { atStretch, bootEndsAtMs } from './scenery/boot-progress.ts';

/** What `Boots` asks and tells. */
export interface BootSurroundings {
  /** CPU that the guests which work on a host would use if there were enough, millicores. */
  demandMillis(hostUid: string): number;
  /** After a boot has come to end at another time. */
  replanned(machine: Machine): void;
}

/** The guests that boot, each as fast as the others and the busy ones on its host let it. */
export class Boots {
  /** By host. */
  readonly #booting = new Map<string, Set<Machine>>();

  constructor(
    private readonly core: Core,
    private readonly hosts: Hosts,
    private readonly surroundings: BootSurroundings,
  ) {}

  /** Takes note of a machine, which boots or does not. One that boots stays on its host. */
  note(machine: Machine): void {
    if (machine.boot === undefined) {
      this.drop(machine);
      return;
    }
    const { hostUid } = machine.request;
    const there = this.#booting.get(hostUid);
    if (there === undefined) this.#booting.set(hostUid, new Set([machine]));
    else there.add(machine);
  }

  /** Forgets a machine. */
  drop(machine: Machine): void {
    const { hostUid } = machine.request;
    const there = this.#booting.get(hostUid);
    if (there?.delete(machine) === true && there.size === 0) this.#booting.delete(hostUid);
  }

  /** Has the guests that boot on a host go on as fast as they can now. */
  pace(hostUid: string): void {
    const booting = this.#booting.get(hostUid);
    const host = this.hosts.get(hostUid);
    if (booting === undefined || host === undefined) return;
    const { cpuMillis, reservedCpuMillis } = host.request;
    let demandMillis = this.surroundings.demandMillis(hostUid);
    // A guest boots on one of its virtual CPUs.
    for (const { request } of booting) demandMillis += Math.min(1000, request.cpuMillis);
    const cores = Math.max(1, cpuMillis - reservedCpuMillis) / 1000;
    const company = { boots: booting.size, demandCores: demandMillis / 1000, cores };
    const stretch = bootStretch(company, host.parameters) / host.speed;
    for (const machine of booting) {
      if (machine.boot === undefined || machine.boot.stretch === stretch) continue;
      machine.boot = atStretch(machine.boot, stretch, this.core.nowMs);
      machine.endsAtMs = bootEndsAtMs(machine.boot);
      this.surroundings.replanned(machine);
    }
  }

  /** The same on all hosts. */
  paceAll(): void {
    for (const hostUid of this.#booting.keys()) this.pace(hostUid);
  }
}
