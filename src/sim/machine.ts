import {
  type MachineObservation,
  type MachineRequest,
  type MachineState,
  type MigrationOutcome,
  type Operation,
  type Termination,
} from '../model/ports.ts';
import { type Actor } from './core.ts';
import { Rank } from './event-queue.ts';
import { type BootProgress } from './scenery/boot-progress.ts';
import { atRate, type Move } from './scenery/move.ts';

/** What a live resize will leave. */
export interface MachineSize {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** What is saved of a machine. */
export interface SavedMachine {
  readonly request: MachineRequest;
  readonly state: MachineState;
  readonly bootCount: number;
  readonly begun: number;
  readonly disk: 'Copied' | 'Cloned';
  readonly boot?: BootProgress;
  readonly startedAtMs?: number;
  readonly endsAtMs?: number;
  readonly targetHostUid?: string;
  readonly resizeTo?: MachineSize;
  readonly move?: Move;
  readonly lastMigration?: MigrationOutcome;
  readonly lastTermination?: Termination;
  readonly lastSeen?: MachineObservation;
}

/** The words of an operation under way; states that are not here last until something is asked for. */
export const activities: Readonly<Partial<Record<MachineState, string>>> = {
  Provisioning: 'provisioning image',
  Booting: 'booting',
  Stopping: 'stopping',
  Resizing: 'resizing',
  Migrating: 'migrating',
};

/** True while the guest works: it serves requests and uses CPU, also while it is resized or moved. */
export function isServing(state: MachineState): boolean {
  return state === 'Running' || state === 'Resizing' || state === 'Migrating';
}

/** A guest of the world. Only `Machines` changes one. */
export class Machine implements Actor {
  readonly rank = Rank.Machine;
  readonly id: string;
  token = 0;
  state: MachineState = 'Provisioning';
  /** How often it has become usable. */
  bootCount = 0;
  /** Operations begun: the counter of its random draws. */
  begun = 0;
  /** How its disk came about. */
  disk: 'Copied' | 'Cloned' = 'Copied';
  /** Set exactly while Booting. */
  boot: BootProgress | undefined;
  /** When the guest last became usable, ms; undefined while it is off. */
  startedAtMs: number | undefined;
  /** Set exactly while an operation is under way. */
  endsAtMs: number | undefined;
  /** Set exactly while Migrating. */
  targetHostUid: string | undefined;
  /** Set exactly while Resizing. */
  resizeTo: MachineSize | undefined;
  /** Set exactly while Migrating. */
  move: Move | undefined;
  lastMigration: MigrationOutcome | undefined;
  /** How the guest last went down by itself. */
  lastTermination: Termination | undefined;
  /** What it passes for while nobody has noticed that its host is out of reach; undefined: what it is. */
  lastSeen: MachineObservation | undefined;
  /** Its place in the load's arrays; -1 while it has none. Never saved. */
  slot = -1;

  constructor(
    /** As it is now: a resize or a migration replaces the size or the host. */
    public request: MachineRequest,
    private readonly onDue: (machine: Machine) => void,
  ) {
    this.id = request.uid;
  }

  fire(): void {
    this.onDue(this);
  }

  /** What the operation under way leads to, at `nowMs`. */
  finish(nowMs: number): void {
    switch (this.state) {
      case 'Provisioning':
      case 'Stopping':
        this.state = 'Stopped';
        break;
      case 'Booting':
        this.state = 'Running';
        this.startedAtMs = nowMs;
        this.bootCount++;
        break;
      case 'Resizing':
        this.state = 'Running';
        this.request = { ...this.request, ...this.resizeTo };
        break;
      case 'Migrating':
        this.#endMove(nowMs);
        this.state = 'Running';
        this.request = { ...this.request, hostUid: this.targetHostUid ?? this.request.hostUid };
        break;
      // Nothing ends by itself in these.
      case 'Stopped':
      case 'Running':
      case 'Lost':
        break;
    }
    this.#forgetOperation();
  }

  /** It works and is not stopped for the last copy of a migration. */
  get works(): boolean {
    return isServing(this.state) && this.move?.pausedAtMs === undefined;
  }

  /** It is stopped for the last copy of a migration: what waits in it moves along. */
  get isPaused(): boolean {
    return isServing(this.state) && this.move?.pausedAtMs !== undefined;
  }

