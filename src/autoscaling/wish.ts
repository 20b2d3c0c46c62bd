/** One wish out of several metrics and floors. */
import { type BrokenMetric, type MetricResult, type MetricWish } from './metrics.ts';

/** A size that something other than a metric asks for at least: a schedule, a forecast. */
export interface Floor {
  /** For explanations: `forecast`, `schedule weekdays`. */
  readonly source: string;
  readonly replicas: number;
}

export type Wish =
  | {
      readonly type: 'Wish';
      readonly replicas: number;
      /** The metric that wished it, if one did. */
      readonly metric?: MetricWish;
      /** The floor that raised it, if one did. */
      readonly floor?: Floor;
      /** No metric has anything to do, so none is wanted. */
      readonly idle: boolean;
      /** Metrics are broken, and only the floor speaks. */
      readonly problem?: BrokenMetric;
    }
  | { readonly type: 'Held'; readonly problem?: BrokenMetric; readonly message: string };

export interface WishInput {
  readonly current: number;
  readonly min: number;
  readonly metrics: readonly MetricResult[];
  readonly floors?: readonly Floor[];
}

/**
 * The largest of the metrics' wishes, raised by the floors. A broken metric might have wished for more, so
 * then nothing is wished that would shrink; floors still hold.
 */
export function chooseWish(input: WishInput): Wish {
  const wish = wishOfMetrics(input);
  const floor = highest(input.floors ?? []);
  const base = wish.type === 'Wish' ? wish.replicas : input.current;
  if (!floor || floor.replicas <= base) return wish;
  return { type: 'Wish', replicas: floor.replicas, floor, idle: false, problem: wish.problem };
}

function wishOfMetrics(input: WishInput): Wish {
  const wishes = input.metrics.filter((result) => result.ok);
  const problem = input.metrics.find((result) => !result.ok);
  const metric = largest(wishes);
  if (!metric) return { type: 'Held', problem, message: problem?.message ?? 'the policy has no metric' };
  const idle = isIdle(input, wishes);
  // Only a metric that can be measured without a VM may take the last one away: else nothing would wake it.
  const replicas = idle ? 0 : input.min === 0 ? Math.max(1, metric.wish) : metric.wish;
  if (problem && replicas < input.current) {
    const message = `${problem.message}, and the others would shrink to ${replicas}`;
    return { type: 'Held', problem, message };
  }
  return { type: 'Wish', replicas, metric, idle };
}

/** True when the policy may go to zero, some metric can tell whether there is work, and none sees any. */
function isIdle(input: WishInput, wishes: readonly MetricWish[]): boolean {
  const knowing = wishes.filter((wish) => wish.active !== undefined);
  return input.min === 0 && knowing.length > 0 && knowing.every((wish) => wish.active === false);
}

function largest(wishes: readonly MetricWish[]): MetricWish | undefined {
  return wishes.reduce<MetricWish | undefined>(
    (best, wish) => (best === undefined || wish.wish > best.wish ? wish : best),
    undefined,
  );
}

function highest(floors: readonly Floor[]): Floor | undefined {
  return floors.reduce<Floor | undefined>(
    (best, floor) => (best === undefined || floor.replicas > best.replicas ? floor : best),
    undefined,
  );
}
