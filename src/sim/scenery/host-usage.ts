import { type HostUsage } from '../../model/ports.ts';
import { watts } from '../../performance/cost.ts';
import { type Host } from '../hosts.ts';

/**
 * How busy a host is and what it draws, of its installed cores: what the host OS and the VMM reserve is in use, so that a
 * host with no core left is at 1 and draws its most. One without power uses none; one that powers on idles.
 *
 * `guestMillis` is the CPU that its guests use, millicores.
 */
export function hostUsageOf({ state, request }: Host, guestMillis: number): HostUsage {
  const { idleWatts, maxWatts, cpuMillis, reservedCpuMillis } = request;
  switch (state) {
    case 'Crashed':
      return { utilization: 0, watts: 0 };
    case 'PoweringOn':
      return { utilization: 0, watts: idleWatts };
    case 'On': {
      const utilization = cpuMillis > 0 ? Math.min(1, (reservedCpuMillis + guestMillis) / cpuMillis) : 0;
      return { utilization, watts: watts(idleWatts, maxWatts, utilization) };
    }
  }
}
