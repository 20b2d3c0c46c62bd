/**
 * How large each VM should be, from what its target has used.
 * Source: the vertical pod autoscaler's recommender (kubernetes/autoscaler, recommender/logic and /model).
 */
import {
  addSamples,
  cpuShape,
  type HistogramShape,
  type HistogramState,
  memoryShape,
  percentile,
} from './histogram.ts';

/** Cores and bytes. */
export interface Resources {
  readonly cpu: number;
  readonly memory: number;
}

export const resourceNames = ['cpu', 'memory'] as const;
export type ResourceName = (typeof resourceNames)[number];

/** The highest memory of one window, over all VMs of the target: they share one size. */
export interface MemoryWindow {
  readonly endMs: number;
  /** By usage; 0: none yet. */
  readonly peak: number;
  /** What an out-of-memory in this window showed to be needed; 0: there was none. */
  readonly outOfMemory: number;
}

/** What is remembered of a target's usage. Plain JSON of bounded size. */
export interface UsageState {
  readonly cpu: HistogramState;
  /** Oldest first, at most eight. */
  readonly memory: readonly MemoryWindow[];
  readonly firstSampleMs: number;
  readonly lastSampleMs: number;
  readonly samples: number;
}

/** One VM's usage at one moment. */
export interface UsageSample extends Resources {
  readonly atMs: number;
}

/** The size of one resource that is recommended, and the range of sizes that is left alone. */
export interface Estimate {
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
}

/** Absent where nothing was measured. */
export type Recommendation = Readonly<Partial<Record<ResourceName, Estimate>>> & {
  /** In days of complete samples: below 1 the bounds are wide, far above it they are the percentiles. */
  readonly confidence: number;
};

export interface RecommenderOptions {
  /** How fast the past is forgotten. @defaultValue 24 h */
  readonly halfLifeMs?: number;
}

const dayMs = 86_400_000;
const mebi = 2 ** 20;
const cpuSampleWeight = 0.1;
const memoryWindowMs = dayMs;
const memoryWindows = 8;
/** What usage may grow by before the next change. */
export const safetyMargin = 1.15;
const outOfMemoryRatio = 1.2;
const outOfMemoryBytes = 100 * mebi;
/** No VM is recommended less than this. */
export const floorResources: Resources = { cpu: 0.025, memory: 250 * mebi };
const samplesPerDay = 24 * 60;

/** The state with these samples, in order of time; an absent one is new. No samples change nothing. */
export function recordUsage(
  state: UsageState | undefined,
  samples: readonly UsageSample[],
  options: RecommenderOptions = {},
): UsageState | undefined {
  const [first] = samples;
  if (!first) return state;
  const cpu = samples.map((sample) => ({ value: sample.cpu, weight: cpuSampleWeight, atMs: sample.atMs }));
  const times = samples.map(({ atMs }) => atMs);
  return {
    cpu: addSamples(withHalfLife(cpuShape, options), state?.cpu, cpu),
    memory: samples.reduce((windows, { memory, atMs }) => {
      return updateWindow(windows, atMs, (window) => ({ ...window, peak: Math.max(window.peak, memory) }));
    }, state?.memory ?? []),
    firstSampleMs: Math.min(state?.firstSampleMs ?? Infinity, ...times),
    lastSampleMs: Math.max(state?.lastSampleMs ?? -Infinity, ...times),
    samples: (state?.samples ?? 0) + samples.length,
  };
}

/**
 * The state after a VM with `requestBytes` ran out of memory: more than it had is needed. Built on the peak
 * by usage, not on what an earlier out-of-memory recorded, so that repeats do not compound.
 */
export function recordOutOfMemory(
  state: UsageState | undefined,
  requestBytes: number,
  atMs: number,
): UsageState {
  const from: UsageState = state ?? {
    cpu: { referenceMs: atMs, buckets: [] },
    memory: [],
    firstSampleMs: atMs,
    lastSampleMs: atMs,
    samples: 0,
  };
  const base = Math.max(requestBytes, from.memory.at(-1)?.peak ?? 0);
  const needed = Math.max(base * outOfMemoryRatio, base + outOfMemoryBytes);
  const memory = updateWindow(from.memory, atMs, (window) => {
    return { ...window, outOfMemory: Math.max(window.outOfMemory, needed) };
  });
  return { ...from, memory };
}

function updateWindow(
  windows: readonly MemoryWindow[],
  atMs: number,
  change: (window: MemoryWindow) => MemoryWindow,
): readonly MemoryWindow[] {
  const last = windows.at(-1);
  // What arrives after its window has closed is too old to matter.
  if (last && atMs < last.endMs - memoryWindowMs) return windows;
  if (last && atMs < last.endMs) return [...windows.slice(0, -1), change(last)];
  const skipped = last ? Math.floor((atMs - last.endMs) / memoryWindowMs) * memoryWindowMs : 0;
  const endMs = (last?.endMs ?? atMs) + skipped + memoryWindowMs;
  const kept = windows.filter((window) => window.endMs > endMs - memoryWindows * memoryWindowMs);
  return [...kept, change({ endMs, peak: 0, outOfMemory: 0 })];
}

/**
 * Target (90th percentile), lower bound (50th) and upper bound (95th), each with the margin, the bounds the
 * wider the less is known: after a single sample 0 and Infinity. The floors hold for all three.
 */
export function recommend(state: UsageState, options: RecommenderOptions = {}): Recommendation {
  const days = (state.lastSampleMs - state.firstSampleMs) / dayMs;
  const confidence = Math.min(days, state.samples / samplesPerDay);
  const memory = memoryHistogram(state, options);
  return {
    cpu: estimate(withHalfLife(cpuShape, options), state.cpu, floorResources.cpu, confidence),
    memory: estimate(withHalfLife(memoryShape, options), memory, floorResources.memory, confidence),
    confidence,
  };
}

function estimate(
  shape: HistogramShape,
  histogram: HistogramState,
  floor: number,
  confidence: number,
): Estimate | undefined {
  if (histogram.buckets.length === 0) return undefined;
  const padded = (share: number, factor: number): number =>
    Math.max(floor, percentile(shape, histogram, share) * safetyMargin * factor);
  return {
    target: padded(0.9, 1),
    lower: padded(0.5, (1 + 0.001 / confidence) ** -2),
    upper: padded(0.95, 1 + 1 / confidence),
  };
}

function memoryHistogram(state: UsageState, options: RecommenderOptions): HistogramState {
  const peaks = state.memory.map(({ endMs, peak, outOfMemory }) => ({
    value: Math.max(peak, outOfMemory),
    weight: 1,
    atMs: endMs,
  }));
  return addSamples(withHalfLife(memoryShape, options), undefined, peaks);
}

function withHalfLife(shape: HistogramShape, options: RecommenderOptions): HistogramShape {
  return options.halfLifeMs === undefined ? shape : { ...shape, halfLifeMs: options.halfLifeMs };
}