  /** A migration is given up: the machine stays where it is. */
  abandonMigration(failure: string, nowMs: number): void {
    this.#endMove(nowMs, failure);
    this.state = 'Running';
    this.#forgetOperation();
  }

  /** The guest ends by itself. Precondition: Running. */
  crash(reason: Termination['reason'], nowMs: number): void {
    const { memoryBytes } = this.request;
    this.lastTermination = { reason, startedAtMs: this.startedAtMs ?? nowMs, atMs: nowMs, memoryBytes };
    this.state = 'Stopped';
    this.startedAtMs = undefined;
  }

  /** Its host is gone, and all that ran with it. */
  lose(): void {
    this.state = 'Lost';
    this.startedAtMs = undefined;
    this.#forgetOperation();
  }

  operation(): Operation {
    const { namespace, name } = this.request;
    return {
      subject: `vm/${namespace}/${name}`,
      activity: activities[this.state] ?? '',
      endsAtMs: this.endsAtMs ?? 0,
    };
  }

  /** As it is. */
  observe(): MachineObservation {
    const { uid, hostUid, mode, cpuMillis, memoryBytes } = this.request;
    return {
      ...{ uid, hostUid, state: this.state, mode, cpuMillis, memoryBytes },
      ...(this.startedAtMs === undefined ? {} : { startedAtMs: this.startedAtMs }),
      ...(this.endsAtMs === undefined ? {} : { operationEndsAtMs: this.endsAtMs }),
      ...(this.targetHostUid === undefined ? {} : { targetHostUid: this.targetHostUid }),
      ...{ bootCount: this.bootCount, disk: this.disk },
      ...(this.lastMigration === undefined ? {} : { lastMigration: this.lastMigration }),
      ...(this.lastTermination === undefined ? {} : { lastTermination: this.lastTermination }),
    };
  }

  save(): SavedMachine {
    const { request, state, bootCount, begun, disk } = this;
    return {
      ...{ request, state, bootCount, begun, disk },
      ...(this.boot === undefined ? {} : { boot: this.boot }),
      ...(this.startedAtMs === undefined ? {} : { startedAtMs: this.startedAtMs }),
      ...(this.endsAtMs === undefined ? {} : { endsAtMs: this.endsAtMs }),
      ...(this.targetHostUid === undefined ? {} : { targetHostUid: this.targetHostUid }),
      ...(this.resizeTo === undefined ? {} : { resizeTo: this.resizeTo }),
      ...(this.move === undefined ? {} : { move: this.move }),
      ...(this.lastMigration === undefined ? {} : { lastMigration: this.lastMigration }),
      ...(this.lastTermination === undefined ? {} : { lastTermination: this.lastTermination }),
      ...(this.lastSeen === undefined ? {} : { lastSeen: this.lastSeen }),
    };
  }

  load(saved: SavedMachine): void {
    this.state = saved.state;
    this.bootCount = saved.bootCount;
    this.begun = saved.begun;
    this.disk = saved.disk;
    this.boot = saved.boot;
    this.startedAtMs = saved.startedAtMs;
    this.endsAtMs = saved.endsAtMs;
    this.targetHostUid = saved.targetHostUid;
    this.resizeTo = saved.resizeTo;
    this.move = saved.move;
    this.lastMigration = saved.lastMigration;
    this.lastTermination = saved.lastTermination;
    this.lastSeen = saved.lastSeen;
  }

  #endMove(nowMs: number, failure?: string): void {
    if (this.move === undefined) return;
    // What has been sent by now.
    const { startedAtMs, round, sentBytes, pausedAtMs } = atRate(this.move, this.move.rate, nowMs);
    this.lastMigration = {
      fromHostUid: this.request.hostUid,
      toHostUid: this.targetHostUid ?? '',
      ...{ startedAtMs, endedAtMs: nowMs, rounds: round, sentBytes },
      downtimeMs: pausedAtMs === undefined ? 0 : nowMs - pausedAtMs,
      ...(failure === undefined ? {} : { failure }),
    };
  }

  #forgetOperation(): void {
    this.move = undefined;
    this.boot = undefined;
    this.endsAtMs = undefined;
    this.targetHostUid = undefined;
    this.resizeTo = undefined;
  }
}
