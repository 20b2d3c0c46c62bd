/** What the world is asked for on behalf of a LoadBalancer. Pure. */
import { durationMs } from '../../base/duration.ts';
import { type LoadBalancer } from '../../model/kinds/index.ts';
import { type BalancerRequest, type OutlierDetection, type RequestQueue } from '../../model/ports.ts';
import { type Member } from './members.ts';

/** Its name on the world's network. */
export function balancerName({ metadata }: LoadBalancer): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

export function requestOf(balancer: LoadBalancer, members: readonly Member[]): BalancerRequest {
  const { algorithm, serviceTime, healthCheck, sessionAffinity, calls = [] } = balancer.spec;
  const outlierDetection = outlierRules(balancer);
  return {
    name: balancerName(balancer),
    algorithm,
    serviceTimeMs: durationMs(serviceTime),
    // Objects that were stored before the field was there have none: as by default.
    serviceVariation: balancer.spec.serviceVariation ?? 1,
    queue: queueOf(balancer),
    healthCheck: {
      intervalMs: durationMs(healthCheck.interval),
      healthyThreshold: healthCheck.healthyThreshold,
      unhealthyThreshold: healthCheck.unhealthyThreshold,
    },
    panicThreshold: panicShare(balancer.spec.panicThreshold),
    ...(outlierDetection ? { outlierDetection } : {}),
    ...(sessionAffinity ? { affinity: sessionAffinity } : {}),
    backends: members.map(({ uid, weight, draining }) => ({ machineUid: uid, weight, draining })),
    calls: calls.map((call) => `${balancer.metadata.namespace ?? ''}/${call}`),
  };
}

/** `50%` as 0.5. Objects that were stored before the field was there have none: as by default. */
function panicShare(threshold: string | undefined): number {
  return Number.parseInt(threshold ?? '50%', 10) / 100;
}

/** What waits at each of its backends. */
export function queueOf({ spec: { queue } }: LoadBalancer): RequestQueue {
  const { limit = 1024, timeout } = queue ?? {};
  return timeout === undefined ? { limit } : { limit, timeoutMs: durationMs(timeout) };
}

function outlierRules({ spec }: LoadBalancer): OutlierDetection | undefined {
  const { outlierDetection: rules } = spec;
  return (
    rules && {
      consecutiveFailures: rules.consecutiveFailures,
      // The world knows whole milliseconds.
      intervalMs: Math.max(1, Math.round(durationMs(rules.interval))),
      baseEjectionMs: durationMs(rules.baseEjection),
      maxEjectionMs: durationMs(rules.maxEjection),
      maxEjected: rules.maxEjectionPercent / 100,
    }
  );
}
