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
  /** False until the first check. */
  readonly checked: boolean;
}

/** Before its first check a backend gets no traffic. */
export const unchecked: Health = { healthy: false, against: 0, checked: false };

/**
 * The state after a check has passed or failed. The first check decides by itself, so that a new backend does not
 * wait; from then on it takes as many in a row as the threshold says, and one to the contrary starts the count anew.
 * Returns the same object when nothing has changed.
 * Source: Envoy, health checking (`healthy_threshold`: a single success is enough at startup).
 */
export function checkHealth(health: Health, passed: boolean, thresholds: HealthThresholds): Health {
  if (!health.checked) return { healthy: passed, against: 0, checked: true };
  if (passed === health.healthy) return health.against === 0 ? health : { ...health, against: 0 };
  const against = health.against + 1;
  const needed = passed ? thresholds.healthyThreshold : thresholds.unhealthyThreshold;
  return against >= needed ? { healthy: passed, against: 0, checked: true } : { ...health, against };
}

/** Checks still needed, all with this outcome, until the state turns to it; 0 when it is there. */
export function checksUntil(health: Health, passed: boolean, thresholds: HealthThresholds): number {
  if (health.checked && passed === health.healthy) return 0;
  if (!health.checked) return 1;
  return (passed ? thresholds.healthyThreshold : thresholds.unhealthyThreshold) - health.against;
}
