/**
 * How long things take in the world, in whole ms: the performance model's formulas with draws from the seed.
 * A draw depends on the seed, what it is for, the kind and the name of the thing and how often it has done this: not on
 * its uid, nor on the order in which things came, and nothing has to be remembered.
 */
import { randomStream, uniform } from '../base/random.ts';
import { type MachineRequest } from '../model/ports.ts';
import { bootMs, hostBootMs, imageCopyMs } from '../performance/boot.ts';
import { type PerformanceParameters } from '../performance/parameters.ts';

/** From power to taking guests. `count` is how often the host has powered on before. */
export function powerOnMs(
  seed: number,
  name: string,
  count: number,
  parameters: PerformanceParameters,
): number {
  const normal = randomStream(seed, `power-on/Host/${name}`, count).normal();
  return Math.round(hostBootMs(parameters, normal));
}

/** The copy of an image of `bytes` to a host that copies nothing else. */
export function copyMs(bytes: number, parameters: PerformanceParameters): number {
  return Math.round(imageCopyMs(bytes, parameters));
}

/** From start to usable. `count` is how many operations the machine has begun before. */
export function guestBootMs(
  seed: number,
  request: MachineRequest,
  count: number,
  parameters: PerformanceParameters,
): number {
  const normal = randomStream(seed, `boot/${identityOf(request)}`, count).normal();
  return Math.round(bootMs(request.guestOS, parameters, normal));
}

/** An orderly shutdown: 2 to 4 s, evenly (an assumption: systemd units given seconds to end). */
export function shutdownMs(seed: number, request: MachineRequest, count: number): number {
  return Math.round(2000 + 2000 * uniform(seed, `stop/${identityOf(request)}`, count));
}

/** Hot-plugging CPU or memory: 1 to 2 s, evenly (an assumption: the guest has to bring it online). */
export function hotplugMs(seed: number, request: MachineRequest, count: number): number {
  return Math.round(1000 + 1000 * uniform(seed, `resize/${identityOf(request)}`, count));
}

/** Whose draw it is: uids would hang on when a machine was made. */
export function identityOf({ namespace, name }: MachineRequest): string {
  return `VirtualMachine/${namespace}/${name}`;
}
