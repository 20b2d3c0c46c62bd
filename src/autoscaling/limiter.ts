import { spacedDuration } from './text.ts';

/** The first five as in autoscaling/v2's ScalingLimited, the rest for what it says elsewhere. */
export type LimiterReason =
  | 'DesiredWithinRange'
  | 'TooFewReplicas'
  | 'TooManyReplicas'
  | 'ScaleUpLimit'
  | 'ScaleDownLimit'
  | 'ScaleUpStabilized'
  | 'ScaleDownStabilized'
  | 'ScalingDisabled'
  | 'MetricsUnavailable';

/** What kept the size from being the wish; DesiredWithinRange: nothing did. */
export interface Limiter {
  readonly reason: LimiterReason;
  readonly message: string;
}

/** Each limiter with its sentence. */
export const limiters = {
  none: (): Limiter => ({ reason: 'DesiredWithinRange', message: 'nothing limited the wish' }),
  disabled: (): Limiter => ({
    reason: 'ScalingDisabled',
    message: 'the size is 0 although the minimum is above it: set a size above 0 to scale again',
  }),
  unreadable: (message: string): Limiter => ({ reason: 'MetricsUnavailable', message }),
  aboveMax: (current: number, max: number, by?: string): Limiter => ({
    reason: 'TooManyReplicas',
    message: `the size ${current} was above the maximum ${max}${of(by)}`,
  }),
  belowMin: (current: number, min: number, by?: string): Limiter => ({
    reason: 'TooFewReplicas',
    message: `the size ${current} was below the minimum ${min}${of(by)}`,
  }),
  tooMany: (wanted: number, max: number, by?: string): Limiter => ({
    reason: 'TooManyReplicas',
    message: `${wanted} wanted, above the maximum ${max}${of(by)}`,
  }),
  tooFew: (wanted: number, min: number, by?: string): Limiter => ({
    reason: 'TooFewReplicas',
    message: `${wanted} wanted, below the minimum ${min}${of(by)}`,
  }),
  upRate: (wanted: number, limit: number): Limiter => ({
    reason: 'ScaleUpLimit',
    message: `${wanted} wanted, the scale-up rate allows ${limit} now`,
  }),
  downRate: (wanted: number, limit: number): Limiter => ({
    reason: 'ScaleDownLimit',
    message: `${wanted} wanted, the scale-down rate allows ${limit} now`,
  }),
  upStabilized: (stabilized: number, windowMs: number): Limiter => ({
    reason: 'ScaleUpStabilized',
    message: `the lowest wish of the last ${spacedDuration(windowMs)} allows ${stabilized}`,
  }),
  downStabilized: (stabilized: number, windowMs: number): Limiter => ({
    reason: 'ScaleDownStabilized',
    message: `the highest wish of the last ${spacedDuration(windowMs)} keeps ${stabilized}`,
  }),
};

/** Whose the limit is, where it is not the policy's own. */
function of(by: string | undefined): string {
  return by === undefined ? '' : ` of ${by}`;
}
