/**
 * Gives VMs their hosts. Keeps the fleet of `placement` in step with the cache, and at the end of a turn
 * places all that wait: higher priority first, then the tenant with the lowest share, then the older, then by name. Who finds no room may have VMs of lower
 * priority make some, and holds it until then.
 */
import { compareText } from '../../base/listing.ts';
import { findCondition } from '../../model/conditions.ts';
import { type Host, type Tenant, type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating, type KubeObject } from '../../model/object.ts';
import { type Appraisal, appraise } from '../../placement/appraise.ts';
import { type DominantShare } from '../../placement/fairness.ts';
import { Fleet } from '../../placement/fleet.ts';
import { explain, type Placed, type Placement, place, placeElsewhere } from '../../placement/place.ts';
import { planRebalance, type RebalancePlan } from '../../placement/rebalance.ts';
import { type RebalanceInput } from '../../placement/rebalance-trial.ts';
import { type Preemption } from '../../placement/preemption.ts';
import { type VmRequest } from '../../placement/types.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { hostView } from '../hosts/facts.ts';
import { wantsHost } from '../machines/plan.ts';
import { PendingMachines } from './pending.ts';
import { Nominations } from './nominations.ts';
import { nominate, nomination, placedAgain, withdraw } from './preempting.ts';
import { isAlikeToPlace, isAlikeToPlaceOn, liveRequestOf, requestOf, scoringOf } from './requests.ts';
import { type Placer } from '../../engine/placer.ts';
import { type Turn } from '../../engine/turn.ts';
import { machinesOn } from '../machines/lookup.ts';
import { hostsWith } from '../hosts/lookup.ts';
import { machineKey } from '../machines/key.ts';
import { amountOf, type Amount } from '../../model/amount.ts';

/** A VM under way to another host holds its place there under its key with this suffix. */
const reservation = '@target';

export class Scheduler implements Placer {
  readonly #cache: ObjectCache;
  readonly #fleet = new Fleet();
  /** Names of hosts and keys of VMs that have changed since the fleet was last brought up to date. */
  readonly #staleHosts = new Set<string>();
  readonly #staleMachines = new Set<string>();
  readonly #pending = new PendingMachines(this.#fleet.shares);
  readonly #nominations: Nominations;
  /** Names of hosts that are on their way to being ready. */
  readonly #poweringOn = new Set<string>();
  /** Keys of VMs under way to another host. */
  readonly #moving = new Set<string>();
  /** Keys of waiting VMs whose status does not say so yet, and of those to be told once all hosts are on. */
  readonly #untold = new Set<string>();
  readonly #untoldLater = new Set<string>();

  constructor(cache: ObjectCache) {
    this.#cache = cache;
    this.#nominations = new Nominations(this.#fleet, cache);
  }

  /** How often hosts were scored, for tests that count work. */
  get scans(): number {
    return this.#fleet.scans;
  }

