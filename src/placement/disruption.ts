/** What a disruption budget demands: one of the two; a whole number or a percentage such as `25%`. */
export interface DisruptionRule {
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
}

/**
 * How many VMs of a budget's selector may be disrupted now.
 *
 * `expected` is the number that should be there, `healthy` the number that is ready. Percentages are of
 * `expected` and round up, both of them. A budget without a rule, or with one that cannot be read, allows
 * none: nothing is taken down on a guess.
 * Source: kubernetes/kubernetes pkg/controller/disruption/disruption.go
 */
export function disruptionsAllowed(rule: DisruptionRule, expected: number, healthy: number): number {
  const desiredHealthy = healthyWanted(rule, expected);
  return desiredHealthy === undefined || expected <= 0 ? 0 : Math.max(0, healthy - desiredHealthy);
}

/** How many of `expected` VMs a budget wants to be healthy; undefined when it cannot be read. */
export function healthyWanted(rule: DisruptionRule, expected: number): number | undefined {
  if (rule.minAvailable !== undefined) return resolve(rule.minAvailable, expected);
  const unavailable = rule.maxUnavailable === undefined ? undefined : resolve(rule.maxUnavailable, expected);
  return unavailable === undefined ? undefined : Math.max(0, expected - unavailable);
}

function resolve(value: number | string, expected: number): number | undefined {
  if (typeof value === 'number') return value;
  const percent = /^([0-9]+)%$/.exec(value)?.[1];
  if (percent !== undefined) return Math.ceil((Number(percent) * expected) / 100);
  return /^[0-9]+$/.test(value) ? Number(value) : undefined;
}
