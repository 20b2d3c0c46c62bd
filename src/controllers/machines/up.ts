import { type VirtualMachine } from '../../model/kinds/index.ts';

type Status = NonNullable<VirtualMachine['status']>;

const up: readonly NonNullable<Status['phase']>[] = ['Running', 'Resizing', 'Migrating'];

/** True for a VM whose guest is up: its hours are VM hours, and cost what they cost. */
export function isUp(status: Pick<Status, 'phase'> | undefined): boolean {
  return status?.phase !== undefined && up.includes(status.phase);
}
