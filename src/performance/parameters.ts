import { type Architecture, type WorkloadProfile } from '../model/ports.ts';

/** Families of guest OS that boot and weigh alike. */
export type GuestFamily = 'linux' | 'windows' | 'unikernel';

/** Every number of the performance model that a hypervisor product may set for itself. */
export interface PerformanceParameters {
  readonly overhead: {
    /**
     * k of each profile: the time spent on trapping and emulating under hosted full virtualization, as a
     * share of the native time. @defaultValue fitted to Barham et al., SOSP 2003, Fig. 3
     */
    readonly trapping: Readonly<Record<WorkloadProfile, number>>;
    /** a: how much of k / (1 + k) is left with hypercalls instead of traps. @defaultValue 0.068, same fit */
    readonly paravirtualization: number;
    /** h: share of k that the way through the host OS causes; a bare-metal VMM saves it. @defaultValue 0.5 */
    readonly hostPath: number;
    /**
     * What hardware assistance leaves of the trap share of k: cycles of an exit in 2014 over those in 2005.
     * @defaultValue 531 / 1926
     */
    readonly hardwareAssist: number;
  };
  /** Memory that one guest costs the hypervisor, in bytes. */
  readonly memory: {
    readonly fixed: number;
    readonly perCpu: number;
    /** For each GiB of guest memory. */
    readonly perGiB: number;
  };
  readonly migration: {
    /** Bytes a second on the migration network. @defaultValue 1.25e9, 10 Gbit/s */
    readonly bandwidth: number;
    /** Bytes a second that a fully busy vCPU dirties. */
    readonly dirtyRate: number;
    /** Writable working set as a share of the used memory, 0..1. */
    readonly workingSet: number;
    /** Longest pause aimed at, ms. @defaultValue 20 */
    readonly downtime: number;
    /** Rounds after which the guest is stopped in any case. @defaultValue 30 */
    readonly rounds: number;
    /** Share of its speed that a guest loses while it is copied, 0..0.99. @defaultValue 0.12 */
    readonly slowdown: number;
  };
  readonly boot: {
    /** Bytes a second at which an image reaches the host. @defaultValue 200e6 */
    readonly imageRate: number;
    /** Median times until a guest is usable, ms. */
    readonly linux: number;
    readonly windows: number;
    readonly unikernel: number;
    /** Time to clone the disk of a guest from the copy of its image that is on the host, ms. @defaultValue 1000 */
    readonly clone: number;
    /** Share of an undisturbed boot that goes by waiting for the disk, 0..1; the rest is CPU time. @defaultValue 0.3 */
    readonly disk: number;
    /** By how much each further boot on the host at the same time lengthens the waits for the disk. @defaultValue 0.34 */
    readonly diskSharing: number;
    /** Standard deviation of the logarithm of the boot time; 0 makes every boot the median. */
    readonly spread: number;
    /** Median time until a switched-on host takes guests, ms. */
    readonly host: number;
  };
  readonly contention: {
    /** Share of the CPU lost with 128 guests wanting to run, at slices of 5 ms. @defaultValue 0.075 */
    readonly loss: number;
    /** The scheduler's time slice, ms. @defaultValue 5 */
    readonly slice: number;
  };
}

const mib = 2 ** 20;

/**
 * k by profile. Hosted full virtualization is matched by construction: native over VMware Workstation 3.2 of
 * Barham et al., "Xen and the Art of Virtualization", SOSP 2003, Fig. 3, less 1.
 */
const trapping: Readonly<Record<WorkloadProfile, number>> = {
  Compute: 0.023,
  Build: 0.271,
  FileServer: 0.35,
  Database: 1.153,
  Web: 2.451,
  Oltp: 7.612,
};

const bareMetal: PerformanceParameters = {
  overhead: { trapping, paravirtualization: 0.068, hostPath: 0.5, hardwareAssist: 531 / 1926 },
  // Fitted to VMware's table of virtual machine overhead memory, vSphere 6.x, within 0.4 %.
  memory: { fixed: 14.33 * mib, perCpu: 4 * mib, perGiB: 7.61 * mib },
  // The rules of Clark et al., NSDI 2005, on the 10 GbE of today. Dirty rate and working set are assumptions
  // within the range that the paper measured (SPECint to SPECweb); its web server went from 870 to 765 Mbit/s meanwhile.
  migration: {
    bandwidth: 1.25e9,
    dirtyRate: 16e6,
    workingSet: 0.25,
    downtime: 20,
    rounds: 30,
    slowdown: 0.12,
  },
  // A local datacentre with the image store on 10 GbE; medians are those of a cloud image with its services.
  // Public clouds are slower: the tests hold the measured ones. A server's power-on self-test dominates `host`.
  // A clone is a copy-on-write layer: a second to make it is an assumption. `disk` and `diskSharing` are fitted to 312
  // means of boots on four hosts (Auliya et al., Journal of Cloud Computing 13, 2024: NCU-VMDataset), within 5.1 % on the mean.
  boot: {
    ...{ imageRate: 200e6, linux: 12_000, windows: 45_000, unikernel: 500, spread: 0.2, host: 90_000 },
    ...{ clone: 1000, disk: 0.3, diskSharing: 0.34 },
  },
  // Barham et al.: 128 domains on one machine reach 7.5 % less in sum with slices of 5 ms.
  contention: { loss: 0.075, slice: 5 },
};

/**
 * A hosted VMM boots its guests through the host OS, which slows a boot as it slows a kernel build (both are
 * processes, page faults and small files): the medians are those of bare metal times 1 + k(Build). The host
 * itself has an operating system to start.
 */
const hosted: PerformanceParameters = {
  ...bareMetal,
  // A VMM process: 30 MiB of its own, 16 MiB of video memory, 8 MiB a vCPU, page tables of 1/512 of the memory.
  // Source: KubeVirt's accounting of QEMU, pkg/virt-controller/services (GetMemoryOverhead).
  memory: { fixed: 46 * mib, perCpu: 8 * mib, perGiB: 2 * mib },
  boot: {
    ...bareMetal.boot,
    linux: 12_000 * (1 + trapping.Build),
    windows: 45_000 * (1 + trapping.Build),
    unikernel: 500 * (1 + trapping.Build),
    host: 120_000,
  },
};

/** The defaults of an architecture. Where the mode matters, the formulas take it as an argument. */
export function defaultParameters(architecture: Architecture): PerformanceParameters {
  return architecture === 'Hosted' ? hosted : bareMetal;
}
