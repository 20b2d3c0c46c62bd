import { deepEqual } from '../base/deep.ts';
import {
  type Acceptance,
  type FaultRequest,
  type HostObservation,
  type HostRequest,
  type HostState,
  type Operation,
} from '../model/ports.ts';
import { parametersOf } from '../performance/overrides.ts';
import { type PerformanceParameters } from '../performance/parameters.ts';
import { contactAfter, noticedAtMs, silentSinceMs, type Contact } from './contact.ts';
import { hostPrefix, type Actor, type Core } from './core.ts';
import { Rank } from './event-queue.ts';
import { faultOf, present, nextRepairAtMs, withFault, type Fault } from './faults.ts';
import { accepted, refused } from './refusal.ts';
import { powerOnMs } from './timing.ts';

/** What is saved of a host. */
export interface SavedHost {
  readonly request: HostRequest;
  readonly state: HostState;
  readonly bootCount: number;
  readonly bootEndsAtMs?: number;
  readonly faults: readonly Fault[];
  readonly contact: Contact;
  /** Names of the images on its disk. */
  readonly images: readonly string[];
}

/** A physical machine of the world. Only `Hosts` changes one. */
export class Host implements Actor {
  readonly rank = Rank.Host;
  readonly id: string;
  token = 0;
  state: HostState = 'PoweringOn';
  /** How often it has finished powering on. */
  bootCount = 0;
  /** Set exactly while `PoweringOn`. */
  bootEndsAtMs: number | undefined;
  /** At most one of each type; holds a Crash exactly while `Crashed`. */
  faults: readonly Fault[] = [];
  contact: Contact = { type: 'Never' };
  /** Names of the images on its disk: a copy that has come outlives crashes and the guests made from it. */
  images: ReadonlySet<string> = new Set();

  #request: HostRequest;
  #parameters: PerformanceParameters;

  constructor(
    request: HostRequest,
    private readonly hosts: Hosts,
  ) {
    this.id = request.uid;
    this.#request = request;
    this.#parameters = parametersOf(request.hypervisor);
  }

  get request(): HostRequest {
    return this.#request;
  }

  set request(request: HostRequest) {
    this.#request = request;
    this.#parameters = parametersOf(request.hypervisor);
  }

  /** The performance model's numbers for the hypervisor on it. */
  get parameters(): PerformanceParameters {
    return this.#parameters;
  }

  get networkLost(): boolean {
    return this.faults.some((fault) => fault.type === 'NetworkLoss');
  }

  /** It is on, and the network to it is sound, whether or not anybody knows otherwise. */
  get reachable(): boolean {
    return this.state === 'On' && !this.networkLost;
  }

  /** It is out of reach, and nobody has noticed. */
  get isSilent(): boolean {
    return this.contact.type === 'Silent';
  }

  get speed(): number {
    return faultOf(this.faults, 'Slow')?.speed ?? 1;
  }

  fire(): void {
    this.hosts.settle(this);
  }

  operation(): Operation {
    const subject = `host/${this.request.name}`;
    const noticedMs = noticedAtMs(this.contact, this.request.failureDetectionMs);
    if (noticedMs !== undefined) return { subject, activity: 'not heard from', endsAtMs: noticedMs };
    return { subject, activity: 'powering on', endsAtMs: this.bootEndsAtMs ?? 0 };
  }

  /** As it is. */
  observe(): HostObservation {
    const repairAtMs = nextRepairAtMs(this.faults);
    const sinceMs = silentSinceMs(this.contact);
    return {
      uid: this.id,
      name: this.request.name,
      state: this.state,
      networkLost: this.networkLost,
      speed: this.speed,
      ...(repairAtMs === undefined ? {} : { repairAtMs }),
      ...(sinceMs === undefined ? {} : { silentSinceMs: sinceMs }),
      bootCount: this.bootCount,
    };
  }
}

/** Told after a host has changed. */
export interface HostListener {
  /** Nobody hears from it, and nobody has noticed yet; called before `down`. */
  silent(host: Host): void;
  /** All that ran on it is gone. */
  down(host: Host): void;
  /** A silence is over: it was noticed, or the host is heard from again. */
  revealed(host: Host): void;
  /** Anything at all. */
  changed(host: Host): void;
}

/** The physical machines: power, faults, facts. Knows nothing of what runs on them. */
export class Hosts {
  readonly #hosts = new Map<string, Host>();

  constructor(
    private readonly core: Core,
    private readonly listener: HostListener,
  ) {}

  get(uid: string): Host | undefined {
    return this.#hosts.get(uid);
  }

  /** What is known of it: of one that has fallen silent, what it was before, until that is noticed. */
  observe(uid: string): HostObservation | undefined {
    const host = this.#hosts.get(uid);
    return host?.contact.type === 'Silent' ? host.contact.lastSeen : host?.observe();
  }

  ensure(request: HostRequest): void {
    const known = this.#hosts.get(request.uid);
    if (known === undefined) {
      const host = new Host(request, this);
      this.#hosts.set(host.id, host);
      this.#powerOn(host);
      this.#changed(host);
    } else if (!deepEqual(known.request, request)) {
      known.request = request;
      this.#changed(known);
    }
  }

