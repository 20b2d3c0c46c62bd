/** How a VM comes to another size: in place, else by way of a host with room, else by a restart. Pure. */
import { type UpdateMode } from '../../autoscaling/vertical.ts';

/** What decides it. The questions about other hosts are only asked when they matter. */
export interface ResizeSituation {
  readonly update: UpdateMode;
  /** What is to change and its hypervisor cannot change while the guest runs, if anything. */
  readonly fixed: 'CPU' | 'memory' | undefined;
  readonly liveMigration: boolean;
  /** Its host has room for the new size. */
  readonly fitsHere: boolean;
  /** A host that a running guest could move to has room: a sentence why not, if so. */
  readonly elsewhereLive: () => string | undefined;
  /** Any host has room for it once it is stopped: a sentence why not, if so. */
  readonly elsewhereStopped: () => string | undefined;
}

export type ResizeMethod =
  /** While it runs. */
  | { readonly type: 'InPlace' }
  /** It moves to a host with room, live; what follows there is another question. */
  | { readonly type: 'Migrate'; readonly why: string }
  | { readonly type: 'Restart'; readonly why: string }
  /** It is made anew on another host. */
  | { readonly type: 'Relocate'; readonly why: string }
  /** It keeps its size. */
  | { readonly type: 'Refused'; readonly reason: 'NoHeadroom' | 'NotLive'; readonly why: string };

/** The ways that are allowed, the one to try first in front. A move may come before a restart, too. */
export const waysOf: Readonly<Record<UpdateMode, readonly ResizeMethod['type'][]>> = {
  Live: ['InPlace', 'Migrate'],
  Restart: ['Restart'],
  Auto: ['InPlace', 'Migrate', 'Restart'],
};

/** The least disturbing of the ways that are open and allowed. */
export function resizeMethod(situation: ResizeSituation): ResizeMethod {
  const { update, fixed, liveMigration, fitsHere } = situation;
  const whyDown =
    update === 'Restart'
      ? 'its resources are to change by a restart'
      : `its hypervisor cannot change its ${fixed} while it runs`;
  const byLive = fixed === undefined && update !== 'Restart';
  if (fitsHere) {
    if (byLive) return { type: 'InPlace' };
    if (update !== 'Live') return { type: 'Restart', why: whyDown };
    return { type: 'Refused', reason: 'NotLive', why: `${whyDown}, and it is not to restart` };
  }
  const full = 'its host has no room';
  const noLive = liveMigration ? situation.elsewhereLive() : 'its hypervisor has no live migration';
  // Also before a restart: the move costs no time that way.
  if (noLive === undefined && (byLive || update !== 'Live')) return { type: 'Migrate', why: full };
  if (update === 'Live') {
    const why = noLive === undefined ? whyDown : `${full}, and it cannot move while it runs: ${noLive}`;
    return { type: 'Refused', reason: noLive === undefined ? 'NotLive' : 'NoHeadroom', why };
  }
  const nowhere = situation.elsewhereStopped();
  if (nowhere === undefined) return { type: 'Relocate', why: `${full}, and it cannot move while it runs` };
  return { type: 'Refused', reason: 'NoHeadroom', why: `${full}, nor has another: ${nowhere}` };
}
