/** A vector that a step takes to itself. */

export interface FixedPointOptions {
  /** When no component changes by more than this in a step, it is found. */
  readonly within: number;
  /** Components lie between these. */
  readonly least: number;
  readonly most: number;
  readonly turns: number;
}

/** So many steps are looked back upon. */
const depth = 4;

/**
 * The fixed point of `step`, from `start`; after `turns` steps the last one. What is taken next is, of all weighted means
 * of the last few steps, the one that would change least if the step were linear.
 *
 * Source: Anderson, Iterative Procedures for Nonlinear Integral Equations, 1965; Walker and Ni 2011.
 */
export function fixedPoint(
  start: Float64Array,
  step: (x: Float64Array) => Float64Array,
  { within, least, most, turns }: FixedPointOptions,
): Float64Array {
  let x = start;
  const images: Float64Array[] = [];
  const changes: Float64Array[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const image = step(x);
    const change = image.map((value, i) => value - (x[i] ?? 0));
    if (change.every((value) => Math.abs(value) <= within)) return image;
    images.push(image);
    changes.push(change);
    if (images.length > depth) {
      images.shift();
      changes.shift();
    }
    const weights = leastChange(changes);
    x = new Float64Array(start.length);
    images.forEach((one, at) => {
      const weight = weights[at] ?? 0;
      for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) + weight * (one[i] ?? 0);
    });
    for (let i = 0; i < x.length; i++) x[i] = Math.max(least, Math.min(most, x[i] ?? 0));
  }
  return x;
}

/** Weights, which add up to 1, of the mean of the vectors that is shortest: by the normal equations. */
function leastChange(vectors: readonly Float64Array[]): readonly number[] {
  const products = vectors.map((a) => vectors.map((b) => dot(a, b)));
  // Vectors that nearly lie in one line would get weights without measure.
  const shift = 1e-10 * products.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  const solved = solve(products.map((row, i) => row.map((value, j) => (i === j ? value + shift : value))));
  const total = solved.reduce((sum, value) => sum + value, 0);
  return solved.map((value) => value / total);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** The solution of `rows` x = (1, …, 1), for a positive definite matrix: by elimination. */
function solve(rows: readonly number[][]): number[] {
  const n = rows.length;
  const a = rows.map((row) => [...row, 1]);
  const at = (i: number, j: number): number => a[i]?.[j] ?? 0;
  for (let i = 0; i < n; i++) {
    for (let below = i + 1; below < n; below++) {
      const factor = at(below, i) / at(i, i);
      a[below] = (a[below] ?? []).map((value, j) => value - factor * at(i, j));
    }
  }
  const x = Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let rest = at(i, n);
    for (let j = i + 1; j < n; j++) rest -= at(i, j) * (x[j] ?? 0);
    x[i] = rest / at(i, i);
  }
  return x;
}
