/**
 * The arithmetic from values to numbers of VMs. Surge of a rollout is in the samples but not in `current`:
 * it may spread the load, yet it never makes a wish larger than the declared VMs alone would.
 */
import { type SampleGroups, type VmSample } from './readiness.ts';

/** How far from 1 the ratio may be without a change, per direction; the edges are inside. */
export interface Tolerance {
  readonly up: number;
  readonly down: number;
}

export interface MetricContext {
  /** The size that the target is set to now. */
  readonly current: number;
  readonly tolerance: Tolerance;
  readonly nowMs: number;
}

/** What a value asks for. */
export interface Sized {
  readonly wish: number;
  readonly ratio: number;
  readonly value: number;
}

interface Measured {
  readonly usage: number;
  readonly request: number;
}

/** What binary fractions leave over: 0.18 / 0.2 is 0.8999999999999999, and is meant as 0.9. */
const rounding = 1e-9;

/** Whole VMs for a fraction of one, but none more for what rounding has left over. */
function wholeVms(value: number): number {
  const nearest = Math.round(value);
  return nearest > 0 && Math.abs(value - nearest) < rounding ? nearest : Math.ceil(value);
}

/** True when the ratio is close enough to 1 to leave the size alone; both edges are inside. */
export function isWithinTolerance(ratio: number, tolerance: Tolerance): boolean {
  return 1 - tolerance.down - rounding <= ratio && ratio <= 1 + tolerance.up + rounding;
}

/** By percent of the requests, both divisions truncated: `floor(100 * sum(usage) / sum(request))`. */
export function sizeByUtilization(groups: SampleGroups, percent: number, context: MetricContext): Sized {
  // More than the whole request is believable only where the target itself is more than that.
  const fallback = Math.max(100, percent);
  return sizeBySamples(groups, context, {
    valueOf: (samples) => truncate((100 * sum(samples, (vm) => vm.usage)) / sum(samples, (vm) => vm.request)),
    target: percent,
    missingOnShrink: (vm) => truncate(((vm.request ?? 0) * fallback) / 100),
  });
}

/** By the average for each VM, truncated to `1 / steps` of its unit. */
export function sizeByAverage(
  groups: SampleGroups,
  target: number,
  steps: number,
  context: MetricContext,
): Sized {
  return sizeBySamples(groups, context, {
    valueOf: (samples) => truncate((steps * sum(samples, (vm) => vm.usage)) / samples.length) / steps,
    target,
    missingOnShrink: () => target,
  });
}

/** By one value of the whole target: `ceil(ratio * ready)`; from no VMs `ceil(ratio)`, without tolerance. */
export function sizeByValue(value: number, target: number, ready: number, context: MetricContext): Sized {
  const ratio = value / target;
  if (context.current === 0) return { wish: wholeVms(ratio), ratio, value };
  if (isWithinTolerance(ratio, context.tolerance)) return { wish: context.current, ratio, value };
  return { wish: scale(ratio, ready, context.current), ratio, value };
}

/** By a share for each VM of one total: `ceil(total / target)`. `value` is the present share. */
export function sizeByTotal(total: number, target: number, context: MetricContext): Sized {
  const { current } = context;
  if (current === 0) return { wish: wholeVms(total / target), ratio: total / target, value: total };
  const ratio = total / (target * current);
  const wish = isWithinTolerance(ratio, context.tolerance) ? current : wholeVms(total / target);
  return { wish, ratio, value: total / current };
}

interface Measure {
  readonly valueOf: (samples: readonly Measured[]) => number;
  readonly target: number;
  /** What a VM without a sample is taken to use when the others say that fewer would do. */
  readonly missingOnShrink: (vm: VmSample) => number;
}

function sizeBySamples(groups: SampleGroups, context: MetricContext, measure: Measure): Sized {
  const { current, tolerance } = context;
  const believed = groups.ready.map((vm) => measured(vm, vm.usage ?? 0));
  const value = measure.valueOf(believed);
  const ratio = value / measure.target;
  const keep: Sized = { wish: current, ratio, value };
  const growing = ratio > 1;
  if (groups.missing.length === 0 && !(growing && groups.unready.length > 0)) {
    if (isWithinTolerance(ratio, tolerance)) return keep;
    return { wish: scale(ratio, believed.length, current), ratio, value };
  }

  // The doubtful VMs are counted so that they damp the change: idle against growth, busy against shrinking.
  const doubtful = groups.missing.map((vm) => measured(vm, growing ? 0 : measure.missingOnShrink(vm)));
  if (growing) doubtful.push(...groups.unready.map((vm) => measured(vm, 0)));
  const samples = [...believed, ...(ratio === 1 ? [] : doubtful)];
  const damped = measure.valueOf(samples) / measure.target;
  const turned = (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1);
  if (turned || isWithinTolerance(damped, tolerance)) return keep;
  const wish = scale(damped, samples.length, current);
  return damped > 1 && wish < current ? keep : { wish, ratio, value };
}

/** `ceil(ratio * count)`; VMs beyond the declared size never make it grow. */
function scale(ratio: number, count: number, current: number): number {
  if (ratio > 1) return wholeVms(ratio * Math.min(count, current));
  return Math.min(wholeVms(ratio * count), current);
}

function measured(vm: VmSample, usage: number): Measured {
  return { usage, request: vm.request ?? 0 };
}

function sum(samples: readonly Measured[], valueOf: (vm: Measured) => number): number {
  return samples.reduce((total, vm) => total + valueOf(vm), 0);
}

/** Drops the fraction, but forgives the last bits of a binary one: 59.999999999 is 60. */
function truncate(value: number): number {
  return Math.floor(value + rounding);
}
