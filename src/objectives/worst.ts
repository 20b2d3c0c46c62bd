import { type Values } from './recording.ts';

export interface Limits {
  readonly below?: number;
  readonly above?: number;
}

/** Steps between two bad stretches that do not part them: a minute at the usual 15 s. */
const gapSteps = 4;

/**
 * The stretch of steps (`from` to before `to`) beyond a limit that adds up to the most; the earlier one of equals.
 * Undefined when no single step is beyond the limit.
 */
export function worstStretch(
  values: Values,
  from: number,
  to: number,
  limits: Limits,
): { readonly from: number; readonly to: number } | undefined {
  let worst: { from: number; to: number; excess: number } | undefined;
  let open: { from: number; to: number; excess: number } | undefined;
  for (let step = from; step < to; step++) {
    const excess = excessOf(values[step] ?? NaN, limits);
    if (!(excess > 0)) continue;
    if (open && step - open.to <= gapSteps) {
      open.to = step + 1;
      open.excess += excess;
    } else open = { from: step, to: step + 1, excess };
    if (worst === undefined || open.excess > worst.excess) worst = open;
  }
  return worst && { from: worst.from, to: worst.to };
}

/** How far beyond, plus a little for being so at all: a value on the limit itself is missed. */
function excessOf(value: number, { below = Infinity, above = -Infinity }: Limits): number {
  if (value >= below) return value - below + Number.EPSILON;
  if (value <= above) return above - value + Number.EPSILON;
  return 0;
}
