/** How guests come to their disks: by a copy of their image to the host, or by a clone of a copy. Pure. */
import { type MachineRequest } from '../model/ports.ts';
import { type Host } from './hosts.ts';
import { type Machine } from './machine.ts';
import { copyMs } from './timing.ts';

/** Images of one name and different sizes are different ones. */
export function imageName({ image, imageBytes }: MachineRequest): string {
  return `${image} ${imageBytes}`;
}

/** How a machine comes to its disk on a host with these others, and when it will have it, ms of world time. */
export function diskOf(
  request: MachineRequest,
  host: Host,
  residents: Iterable<Machine>,
  nowMs: number,
): { readonly disk: Machine['disk']; readonly endsAtMs: number } {
  const name = imageName(request);
  const cloneMs = Math.round(host.parameters.boot.clone);
  if (host.images.has(name)) return { disk: 'Cloned', endsAtMs: nowMs + cloneMs };
  const underWay = [...residents].filter(({ state }) => state === 'Provisioning');
  const copies = underWay.filter((machine) => imageName(machine.request) === name);
  if (copies.length > 0) {
    const copiedAtMs = Math.min(...copies.map(({ endsAtMs = Infinity }) => endsAtMs));
    return { disk: 'Cloned', endsAtMs: copiedAtMs + cloneMs };
  }
  const others = underWay.filter(({ disk }) => disk === 'Copied').map(({ endsAtMs = 0 }) => endsAtMs);
  const startMs = Math.max(nowMs, ...others);
  return { disk: 'Copied', endsAtMs: startMs + copyMs(request.imageBytes, host.parameters) };
}
