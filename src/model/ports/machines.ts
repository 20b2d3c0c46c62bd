/** What is told to the world of hosts and guests, and what is seen of them. */

export type Architecture = 'Hosted' | 'BareMetal';
export type VirtualizationMode = 'Full' | 'Para';
export type WorkloadProfile = 'Compute' | 'Build' | 'Web' | 'Database' | 'Oltp' | 'FileServer';

/** What the world has to know of a hypervisor product to behave like it. */
export interface HypervisorTraits {
  readonly name: string;
  readonly architecture: Architecture;
  readonly liveMigration: boolean;
  readonly cpuHotplug: boolean;
  readonly memoryHotplug: boolean;
  /** Overrides of the performance model's parameters (`Hypervisor.spec.performance`). */
  readonly performance: Readonly<Record<string, unknown>>;
}

/** A physical machine to have switched on. CPU is in millicores of physical cores, memory in bytes. */
export interface HostRequest {
  readonly uid: string;
  readonly name: string;
  readonly hypervisor: HypervisorTraits;
  readonly hardwareAssist: boolean;
  /** Physical capacity, before any reservation. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** What the host OS and the VMM take for themselves: not available to guests. */
  readonly reservedCpuMillis: number;
  readonly reservedMemoryBytes: number;
  readonly pricePerHour: number;
  readonly idleWatts: number;
  readonly maxWatts: number;
  /** How long it may be out of reach before that is noticed, ms; 0: at once. */
  readonly failureDetectionMs: number;
}

export type HostState = 'PoweringOn' | 'On' | 'Crashed';

/** What is known of a host. While nobody has noticed that it is out of reach, that is what it was before. */
export interface HostObservation {
  readonly uid: string;
  readonly name: string;
  readonly state: HostState;
  /** Network unreachable (fault NetworkLoss): machines run, requests to them fail. */
  readonly networkLost: boolean;
  /** Share of normal speed, 1 when no fault Slow is in force. */
  readonly speed: number;
  /** When the present fault repairs itself, in ms of world time; absent when it stays until cleared. */
  readonly repairAtMs?: number;
  /** Since when it has been out of reach or, when it is back, last was, ms of world time; absent: it never was. */
  readonly silentSinceMs?: number;
  readonly bootCount: number;
}

/** A guest to have on a host. The world copies the image there, then holds the machine stopped. */
export interface MachineRequest {
  readonly uid: string;
  /** Of the VirtualMachine object, so that changes in the world can be told to its controller. */
  readonly namespace: string;
  readonly name: string;
  readonly hostUid: string;
  readonly mode: VirtualizationMode;
  readonly guestOS: string;
  /** What its disk is made from: a host copies it once, and clones it for all that come later. */
  readonly image: string;
  readonly imageBytes: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly profile: WorkloadProfile;
}

/**
 * `Absent` machines have no observation. `Lost` means that its host crashed under it: what ran is gone, and
 * only `destroy` is left to do.
 */
export type MachineState =
  'Provisioning' | 'Stopped' | 'Booting' | 'Running' | 'Resizing' | 'Migrating' | 'Stopping' | 'Lost';

export interface MachineObservation {
  readonly uid: string;
  readonly hostUid: string;
  readonly state: MachineState;
  readonly mode: VirtualizationMode;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** When the guest last became usable, ms of world time. */
  readonly startedAtMs?: number;
  /** When the operation under way will be done, ms of world time. */
  readonly operationEndsAtMs?: number;
  /** Where a migration goes. */
  readonly targetHostUid?: string;
  readonly bootCount: number;
  /** How its disk came about: by a copy of the image to the host, or from the copy that was there or on its way. */
  readonly disk: 'Copied' | 'Cloned';
  /** How its last live migration went; absent: there was none. */
  readonly lastMigration?: MigrationOutcome;
  /** How the guest last went down by itself; absent: it never did. */
  readonly lastTermination?: Termination;
}

/** How a live migration went. */
export interface MigrationOutcome {
  readonly fromHostUid: string;
  readonly toHostUid: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Copies made, the last one, with the guest stopped, included. */
  readonly rounds: number;
  readonly sentBytes: number;
  /** How long the guest stood still. */
  readonly downtimeMs: number;
  /** Why the guest is still where it was, as `h-1 has crashed`; absent: it has moved. */
  readonly failure?: string;
}

/** The end of a guest that nobody asked for. It is left `Stopped`. */
export interface Termination {
  readonly reason: 'OutOfMemory';
  /** When the life that it ended had begun, ms of world time. */
  readonly startedAtMs: number;
  readonly atMs: number;
  /** What the guest had. */
  readonly memoryBytes: number;
}
