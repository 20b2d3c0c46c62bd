import { type PerformanceParameters } from './parameters.ts';

/**
 * Splits `capacity` among `demands` by weighted max-min fairness: nobody gets more than it wants, and what
 * a modest one leaves goes to the others in proportion to their weights (their vCPUs). In the order of `demands`;
 * the unit is the caller's (cores, millicores). Weights of 0 get what all others leave: nothing under contention.
 *
 * Source: Bertsekas and Gallager, Data Networks, 6.5.2; it is what proportional-share schedulers (Xen's credit
 * scheduler, Linux' CFS) tend to.
 */
export function fairShares(
  capacity: number,
  demands: ArrayLike<number>,
  weights: ArrayLike<number>,
): Float64Array {
  const shares = new Float64Array(demands.length);
  let wanted = 0;
  for (let i = 0; i < shares.length; i++) wanted += shares[i] = Math.max(0, demands[i] ?? 0);
  // Room for all: by far the most frequent case.
  if (wanted <= capacity) return shares;
  const need = (i: number): number => {
    const weight = weights[i] ?? 0;
    return weight > 0 ? (shares[i] ?? 0) / weight : Infinity;
  };
  // The most modest for their weight first; ties to the earlier, so that sums are reproducible.
  const order = Array.from(shares.keys())
    .filter((i) => (shares[i] ?? 0) > 0)
    .sort((a, b) => need(a) - need(b) || a - b);
  let left = Math.max(0, capacity);
  let weightLeft = 0;
  for (const i of order) weightLeft += Math.max(0, weights[i] ?? 0);
  for (const i of order) {
    const weight = Math.max(0, weights[i] ?? 0);
    const fair = weightLeft > 0 ? (left * weight) / weightLeft : left;
    const share = Math.min(shares[i] ?? 0, fair);
    shares[i] = share;
    left -= share;
    weightLeft -= weight;
  }
  return shares;
}

/** The number of domains and the cores of the machine on which the loss was measured. */
const measured = { domains: 128, cores: 2, sliceMs: 5 };

/**
 * Share of a host's CPU that does useful work, 0..1, when `runnable` guests' vCPUs want its `cores`. Switching
 * costs nothing while each has a core, then grows with the number that waits to the 7.5 % that was measured with
 * 128 domains, and no further; longer slices switch less often.
 *
 * Source: Barham et al., SOSP 2003, section 4.4 (128 domains, 5 ms slices, two CPUs); the line between is an
 * assumption.
 */
export function schedulingEfficiency(
  runnable: number,
  cores: number,
  { contention }: PerformanceParameters,
): number {
  const waiting = Math.max(0, runnable - cores) / (measured.domains - measured.cores);
  const loss = (contention.loss * Math.min(1, waiting) * measured.sliceMs) / contention.slice;
  return 1 - Math.min(1, loss);
}
