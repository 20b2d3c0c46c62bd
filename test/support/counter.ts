import { uniform } from '../../src/base/random.ts';

/** Gives whole numbers below the one asked for, the same ones for the same seed. */
export function counter(seed: number): (below: number) => number {
  let drawn = 0;
  return (below) => Math.floor(uniform(seed, 'test', drawn++) * below);
}
