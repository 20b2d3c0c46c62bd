import { deepEqual } from '../base/deep.ts';
import {
  type Acceptance,
  type MachineObservation,
  type MachineRequest,
  type MachineState,
} from '../model/ports.ts';
import { Boots } from './boots.ts';
import { machinePrefix, type Core } from './core.ts';
import { diskOf, imageName } from './disks.ts';
import { type Host, type Hosts } from './hosts.ts';
import { activities, Machine, type SavedMachine } from './machine.ts';
import {
  isSize,
  mayMigrate,
  mayReshape,
  mayResize,
  mayStart,
  mayStop,
  type Ruling,
} from './machine-rules.ts';
import { atRate, beginMove, endsAtMs, nextRound, roundEndsAtMs } from './scenery/move.ts';
import { accepted, refused } from './refusal.ts';
import { Residents } from './residents.ts';
import { guestBootMs, hotplugMs, shutdownMs } from './timing.ts';
import { migrationInputOf } from '../performance/migration.ts';

/** What `Machines` tells and asks the rest of the world. */
export interface MachineSurroundings {
  /** After a machine has changed, come or (`gone`) been removed. */
  changed(machine: Machine, gone: boolean): void;
  /** Memory that the machine has in use at present, and CPU that it keeps busy, millicores. */
  usage(machine: Machine): { readonly usedBytes: number; readonly busyMillis: number };
  /** CPU that the guests which work on a host would use if there were enough, millicores. */
  demandMillis(hostUid: string): number;
}

/**
 * The guests: their states and operations. An image is copied to a host once, and the disks of all further guests are
 * cloned from that copy, or from the one on its way. Images are copied one after the other, each at the host's full
 * rate; a copy that is no longer wanted frees its place for those that are asked for later. Guests that boot at the
 * same time slow each other, and busy ones slow them.
 */
export class Machines {
  readonly #machines = new Map<string, Machine>();
  readonly #residents = new Residents();
  readonly boots: Boots;

  constructor(
    private readonly core: Core,
    private readonly hosts: Hosts,
    private readonly surroundings: MachineSurroundings,
  ) {
    this.boots = new Boots(core, hosts, {
      demandMillis: (hostUid) => surroundings.demandMillis(hostUid),
      // Nobody has to do anything about it: only the plan is another.
      replanned: (machine) => this.#replanned(machine),
    });
  }

  get(uid: string): Machine | undefined {
    return this.#machines.get(uid);
  }

  /** In no particular order. */
  all(): Iterable<Machine> {
    return this.#machines.values();
  }

  /** The machines on a host and those that migrate to it, in no particular order. */
  onHost(hostUid: string): ReadonlySet<Machine> {
    return this.#residents.of(hostUid);
  }

  /** The same by uid, where the order matters. */
  sortedOnHost(hostUid: string): readonly Machine[] {
    return this.#residents.sorted(hostUid);
  }

  observe(uid: string): MachineObservation | undefined {
    const machine = this.#machines.get(uid);
    return machine?.lastSeen ?? machine?.observe();
  }

  provision(request: MachineRequest): Acceptance {
    const known = this.#machines.get(request.uid);
    if (known?.state === 'Lost') return refused(`${request.name} was lost with its host: destroy it first`);
    if (known !== undefined) {
      return deepEqual(known.request, request)
        ? accepted
        : refused(`${request.name} is there already, on another host or of another shape`);
    }
    const host = this.hosts.get(request.hostUid);
    if (host === undefined) return refused(`cannot provision ${request.name}: there is no such host`);
    if (host.isSilent) return refused(silence(host));
    if (host.state !== 'On') {
      return refused(`cannot provision ${request.name}: host ${host.request.name} is not on (${host.state})`);
    }
    if (!isSize(request)) return refused(`cannot provision ${request.name}: CPU and memory must be above 0`);
    const { disk, endsAtMs } = diskOf(request, host, this.onHost(host.id), this.core.nowMs);
    const machine = this.#add(request);
    machine.disk = disk;
    this.#begin(machine, 'Provisioning', endsAtMs - this.core.nowMs);
    return accepted;
  }

  start(uid: string): Acceptance {
    return this.#obey(
      uid,
      (machine) => mayStart(machine, this.#hostOf(machine)),
      (machine) => {
        const { request, begun } = machine;
        const host = this.#hostOf(machine);
        if (host === undefined) return;
        const leftMs = guestBootMs(this.core.seed, request, begun, host.parameters);
        machine.boot = { leftMs, stretch: 1, sinceMs: this.core.nowMs };
        this.#begin(machine, 'Booting', leftMs);
        this.boots.pace(host.id);
      },
    );
  }