  /** Notes that an object has changed. Cheap: the fleet follows when it is next asked. */
  observe(object: KubeObject | undefined, old: KubeObject | undefined): void {
    const one = object ?? old;
    if (one?.kind === 'Host') {
      const alike = object && old && isAlikeToPlaceOn(object as Host, old as Host);
      if (!alike) this.#staleHosts.add(one.metadata.name);
    }
    if (one?.kind === 'VirtualMachine') {
      const alike = object && old && isAlikeToPlace(object as VirtualMachine, old as VirtualMachine);
      if (!alike) this.#staleMachines.add(machineKey(one));
      this.#observeMachine(object as VirtualMachine | undefined, one);
    }
    if (one?.kind === 'Tenant') {
      this.#fleet.shares.weigh(machineKey(one), (object as Tenant | undefined)?.spec.weight);
    }
    if (one?.kind === 'Hypervisor') {
      for (const host of hostsWith(this.#cache, one.metadata.name)) this.#staleHosts.add(host.metadata.name);
    }
  }

  /** The tenant's dominant share of all hosts, of the VMs that are its own. */
  shareOf(tenant: Tenant): DominantShare {
    this.#sync();
    return this.#fleet.shares.of(machineKey(tenant));
  }

  /** What the VMs of a host take, each one's overhead included. */
  allocated(host: string): Amount {
    this.#sync();
    // Room that is kept is not taken yet.
    return this.#fleet.without(this.#nominations.keptOn(host), () => this.#fleet.allocated(host));
  }

  /** True when the VM, grown to `size`, still fits on its host. */
  fits(vm: VirtualMachine, size: Amount): boolean {
    this.#sync();
    const name = vm.status?.host ?? '';
    const host = this.#fleet.host(name);
    if (!host) return false;
    const allocated = this.#fleet.allocated(name);
    const has = amountOf(vm.status?.resources);
    const { cpuMillis, memoryBytes } = host.allocatable;
    const moreCpu = size.cpuMillis - has.cpuMillis;
    const overhead = host.memoryOverhead(size) - host.memoryOverhead(has);
    const moreMemory = size.memoryBytes - has.memoryBytes + overhead;
    // What shrinks fits even where more is promised than there is, as while others make room.
    return (
      (moreCpu <= 0 || allocated.cpuMillis + moreCpu <= cpuMillis) &&
      (moreMemory <= 0 || allocated.memoryBytes + moreMemory <= memoryBytes)
    );
  }

  /** Another host for a VM that has one. With `target`, only that one will do. */
  elsewhere(vm: VirtualMachine, target?: string): Placement {
    this.#sync();
    const narrowed = liveRequestOf(vm);
    const options = scoringOf(vm);
    const result = placeElsewhere(narrowed, this.#fleet, options);
    if (target === undefined || result.type === 'refused' || result.host === target) return result;
    return placeElsewhere(
      {
        ...narrowed,
        placement: {
          ...narrowed.placement,
          hostSelector: { ...narrowed.placement.hostSelector, 'kubernetes.io/hostname': target },
        },
      },
      this.#fleet,
      options,
    );
  }

  /** Another host for a VM that is stopped for the move: of any product, in any mode that it can run in. */
  elsewhereStopped(vm: VirtualMachine): Placement {
    this.#sync();
    return placeElsewhere(requestOf(vm, amountOf(vm.spec.resources)), this.#fleet, scoringOf(vm));
  }

  /** Why each host refuses the VM, by the hosts' names; a host that would take it is not in the answer. */
  refusals(vm: VirtualMachine): ReadonlyMap<string, readonly string[]> {
    this.#sync();
    return explain(requestOf(vm, amountOf(vm.spec.resources)), this.#fleet);
  }

  /** VMs that wait for a host, or are on their way to one. */
  get waiting(): number {
    this.#sync();
    return this.#pending.size + this.#nominations.size + this.#moving.size;
  }

  /** What a rebalancing policy would move now; nothing is moved. */
  rebalance(input: Omit<RebalanceInput, 'waiting'>): RebalancePlan {
    const { waiting } = this;
    return planRebalance(this.#fleet, { ...input, waiting });
  }

  /** Every host's verdict on the VM, as if it were to be placed now and had no host. */
  appraise(vm: VirtualMachine): readonly Appraisal[] {
    this.#sync();
    const key = machineKey(vm);
    const request = requestOf(vm, amountOf(vm.spec.resources));
    return this.#fleet.without([key, key + reservation, key + nomination], () =>
      appraise(request, this.#fleet, scoringOf(vm)),
    );
  }

  /** Who could make room for a VM that no host takes; undefined when nobody can, or nobody has to. */
  preemption(vm: VirtualMachine): Preemption | undefined {
    this.#sync();
    return this.#nominations.find(vm);
  }

  /**
   * Places every VM that fits somewhere. Those that do not are told so when they are first refused, and once
   * more when a run ends: in between, the reasons of thousands may change with each host.
   */
  placePending(turn: Turn): void {
    this.#sync();
    // The first placement of all waits until every host is on: else the one that boots first gets everything.
    const isFirst = this.#fleet.vmCount === 0 && this.#poweringOn.size > 0;
    if (!isFirst) {
      for (const vm of this.#nominations.inOrder((key) => this.#machine(key))) {
        this.#placeAbove(vm.spec.priority, turn);
        this.#placeNominated(vm, turn);
      }
      this.#placeAbove(-Infinity, turn);
    }
    if (turn.figures || this.#untold.size > 0) this.#tellRefused(turn);
  }

  /** Places what waits and has a higher priority. */
  #placeAbove(priority: number, turn: Turn): void {
    for (let key = this.#pending.next(); key !== undefined; key = this.#pending.next()) {
      const vm = this.#machine(key);
      if (vm && vm.spec.priority <= priority) return;
      if (!vm || !(this.#place(vm, turn) || this.#preempt(vm, turn))) this.#pending.refuse(key);
    }
  }

  /** Places the VM once there is room, or has it look anew when its host could not take it even then. */
  #placeNominated(vm: VirtualMachine, turn: Turn): void {
    // It may have been outbid in this turn.
    const host = this.#machine(machineKey(vm))?.status?.nominatedHost;
    if (host === undefined) return;
    const result = this.#nominations.claim(vm);
    if (result.type === 'placed') {
      if (result.host !== host) this.#pending.retry();
      this.#settleOn(vm, requestOf(vm, amountOf(vm.spec.resources)), result, turn);
      return;
    }
    const reasons = this.#nominations.obstacles(vm, host);
    if (reasons.length > 0) withdraw(vm, `${host} cannot take it any more: ${reasons.join(', ')}`, turn);
  }

  /** Answers whether others make room for the VM. Hosts that are powering on may have it without that. */
  #preempt(vm: VirtualMachine, turn: Turn): boolean {
    const preemption = this.#poweringOn.size > 0 ? undefined : this.#nominations.find(vm);
    if (!preemption) return false;
    nominate(vm, preemption, { cache: this.#cache, turn });
    // The next VM has to see the room as kept.
    this.#sync();
    return true;
  }

  #tellRefused(turn: Turn): void {
    const keys = turn.figures ? this.#pending.keys() : [...this.#untold].sort(compareText);
    this.#untold.clear();
    for (const key of keys) {
      const vm = this.#machine(key);
      if (vm && wantsHost(vm)) this.#refuse(vm, turn);
    }
  }

  /** Answers whether the VM found a place. */
  #place(vm: VirtualMachine, turn: Turn): boolean {
    const request = requestOf(vm, amountOf(vm.spec.resources));
    const result = place(request, this.#fleet, scoringOf(vm));
    if (result.type === 'refused') return false;
    this.#settleOn(vm, request, result, turn);
    return true;
  }

  #settleOn(vm: VirtualMachine, request: VmRequest, result: Placed, turn: Turn): void {
    // Noted at once, so that the next VM sees it; the status below says the same to everybody else.
    this.#fleet.assign(request, result.host);
    this.#pending.delete(request.key);
    turn.updateStatus(
      vm,
      {
        phase: 'Scheduled',
        host: result.host,
        hypervisor: this.#fleet.host(result.host)?.hypervisor.name,
        mode: result.mode,
        resources: vm.spec.resources,
        nominatedHost: undefined,
      },
      [
        { type: 'Scheduled', status: 'True', reason: 'Placed', message: `${result.host}: ${result.why}` },
        ...placedAgain(vm, result.host),
      ],
    );
    turn.event(vm, 'Normal', 'Scheduled', `placed on ${result.host} in mode ${result.mode}`);
  }

  #refuse(vm: VirtualMachine, turn: Turn): void {
    const waiting = this.#poweringOn.size > 0;
    const before = findCondition(vm.status?.conditions, 'Scheduled');
    if (waiting) {
      // Hosts that are still powering on may take it: no reason to warn yet.
      const message = 'it waits for hosts that are powering on';
      turn.updateStatus(vm, { phase: 'Pending' }, [
        { type: 'Scheduled', status: 'False', reason: 'WaitingForHosts', message },
      ]);
      this.#untoldLater.add(machineKey(vm));
      return;
    }
    const result = place(requestOf(vm, amountOf(vm.spec.resources)), this.#fleet);
    const message = result.type === 'refused' ? result.summary : 'it waits for its turn';
    if (before?.reason !== 'Unschedulable') turn.event(vm, 'Warning', 'FailedScheduling', message);
    turn.updateStatus(vm, { phase: 'Pending' }, [
      { type: 'Scheduled', status: 'False', reason: 'Unschedulable', message },
    ]);
  }

  #observeMachine(vm: VirtualMachine | undefined, one: KubeObject): void {
    const key = machineKey(one);
    this.#nominations.observe(key, vm);
    if (vm && wantsHost(vm) && !this.#nominations.has(key)) {
      this.#pending.put(vm);
      if (findCondition(vm.status?.conditions, 'Scheduled')?.status !== 'False') this.#untold.add(key);
    } else {
      this.#pending.delete(key);
      this.#untold.delete(key);
      this.#untoldLater.delete(key);
    }
  }

  /** Brings the fleet up to date; capacity that has come free lets the refused try again. */
  #sync(): void {
    if (this.#staleHosts.size === 0 && this.#staleMachines.size === 0) return;
    let freed = this.#staleHosts.size > 0;
    for (const name of this.#staleHosts) this.#syncHost(name);
    for (const key of this.#staleMachines) freed = this.#syncMachine(key) || freed;
    this.#staleHosts.clear();
    this.#staleMachines.clear();
    if (freed) this.#pending.retry();
  }

  #syncHost(name: string): void {
    const host: Host | undefined = this.#cache.get('Host', '', name);
    const hypervisor = host && this.#cache.get('Hypervisor', '', host.spec.hypervisor);
    if (host?.status?.phase === 'PoweringOn') this.#poweringOn.add(name);
    else if (this.#poweringOn.delete(name) && this.#poweringOn.size === 0) {
      // The last one is on: what still waits gets its real reasons.
      for (const key of this.#untoldLater) this.#untold.add(key);
      this.#untoldLater.clear();
    }
    if (!host || !hypervisor) {
      this.#fleet.removeHost(name);
      return;
    }
    const isNew = this.#fleet.host(name) === undefined;
    this.#fleet.putHost(hostView(host, hypervisor));
    if (isNew) for (const vm of machinesOn(this.#cache, name)) this.#staleMachines.add(machineKey(vm));
  }

  /** Answers whether the VM has given up room somewhere. */
  #syncMachine(key: string): boolean {
    const vm = this.#machine(key);
    const before = this.#fleet.hostOf(key);
    const beforeTarget = this.#fleet.hostOf(key + reservation);
    const host = vm?.status?.host;
    const target = vm?.status?.migrationTarget;
    if (vm && host !== undefined) this.#fleet.assign(requestOf(vm, amountOf(vm.status?.resources)), host);
    else if (before !== undefined) this.#fleet.unassign(key);
    if (target === undefined) this.#moving.delete(key);
    else this.#moving.add(key);
    if (vm && target !== undefined) {
      const request = requestOf(vm, amountOf(vm.status?.resources));
      // Nobody takes the place of what is under way.
      this.#fleet.assign({ ...request, key: key + reservation, priority: Infinity, going: false }, target);
    } else if (beforeTarget !== undefined) this.#fleet.unassign(key + reservation);
    const isFreed = this.#nominations.sync(key, vm);
    // One that is leaving counts in no spread any more: others may go where they could not.
    const isLeaving = vm !== undefined && host !== undefined && (target !== undefined || isTerminating(vm));
    return isFreed || isLeaving || before !== host || beforeTarget !== target;
  }

  #machine(key: string): VirtualMachine | undefined {
    const slash = key.indexOf('/');
    return this.#cache.get('VirtualMachine', key.slice(0, slash), key.slice(slash + 1));
  }
}
