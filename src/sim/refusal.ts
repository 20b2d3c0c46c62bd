import { type Acceptance } from '../model/ports.ts';

/** The answer to a request that is obeyed, or needs nothing done. */
export const accepted: Acceptance = { ok: true };

/** The answer to a request that cannot be obeyed in the present state; `reason` is for people. */
export function refused(reason: string): Acceptance {
  return { ok: false, reason };
}