  remove(uid: string): void {
    const host = this.#hosts.get(uid);
    if (host === undefined) return;
    this.#hosts.delete(uid);
    host.state = 'Crashed';
    host.bootEndsAtMs = undefined;
    host.contact = { type: 'Never' };
    this.core.queue.schedule(host, undefined);
    this.core.operations.set(host, false);
    this.core.dirty.remove(hostPrefix + uid);
    this.core.changes.add({ type: 'Host', name: host.request.name });
    this.listener.down(host);
    this.listener.revealed(host);
    this.listener.changed(host);
  }

  /** A second fault of the same type takes the place of the first. */
  inject(request: FaultRequest): Acceptance {
    const host = this.#hosts.get(request.hostUid);
    if (host === undefined) return refused(`there is no host ${request.hostUid}`);
    const { speed } = request;
    if (speed !== undefined && !(speed > 0 && speed <= 1)) {
      return refused(`speed ${speed} of a slow host is not above 0 and at most 1`);
    }
    const faults = withFault(host.faults, request, this.core.nowMs);
    if (deepEqual(host.faults, faults)) return accepted;
    const lastSeen = host.observe();
    host.faults = faults;
    const crashes = request.type === 'Crash' && host.state !== 'Crashed';
    if (crashes) {
      host.state = 'Crashed';
      host.bootEndsAtMs = undefined;
    }
    this.#changed(host, { lastSeen, down: crashes });
    return accepted;
  }

  clearFaults(uid: string): Acceptance {
    const host = this.#hosts.get(uid);
    if (host === undefined) return refused(`there is no host ${uid}`);
    if (host.faults.length === 0) return accepted;
    host.faults = [];
    if (host.state === 'Crashed') this.#powerOn(host);
    this.#changed(host);
    return accepted;
  }

  /** Does what is due: ends faults whose time is over and a power-on that is through. */
  settle(host: Host): void {
    const { nowMs } = this.core;
    host.faults = present(host.faults, nowMs);
    if (host.state === 'Crashed' && faultOf(host.faults, 'Crash') === undefined) this.#powerOn(host);
    if (host.bootEndsAtMs !== undefined && host.bootEndsAtMs <= nowMs) {
      host.state = 'On';
      host.bootCount++;
      host.bootEndsAtMs = undefined;
    }
    this.#changed(host);
  }

  /** An image has been copied to the host. */
  keepImage(host: Host, image: string): void {
    if (host.images.has(image)) return;
    host.images = new Set([...host.images, image]);
    this.#save(host);
  }

  restore(saved: SavedHost): void {
    const host = new Host(saved.request, this);
    host.state = saved.state;
    host.bootCount = saved.bootCount;
    host.bootEndsAtMs = saved.bootEndsAtMs;
    host.faults = saved.faults;
    host.contact = saved.contact;
    host.images = new Set(saved.images);
    this.#hosts.set(host.id, host);
    this.#plan(host);
  }

  #powerOn(host: Host): void {
    host.state = 'PoweringOn';
    host.bootEndsAtMs =
      this.core.nowMs + powerOnMs(this.core.seed, host.request.name, host.bootCount, host.parameters);
  }

  /** `lastSeen`: as it was before the change, where that may have put it out of reach. */
  #changed(
    host: Host,
    { lastSeen = host.observe(), down = false }: { lastSeen?: HostObservation; down?: boolean } = {},
  ): void {
    const { isSilent, reachable } = host;
    const { nowMs } = this.core;
    const detectionMs = host.request.failureDetectionMs;
    host.contact = contactAfter(host.contact, { reachable, detectionMs, nowMs, lastSeen });
    this.#plan(host);
    this.#save(host);
    this.core.changes.add({ type: 'Host', name: host.request.name });
    if (host.isSilent && !isSilent) this.listener.silent(host);
    if (down) this.listener.down(host);
    if (isSilent && !host.isSilent) this.listener.revealed(host);
    this.listener.changed(host);
  }

  #save(host: Host): void {
    this.core.dirty.mark(hostPrefix + host.id, () => save(host));
  }

  #plan(host: Host): void {
    this.core.operations.set(host, host.state === 'PoweringOn' || host.isSilent);
    const repairMs = nextRepairAtMs(host.faults) ?? Infinity;
    const noticedMs = noticedAtMs(host.contact, host.request.failureDetectionMs) ?? Infinity;
    const nextMs = Math.min(host.bootEndsAtMs ?? Infinity, repairMs, noticedMs);
    this.core.queue.schedule(host, nextMs === Infinity ? undefined : nextMs);
  }
}

function save(host: Host): SavedHost {
  const { request, state, bootCount, bootEndsAtMs, faults, contact } = host;
  const images = [...host.images].sort();
  return {
    request,
    state,
    bootCount,
    ...(bootEndsAtMs === undefined ? {} : { bootEndsAtMs }),
    faults,
    contact,
    images,
  };
}
