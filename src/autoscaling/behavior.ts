/**
 * How fast and how far each direction may go, with the defaults of autoscaling/v2.
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#default-behavior
 */
import { parseQuantity } from '../base/quantity.ts';
import { type Tolerance } from './sizing.ts';

/** A limit on the rate: at most `value` VMs, or `value` percent, within a period. */
export interface RatePolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodMs: number;
}

/** One direction. */
export interface DirectionRules {
  /** How far back wishes are looked at; 0 acts at once. */
  readonly windowMs: number;
  /** Max: the policy that allows the largest change counts; Min: the smallest; Disabled: no change. */
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly RatePolicy[];
}

export interface Behavior {
  readonly up: DirectionRules;
  readonly down: DirectionRules;
  readonly tolerance: Tolerance;
}

/** One direction as a manifest writes it; each absent field takes its default by itself. */
export interface ScalingRulesSpec {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: 'Max' | 'Min' | 'Disabled';
  readonly policies?: readonly {
    readonly type: 'Pods' | 'Percent';
    readonly value: number;
    readonly periodSeconds: number;
  }[];
  /** A quantity: `0.05`, `50m`. */
  readonly tolerance?: number | string;
}

export interface BehaviorSpec {
  readonly scaleUp?: ScalingRulesSpec;
  readonly scaleDown?: ScalingRulesSpec;
}

/** The kube-controller-manager's `--horizontal-pod-autoscaler-tolerance`. */
export const defaultTolerance = 0.1;

const defaultUp: DirectionRules = {
  windowMs: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Percent', value: 100, periodMs: 15_000 },
    { type: 'Pods', value: 4, periodMs: 15_000 },
  ],
};

const defaultDown: DirectionRules = {
  windowMs: 300_000,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodMs: 15_000 }],
};

/** The behaviour with every default filled in. The spec has passed admission. */
export function resolveBehavior(spec: BehaviorSpec = {}): Behavior {
  return {
    up: resolveRules(spec.scaleUp, defaultUp),
    down: resolveRules(spec.scaleDown, defaultDown),
    tolerance: { up: toleranceOf(spec.scaleUp), down: toleranceOf(spec.scaleDown) },
  };
}

function resolveRules(spec: ScalingRulesSpec | undefined, defaults: DirectionRules): DirectionRules {
  const windowSeconds = spec?.stabilizationWindowSeconds;
  return {
    windowMs: windowSeconds === undefined ? defaults.windowMs : windowSeconds * 1000,
    selectPolicy: spec?.selectPolicy ?? defaults.selectPolicy,
    policies: spec?.policies?.length
      ? spec.policies.map(({ type, value, periodSeconds }) => ({
          type,
          value,
          periodMs: periodSeconds * 1000,
        }))
      : defaults.policies,
  };
}

function toleranceOf(spec: ScalingRulesSpec | undefined): number {
  return (spec?.tolerance === undefined ? undefined : parseQuantity(spec.tolerance)) ?? defaultTolerance;
}
