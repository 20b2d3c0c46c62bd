import { compareText } from '../base/listing.ts';
import { type VerticalDecision } from './vertical.ts';

export interface ResizeCandidate {
  readonly name: string;
  readonly decision: VerticalDecision;
  /** Its resize is under way, or it is down for another reason. */
  readonly disturbed: boolean;
}

/**
 * The VMs to resize now, in order: those that grow first, then the larger difference, then the name.
 * At most half of the target's VMs, and at least one, are disturbed at a time; those that already are
 * count towards that.
 */
export function planResizes(candidates: readonly ResizeCandidate[], replicas: number): readonly string[] {
  const disturbed = candidates.filter((one) => one.disturbed).length;
  const budget = Math.max(1, Math.floor(0.5 * replicas)) - disturbed;
  return candidates
    .filter((one) => !one.disturbed && one.decision.type === 'Resize')
    .sort(
      (a, b) =>
        Number(b.decision.grows) - Number(a.decision.grows) ||
        b.decision.difference - a.decision.difference ||
        compareText(a.name, b.name),
    )
    .slice(0, Math.max(0, budget))
    .map((one) => one.name);
}
