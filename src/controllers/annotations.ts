/** Annotations by which commands ask controllers for something that is no lasting wish of a manifest. */
export const annotations = {
  /** On a VirtualMachine with runPolicy Manual: `On` or `Off`. */
  power: 'vctl.dev/power',
  /** A counter: each new value asks for one restart. */
  restart: 'vctl.dev/restart',
  /** Name of a host that the VM is to leave: live where the hypervisor can, else by a restart elsewhere. */
  moveFrom: 'vctl.dev/move-from',
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
