/** What a policy asks for by the time of day: its schedules, and the forecast of its own load. Pure. */
import { toTimestamp } from '../../base/clock.ts';
import { durationMs } from '../../base/duration.ts';
import { type ScalingPolicy, type ScalingPolicySpec } from '../../model/kinds/index.ts';
import { parseCron } from '../../autoscaling/cron.ts';
import { demandOf } from '../../autoscaling/demand.ts';
import { type MetricResult } from '../../autoscaling/metrics.ts';
import { observeDemand, predictFloor, type SeasonState } from '../../autoscaling/predict.ts';
import { type Schedule, type ScheduleInForce } from '../../autoscaling/schedule.ts';
import { labelled } from '../../autoscaling/text.ts';
import { type Floor } from '../../autoscaling/wish.ts';

/** The policy's schedules. Expressions were checked at admission: one that cannot be read never holds. */
export function schedulesOf({ horizontal }: ScalingPolicySpec): readonly Schedule[] {
  return (horizontal?.schedules ?? []).flatMap(({ cron, duration, ...rest }) => {
    const parsed = parseCron(cron);
    return parsed.ok ? [{ ...rest, cron: parsed.cron, durationMs: durationMs(duration) }] : [];
  });
}

/** `schedule  office: at least 5 until 2000-01-03 18:00:00`. */
export function scheduleLines(inForce: readonly ScheduleInForce[]): string[] {
  return inForce.map(({ schedule: { name, replicas, minReplicas }, untilMs }) => {
    const size = replicas === undefined ? `at least ${minReplicas}` : `just ${replicas}`;
    const until = toTimestamp(untilMs).replace('T', ' ').replace('Z', '');
    return labelled('schedule', `${name}: ${size} until ${until}`);
  });
}

export interface Forecast {
  readonly season?: SeasonState;
  /** None while there is none to trust, or while it is only watched. */
  readonly floors: readonly Floor[];
  readonly status: NonNullable<NonNullable<ScalingPolicy['status']>['forecast']>;
}

/**
 * Learns from what the metrics ask for, and foretells. `factor` is how much more each VM carries than when the manifest
 * was written: demand is remembered in VMs of that size.
 */
export function forecastOf(
  predictive: NonNullable<NonNullable<ScalingPolicySpec['horizontal']>['predictive']>,
  season: SeasonState | undefined,
  metrics: readonly MetricResult[],
  now: { readonly replicas: number; readonly factor: number; readonly nowMs: number },
): Forecast {
  const { replicas, factor, nowMs } = now;
  const demand = demandOf(metrics, replicas);
  const learned = demand === undefined ? season : observeDemand(season, demand * factor, nowMs);
  const prediction = predictFloor(learned, nowMs, {
    leadMs: durationMs(predictive.lead),
    maxError: Number(predictive.maxError),
    carries: factor,
  });
  const found = prediction.type === 'Floor';
  const error = learned && learned.compared > 0 ? `${Math.round(learned.error * 1000) / 10} %` : undefined;
  const watched =
    found && !predictive.enabled ? ', not used: spec.horizontal.predictive.enabled is false' : '';
  return {
    ...(learned ? { season: learned } : {}),
    floors: found && predictive.enabled ? [prediction.floor] : [],
    status: {
      ...(found ? { floor: prediction.floor.replicas } : {}),
      ...(error === undefined ? {} : { error }),
      message: `${prediction.message}${watched}`,
    },
  };
}
