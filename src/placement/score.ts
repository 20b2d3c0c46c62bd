/**
 * The scores of a host by what would be allocated of it, 0..100, with the scheduler's own integer divisions.
 * Source: kubernetes/kubernetes pkg/scheduler/framework/plugins/noderesources (least_allocated.go,
 * most_allocated.go, balanced_allocation.go, requested_to_capacity_ratio.go).
 */
import { assertNever } from '../base/errors.ts';

export type Strategy = 'LeastAllocated' | 'MostAllocated' | 'BalancedAllocation' | 'RequestedToCapacityRatio';

/** A point of the piecewise linear function from utilization (percent) to score. */
export interface ShapePoint {
  /** 0..100, ascending from point to point. */
  readonly utilization: number;
  /** 0..100. */
  readonly score: number;
}

export interface CapacityScoring {
  /** @defaultValue 'LeastAllocated' */
  readonly strategy?: Strategy;
  /** Weights of the two resources in the mean; BalancedAllocation has none. @defaultValue 1 each */
  readonly resourceWeights?: { readonly cpu: number; readonly memory: number };
  /** For RequestedToCapacityRatio. @defaultValue from 0 at 0 % to 100 at 100 %: bin packing */
  readonly shape?: readonly ShapePoint[];
}

const evenWeights = { cpu: 1, memory: 1 };
const packingShape: readonly ShapePoint[] = [
  { utilization: 0, score: 0 },
  { utilization: 100, score: 100 },
];

/** Scores a host: `cpu` and `memory` requested (the new VM included) of what is allocatable. */
export type CapacityScore = (
  requestedCpu: number,
  allocatableCpu: number,
  requestedMemory: number,
  allocatableMemory: number,
) => number;

/** The scoring function of a strategy. Its answers are whole numbers, 0..100. */
export function capacityScore(scoring: CapacityScoring = {}): CapacityScore {
  const strategy = scoring.strategy ?? 'LeastAllocated';
  const { cpu, memory } = scoring.resourceWeights ?? evenWeights;
  switch (strategy) {
    case 'LeastAllocated':
      return (rc, ac, rm, am) => weightedMean(least(rc, ac), cpu, least(rm, am), memory);
    case 'MostAllocated':
      return (rc, ac, rm, am) => weightedMean(most(rc, ac), cpu, most(rm, am), memory);
    case 'BalancedAllocation':
      return (rc, ac, rm, am) => balanced(fraction(rc, ac), fraction(rm, am));
    case 'RequestedToCapacityRatio': {
      const shape = scoring.shape ?? packingShape;
      return (rc, ac, rm, am) => positiveMean(ratio(shape, rc, ac), cpu, ratio(shape, rm, am), memory);
    }
    default:
      return assertNever(strategy);
  }
}

function least(requested: number, allocatable: number): number {
  if (allocatable <= 0 || requested > allocatable) return 0;
  return Math.floor(((allocatable - requested) * 100) / allocatable);
}

function most(requested: number, allocatable: number): number {
  if (allocatable <= 0) return 0;
  return Math.floor((Math.min(requested, allocatable) * 100) / allocatable);
}

function fraction(requested: number, allocatable: number): number {
  return allocatable <= 0 ? 1 : Math.min(1, requested / allocatable);
}

/** The standard deviation of two fractions is half their distance. */
function balanced(a: number, b: number): number {
  return Math.trunc((1 - Math.abs(a - b) / 2) * 100);
}

function ratio(shape: readonly ShapePoint[], requested: number, allocatable: number): number {
  if (allocatable <= 0 || requested > allocatable) return interpolate(shape, 100);
  return interpolate(shape, Math.trunc((requested * 100) / allocatable));
}

function interpolate(shape: readonly ShapePoint[], utilization: number): number {
  let before: ShapePoint | undefined;
  for (const point of shape) {
    if (utilization <= point.utilization) {
      if (before === undefined) return point.score;
      const rise = (point.score - before.score) * (utilization - before.utilization);
      return before.score + Math.trunc(rise / (point.utilization - before.utilization));
    }
    before = point;
  }
  return before?.score ?? 0;
}

function weightedMean(a: number, weightA: number, b: number, weightB: number): number {
  const weights = weightA + weightB;
  return weights === 0 ? 0 : Math.floor((a * weightA + b * weightB) / weights);
}

/** A resource whose score is 0 is left out of the mean, which rounds half up. */
function positiveMean(a: number, weightA: number, b: number, weightB: number): number {
  const weights = (a > 0 ? weightA : 0) + (b > 0 ? weightB : 0);
  return weights === 0 ? 0 : Math.round((a * weightA + b * weightB) / weights);
}