  stop(uid: string): Acceptance {
    return this.#obey(uid, mayStop, (machine) => {
      machine.startedAtMs = undefined;
      machine.boot = undefined;
      this.#begin(machine, 'Stopping', shutdownMs(this.core.seed, machine.request, machine.begun));
      this.boots.pace(machine.request.hostUid);
    });
  }

  resize(uid: string, cpuMillis: number, memoryBytes: number): Acceptance {
    const size = { cpuMillis, memoryBytes };
    return this.#obey(
      uid,
      (machine) => mayResize(machine, this.#hostOf(machine), size),
      (machine) => {
        machine.resizeTo = size;
        this.#begin(machine, 'Resizing', hotplugMs(this.core.seed, machine.request, machine.begun));
      },
    );
  }

  reshape(uid: string, cpuMillis: number, memoryBytes: number): Acceptance {
    const size = { cpuMillis, memoryBytes };
    return this.#obey(
      uid,
      (machine) => mayReshape(machine, size),
      (machine) => {
        machine.request = { ...machine.request, ...size };
        this.#changed(machine);
      },
    );
  }

  migrate(uid: string, targetHostUid: string): Acceptance {
    return this.#obey(
      uid,
      (machine) => {
        const target = this.hosts.get(targetHostUid);
        return target?.isSilent === true
          ? refused(silence(target))
          : mayMigrate(machine, this.#hostOf(machine), target);
      },
      (machine) => {
        const source = this.#hostOf(machine);
        if (source === undefined) return;
        machine.targetHostUid = targetHostUid;
        this.#residents.add(targetHostUid, machine);
        const { usedBytes, busyMillis } = this.surroundings.usage(machine);
        machine.state = 'Migrating';
        const rate = this.#linkRate(machine);
        const guest = { usedBytes, busyCores: busyMillis / 1000 };
        const input = migrationInputOf(guest, source.parameters);
        machine.move = beginMove(usedBytes, input, rate, this.core.nowMs);
        this.#begin(machine, 'Migrating', endsAtMs(machine.move) - this.core.nowMs);
        this.#shareLinks(machine.request.hostUid, targetHostUid);
      },
    );
  }

  destroy(uid: string): void {
    const machine = this.#machines.get(uid);
    if (machine === undefined) return;
    this.#machines.delete(uid);
    const { request, targetHostUid } = machine;
    this.#residents.delete(request.hostUid, machine);
    this.#residents.delete(targetHostUid, machine);
    if (targetHostUid !== undefined) this.#shareLinks(request.hostUid, targetHostUid);
    this.boots.drop(machine);
    this.core.queue.schedule(machine, undefined);
    this.core.operations.set(machine, false);
    this.core.dirty.remove(machinePrefix + uid);
    this.#tell(machine, true);
    this.boots.pace(request.hostUid);
  }

  /**
   * The guest has no memory left for its programs and goes down. One that is being resized or moved is left alone
   * until that has ended: it may then have enough.
   */
  outOfMemory(machine: Machine): void {
    if (machine.state !== 'Running') return;
    machine.crash('OutOfMemory', this.core.nowMs);
    this.#changed(machine);
  }

  /** Nobody hears from the host, and nobody has noticed: what is on it passes for what it is now. */
  hostSilent(host: Host): void {
    for (const machine of this.#residents.of(host.id)) {
      if (machine.request.hostUid !== host.id) continue;
      machine.lastSeen = machine.observe();
      this.#save(machine);
    }
  }

  /** What has become of the machines on the host can be seen. */
  hostRevealed(host: Host): void {
    for (const machine of this.#residents.sorted(host.id)) {
      if (machine.lastSeen === undefined) continue;
      machine.lastSeen = undefined;
      this.#save(machine);
      this.#tellChange(machine);
    }
  }

  /** Everything on the host is lost; what migrates to it stays where it is. */
  hostDown(host: Host): void {
    for (const machine of this.#residents.sorted(host.id)) {
      if (machine.request.hostUid !== host.id) {
        this.#cancelMigration(machine, `${host.request.name} has gone down`);
      } else if (machine.state !== 'Lost') this.#lose(machine);
    }
  }

  /** Migrations from and to a host that cannot be reached any more are given up. */
  hostUnreachable(host: Host): void {
    for (const machine of this.#residents.sorted(host.id)) {
      if (machine.state === 'Migrating')
        this.#cancelMigration(machine, `${host.request.name} cannot be reached`);
    }
  }

  restore(saved: SavedMachine): void {
    const machine = this.#add(saved.request);
    machine.load(saved);
    if (machine.targetHostUid !== undefined) this.#residents.add(machine.targetHostUid, machine);
    this.#plan(machine);
  }

  #add(request: MachineRequest): Machine {
    const machine = new Machine(request, (due) => this.#complete(due));
    this.#machines.set(machine.id, machine);
    this.#residents.add(request.hostUid, machine);
    return machine;
  }

  #obey(uid: string, rule: (machine: Machine) => Ruling, act: (machine: Machine) => void): Acceptance {
    const machine = this.#machines.get(uid);
    if (machine === undefined) return refused(`there is no machine ${uid}`);
    const ruling = rule(machine);
    const host = this.#hostOf(machine);
    if (host?.isSilent === true && ruling !== 'Nothing') return refused(silence(host));
    if (ruling === 'Do') act(machine);
    return typeof ruling === 'string' ? accepted : ruling;
  }

  #begin(machine: Machine, state: MachineState, durationMs: number): void {
    machine.begun++;
    machine.state = state;
    machine.endsAtMs = this.core.nowMs + durationMs;
    this.#changed(machine);
  }

  /** Ends the operation under way, its time having come. */
  #complete(machine: Machine): void {
    const { move, targetHostUid } = machine;
    const { hostUid } = machine.request;
    if (move !== undefined && move.pausedAtMs === undefined) {
      machine.move = nextRound(move, this.core.nowMs);
      machine.endsAtMs = endsAtMs(machine.move);
      // That the guest stops is felt; another round is only another plan.
      if (machine.isPaused) this.#changed(machine);
      else this.#replanned(machine);
      return;
    }
    const host = this.#hostOf(machine);
    const was = machine.state;
    if (was === 'Migrating') this.#residents.delete(hostUid, machine);
    if (was === 'Provisioning' && host) this.hosts.keepImage(host, imageName(machine.request));
    machine.finish(this.core.nowMs);
    this.#changed(machine);
    if (was === 'Booting') this.boots.pace(hostUid);
    if (targetHostUid !== undefined) this.#shareLinks(hostUid, targetHostUid);
  }

  #cancelMigration(machine: Machine, failure: string): void {
    const { targetHostUid = '' } = machine;
    this.#residents.delete(targetHostUid, machine);
    machine.abandonMigration(failure, this.core.nowMs);
    this.#changed(machine);
    this.#shareLinks(machine.request.hostUid, targetHostUid);
  }

  #lose(machine: Machine): void {
    const { targetHostUid } = machine;
    this.#residents.delete(targetHostUid, machine);
    machine.lose();
    this.#changed(machine);
    if (targetHostUid !== undefined) this.#shareLinks(machine.request.hostUid, targetHostUid);
  }

  /** Bytes a second that a migration gets: an even share of its source's link out and of its target's link in. */
  #linkRate({ request: { hostUid }, targetHostUid = '' }: Machine): number {
    const share = (uid: string, uses: (machine: Machine) => boolean): number => {
      const bandwidth = this.hosts.get(uid)?.parameters.migration.bandwidth ?? Infinity;
      let count = 0;
      for (const machine of this.onHost(uid)) if (machine.state === 'Migrating' && uses(machine)) count++;
      return bandwidth / Math.max(1, count);
    };
    return Math.min(
      share(hostUid, ({ request }) => request.hostUid === hostUid),
      share(targetHostUid, (machine) => machine.targetHostUid === targetHostUid),
    );
  }

  /** Has the migrations that use the links of these hosts go on at what they get of them now. */
  #shareLinks(...hostUids: string[]): void {
    for (const machine of new Set(hostUids.flatMap((uid) => this.#residents.sorted(uid)))) {
      if (machine.move === undefined) continue;
      const rate = this.#linkRate(machine);
      if (rate === machine.move.rate) continue;
      machine.move = atRate(machine.move, rate, this.core.nowMs);
      machine.endsAtMs = endsAtMs(machine.move);
      this.#changed(machine);
    }
  }

  #replanned(machine: Machine): void {
    this.#plan(machine);
    this.#save(machine);
  }

  #changed(machine: Machine): void {
    this.#plan(machine);
    this.#save(machine);
    this.#tell(machine, false);
  }

  #save(machine: Machine): void {
    this.core.dirty.mark(machinePrefix + machine.id, () => machine.save());
  }

  #tell(machine: Machine, gone: boolean): void {
    this.#tellChange(machine);
    this.surroundings.changed(machine, gone);
  }

  #tellChange(machine: Machine): void {
    const { namespace, name } = machine.request;
    this.core.changes.add({ type: 'Machine', namespace, name });
  }

  #plan(machine: Machine): void {
    this.core.operations.set(machine, activities[machine.state] !== undefined);
    this.boots.note(machine);
    // A migration acts after each of its rounds, and has the guest run on the target after the last.
    this.core.queue.schedule(machine, machine.move ? roundEndsAtMs(machine.move) : machine.endsAtMs);
  }

  #hostOf(machine: Machine): Host | undefined {
    return this.hosts.get(machine.request.hostUid);
  }
}

function silence({ request: { name } }: Host): string {
  return `host ${name} does not answer`;
}
