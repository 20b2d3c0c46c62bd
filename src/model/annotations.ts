import { type ObjectMeta } from './object.ts';

/** Annotations by which commands ask controllers for something that is no lasting wish of a manifest. */
export const annotations = {
  /** On a VirtualMachine with runPolicy Manual: `On` or `Off`. */
  power: 'vctl.dev/power',
  /** A counter: each new value asks for one restart. */
  restart: 'vctl.dev/restart',
  /**
   * On a VM or a pool: `Restart`, another size comes about by restarting, even where it could live; `Live`, it comes
   * about while the guest runs or not at all.
   */
  resize: 'vctl.dev/resize',
  /** Name of a host that the VM is to leave: live where the hypervisor can, else by a restart elsewhere. */
  moveFrom: 'vctl.dev/move-from',
  /** On a VM, or a pool's template: its weight behind load balancers, 0 to 9999. */
  weight: 'vctl.dev/weight',
  /** Why a pool was changed, for its history: kubectl's own name. */
  changeCause: 'kubernetes.io/change-cause',
  /** On a pool's template: world time at which all its VMs were asked to be replaced. */
  restartedAt: 'vctl.dev/restarted-at',
  /** Name of the host that the VM is to move to, with `moveFrom`. */
  moveTo: 'vctl.dev/move-to',
} as const;

/** Labels that controllers put on what they make. */
export const labels = {
  /** Hash of the template that a pool's VM was made from. */
  revision: 'vctl.dev/revision',
  pool: 'vctl.dev/pool',
  application: 'vctl.dev/application',
  tier: 'vctl.dev/tier',
  tenant: 'vctl.dev/tenant',
  /** Name of the instance set (tenancy.ts) that the object belongs to. */
  set: 'vctl.dev/set',
} as const;

/** The metadata with this annotation; undefined takes it away. */
export function withAnnotation<T extends ObjectMeta>(
  metadata: T,
  name: string,
  value: string | undefined,
): T {
  if (metadata.annotations?.[name] === value) return metadata;
  const { [name]: _old, ...others } = metadata.annotations ?? {};
  return { ...metadata, annotations: value === undefined ? others : { ...others, [name]: value } };
}
