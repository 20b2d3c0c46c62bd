/** What the operating system knows about processes, for the lease. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { hasRebooted, type LeaseHolder, type Liveness } from './lease.ts';

/** This process. Where there is no /proc, less is known and expiry decides more often. */
export function currentHolder(): LeaseHolder {
  return {
    pid: process.pid,
    host: hostname(),
    bootId: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    startTicks: startTicksOf(process.pid),
  };
}

/** Whether a process of this host, seen in this process's pid namespace, still runs. */
export function probeHolder(holder: LeaseHolder): Liveness {
  if (hasRebooted(currentHolder(), holder) || !pidExists(holder.pid)) return 'Gone';
  const startTicks = startTicksOf(holder.pid);
  if (startTicks === undefined || holder.startTicks === undefined) return 'Unproven';
  return startTicks === holder.startTicks ? 'Running' : 'Gone';
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat. The second, the command's name in parentheses, may hold spaces itself. */
function startTicksOf(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
