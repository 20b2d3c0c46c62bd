export interface HealthThresholds {
  /** Checks in a row that must pass before an unhealthy backend gets traffic, >= 1. */
  readonly healthyThreshold: number;
  /** Checks in a row that must fail before a healthy one gets none, >= 1. */
  readonly unhealthyThreshold: number;
}

/**
 * How many checks in a row, all with this outcome, turn a backend's health; 0 when it is already so. That holds for a
 * new backend too, which gets traffic only once it has passed `healthyThreshold` checks (HAProxy's `rise`; Envoy lets
 * a single success do at first). At least one check, whatever the thresholds.
 */
export function checksUntil(healthy: boolean, passed: boolean, thresholds: HealthThresholds): number {
  if (passed === healthy) return 0;
  return Math.max(1, passed ? thresholds.healthyThreshold : thresholds.unhealthyThreshold);
}
