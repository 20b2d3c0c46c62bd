export interface HealthThresholds {
  /** Checks in a row that must pass before an unhealthy backend gets traffic, >= 1. */
  readonly healthyThreshold: number;
  /** Checks in a row that must fail before a healthy one gets none, >= 1. */
  readonly unhealthyThreshold: number;
}

/** What active health checks know of one backend. */
export interface Health {
  readonly healthy: boolean;
  /** Checks in a row that spoke against `healthy`; always below its threshold. */
  readonly against: number;
}

/** Before it has passed its first checks a backend gets no traffic. */
export const unchecked: Health = { healthy: false, against: 0 };

/**
 * The state after a check has passed or failed: it turns after as many in a row as the threshold says, and one to the
 * contrary starts the count anew. That holds for a new backend too, so that a guest gets traffic only once it has
 * answered `healthyThreshold` times (HAProxy's `rise`; Envoy lets a single success do at first).
 * Returns the same object when nothing has changed.
 */
export function checkHealth(health: Health, passed: boolean, thresholds: HealthThresholds): Health {
  if (passed === health.healthy) return health.against === 0 ? health : { ...health, against: 0 };
  const against = health.against + 1;
  return against >= threshold(passed, thresholds) ? { healthy: passed, against: 0 } : { ...health, against };
}

/** Checks still needed, all with this outcome, until the state turns to it; 0 when it is there. */
export function checksUntil(health: Health, passed: boolean, thresholds: HealthThresholds): number {
  return passed === health.healthy ? 0 : threshold(passed, thresholds) - health.against;
}

/** At least one check, whatever the thresholds. */
function threshold(passed: boolean, { healthyThreshold, unhealthyThreshold }: HealthThresholds): number {
  return Math.max(1, passed ? healthyThreshold : unhealthyThreshold);
}
