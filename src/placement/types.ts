import { type Amount } from '../model/amount.ts';
import { type Architecture, type VirtualizationMode } from '../model/ports.ts';
import { type Labels, type LabelSelector } from '../model/selectors.ts';

export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

export interface Taint {
  readonly key: string;
  /** Absent is the same as ''. */
  readonly value?: string;
  readonly effect: TaintEffect;
}

export interface Toleration {
  /** Absent, with `Exists`: every taint. */
  readonly key?: string;
  /** @defaultValue 'Equal' */
  readonly operator?: 'Exists' | 'Equal';
  readonly value?: string;
  /** Absent: every effect. */
  readonly effect?: TaintEffect;
  /** For NoExecute: how long the VM may stay, seconds; absent: for ever. */
  readonly tolerationSeconds?: number;
}

/** The hypervisor product on a host, as far as it decides what may run there. */
export interface HypervisorView {
  readonly name: string;
  readonly architecture: Architecture;
  /** Its default first. */
  readonly modes: readonly VirtualizationMode[];
  /** The modes that need VT-x or AMD-V. */
  readonly requiresHardwareAssist?: Readonly<Partial<Record<VirtualizationMode, boolean>>>;
}

/** Bytes that the VMM takes of its host for a guest of this size, on top of the guest's own. Pure. */
export type MemoryOverhead = (guest: Amount) => number;

/** What placement knows of a host. */
export interface HostView {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** Cordoned: no new VM, whatever it tolerates. */
  readonly unschedulable: boolean;
  readonly ready: boolean;
  /** Why it is not ready, in a word: `Crashed`. */
  readonly notReadyReason?: string;
  readonly hypervisor: HypervisorView;
  readonly hardwareAssist: boolean;
  /** For guests: after the host OS, the VMM and overcommitment. */
  readonly allocatable: { readonly cpuMillis: number; readonly memoryBytes: number };
  /** What the VMM takes for itself for a guest. Another function stands for other figures. */
  readonly memoryOverhead: MemoryOverhead;
  /** Only rebalancing looks at it. @defaultValue 0 */
  readonly pricePerHour?: number;
}

/** Near, or away from, the VMs of the same namespace that the selector matches. */
export interface AffinityTerm {
  readonly selector: LabelSelector;
  /** @defaultValue 'kubernetes.io/hostname' */
  readonly topologyKey?: string;
  /** Absent: a must. Else the weight of a wish, 1..100. */
  readonly preferred?: number;
}

/** Whether what keeps a VM from a host also keeps the host out of a spread. */
export type InclusionPolicy = 'Honor' | 'Ignore';

/** Spread the VMs of the same namespace that the selector matches evenly over the domains of a key. */
export interface TopologySpread {
  readonly topologyKey: string;
  readonly selector: LabelSelector;
  /** Whom of those it counts, where not all: the VMs of the same revision, in an update. */
  readonly counted?: LabelSelector;
  /** Largest allowed difference between a domain and the emptiest one. @defaultValue 1 */
  readonly maxSkew?: number;
  /** A must, or a wish. @defaultValue 'DoNotSchedule' */
  readonly whenUnsatisfiable?: 'DoNotSchedule' | 'ScheduleAnyway';
  /** Honor: it does not go by hosts that the VM's selectors and mode exclude. @defaultValue 'Honor' */
  readonly nodeAffinityPolicy?: InclusionPolicy;
  /** Honor: nor by those that are not ready, cordoned or tainted beyond what it tolerates. @defaultValue 'Honor' */
  readonly nodeTaintsPolicy?: InclusionPolicy;
  /** Nobody asked for it: a strategy that somebody asked for goes first. @defaultValue false */
  readonly isImplicit?: boolean;
}

/** `VirtualMachine.spec.placement`. Treat as immutable: answers are remembered by its identity. */
export interface PlacementRules {
  /** Labels that the host must have. */
  readonly hostSelector?: Labels;
  /** Names of the hypervisors allowed; empty or absent: all. */
  readonly hypervisors?: readonly string[];
  readonly affinity?: readonly AffinityTerm[];
  readonly antiAffinity?: readonly AffinityTerm[];
  readonly topologySpread?: readonly TopologySpread[];
  readonly tolerations?: readonly Toleration[];
}

/** A VM that wants a host, or has one. */
export interface VmRequest {
  /** `namespace/name`. */
  readonly key: string;
  readonly labels: Labels;
  /** Whose share of the hosts it counts to. @defaultValue '' */
  readonly party?: string;
  readonly cpuMillis: number;
  /** The guest's own memory, without what the VMM adds. */
  readonly memoryBytes: number;
  /** Absent: the hypervisor's first mode that the guest can run. */
  readonly mode?: VirtualizationMode;
  /** The guest's OS carries the para-virtualization code. */
  readonly paravirtualized: boolean;
  readonly placement: PlacementRules;
  /** Higher ones may displace lower ones. @defaultValue 0 */
  readonly priority?: number;
  /** When it started, ms of world time; only preemption looks at it. @defaultValue 0 */
  readonly startedAtMs?: number;
  /** It is leaving its host: it takes room there, but no spread counts it any more. @defaultValue false */
  readonly going?: boolean;
}

/** The topology key whose value is the host's own name where the label is missing. */
export const hostnameKey = 'kubernetes.io/hostname';

/** The namespace of a `namespace/name` key. */
export function namespaceOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}

/** The host's value of a topology key; undefined when it is in no domain of that key. */
export function topologyValue(host: HostView, topologyKey: string): string | undefined {
  return host.labels[topologyKey] ?? (topologyKey === hostnameKey ? host.name : undefined);
}
