/** Sizes in steps worth a resize. */
import { type ResourceName, type Resources } from './recommender.ts';

const granularity: Resources = { cpu: 0.001, memory: 2 ** 20 };

/** Rounded up to whole millicores or MiB, then within the limits. */
export function clampSize(name: ResourceName, value: number, min: Resources, max: Resources): number {
  // Whole numbers of steps, so that 0.1 + 0.2 cores is 300 millicores and not 301.
  const steps = Math.ceil(value / granularity[name] - 1e-6);
  const rounded = name === 'cpu' ? steps / 1000 : steps * granularity.memory;
  return Math.min(Math.max(rounded, min[name]), max[name]);
}

/**
 * The next size up of 1, 1.5, 2, 3, 4, 6, 8 … cores or MiB (and half, a quarter … of them), then within the limits.
 * For what follows the load from minute to minute: a morning of ten times the load is seven steps, not two dozen of the
 * tenth that a tolerance lets pass. What goes by a history of days has its own rules and needs none.
 * The recommender of VPA rounds likewise, by `--round-cpu-millicores` and `--round-memory-bytes`.
 */
export function steppedSize(name: ResourceName, value: number, min: Resources, max: Resources): number {
  return clampSize(name, stepUp(value / unit[name]) * unit[name], min, max);
}

const unit: Resources = { cpu: 1, memory: 2 ** 20 };

function stepUp(value: number): number {
  if (!(value > 0)) return 0;
  const lower = 2 ** Math.floor(Math.log2(value));
  // A value that is a step but for the last bits is that step.
  const step = [lower, 1.5 * lower].find((one) => value <= one * (1 + 1e-9));
  return step ?? 2 * lower;
}
