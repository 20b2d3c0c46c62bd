import { findCondition, isTrue } from '../../model/conditions.ts';
import { type VirtualMachinePool } from '../../model/kinds/index.ts';
import { shortName } from './summary.ts';

/** How an update stands. */
export interface RolloutStanding {
  /** SizeRefused: all VMs are of the template, and some keep another size for want of room. */
  readonly state: 'Complete' | 'UnderWay' | 'Paused' | 'Failed' | 'SizeRefused';
  /** For people. */
  readonly text: string;
}

/** How the update of a pool stands, by its conditions. Pure. */
export function rolloutStanding(pool: VirtualMachinePool): RolloutStanding {
  const { metadata, spec, status } = pool;
  const name = shortName(pool);
  if (status?.observedGeneration !== metadata.generation) {
    return { state: 'UnderWay', text: `${name}: its last change was not seen yet` };
  }
  const progressing = findCondition(status?.conditions, 'Progressing');
  const failure = findCondition(status?.conditions, 'ReplicaFailure');
  const held = failure?.status === 'True' ? `; no more VMs may be made: ${failure.message}` : '';
  const message = `${name}: ${progressing?.message ?? 'nothing is known yet'}${held}`;
  const reason = progressing?.reason;
  if (reason === 'RevisionRefused') return { state: 'Failed', text: message };
  if (isTrue(status?.conditions, 'RolledBack')) {
    return { state: 'Failed', text: `${name}: ${findCondition(status?.conditions, 'RolledBack')?.message}` };
  }
  if (spec.paused) return { state: 'Paused', text: message };
  // Nothing more comes about by itself: it asks again from time to time, and there has to be room first.
  if (reason === 'ResizeRefused') return { state: 'SizeRefused', text: message };
  if (reason === 'Complete') {
    return { state: 'Complete', text: `${name} successfully rolled out` };
  }
  return { state: reason === 'ProgressDeadlineExceeded' ? 'Failed' : 'UnderWay', text: message };
}
