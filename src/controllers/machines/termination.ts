/** A guest that has gone down by itself: what is kept of it, and when it is started again. Pure. */
import { fromTimestamp, toTimestamp } from '../../base/clock.ts';
import { spacedDuration } from '../../autoscaling/text.ts';
import { formatMemory, humanMemory, memoryBytes } from '../../base/quantity.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type MachineObservation, type Termination } from '../../model/ports.ts';

type Status = NonNullable<VirtualMachine['status']>;
type LastTermination = NonNullable<Status['lastTermination']>;

/** A guest that has lived this long is not in a loop. Kubernetes' own, as are the waits below. */
const stableMs = 600_000;
const firstWaitMs = 10_000;
const longestWaitMs = 300_000;

/** The status field for what the world has seen; undefined when it says so already. */
export function newTermination(
  { status }: VirtualMachine,
  machine: MachineObservation | undefined,
): LastTermination | undefined {
  const seen = machine?.lastTermination;
  const known = status?.lastTermination;
  if (!seen || known?.finishedAt === toTimestamp(seen.atMs)) return undefined;
  return {
    reason: seen.reason,
    startedAt: toTimestamp(seen.startedAtMs),
    finishedAt: toTimestamp(seen.atMs),
    memory: formatMemory(seen.memoryBytes),
    count: seen.atMs - seen.startedAtMs < stableMs ? (known?.count ?? 0) + 1 : 0,
  };
}

/** What happened, for an event. */
export function terminationText({ startedAtMs, atMs, memoryBytes: bytes }: Termination): string {
  const lived = spacedDuration(atMs - startedAtMs);
  return `out of memory ${lived} after its start: its programs wanted more than ${humanMemory(bytes)}`;
}

/**
 * Until when the guest is not started again, ms of world time: at once after the first time, then 10 s, doubled each
 * time that it goes down within 10 min of its start, up to 5 min. One that has been given more memory since need not
 * wait.
 */
export function backOffEndsAtMs({ status }: VirtualMachine, machine: MachineObservation): number {
  const last = status?.lastTermination;
  if (!last || last.count < 2 || machine.memoryBytes > memoryBytes(last.memory)) return -Infinity;
  return fromTimestamp(last.finishedAt) + Math.min(longestWaitMs, firstWaitMs * 2 ** (last.count - 2));
}
