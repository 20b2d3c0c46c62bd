/** Figures of objects other than a policy's target: read from the world, by name or by labels. */
import { type ScalingPolicy, type Traffic } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { latencyOf, type Total } from './inputs.ts';
import { type ScalingScene } from './scene.ts';

type Metric = ScalingPolicy['spec']['metrics'][number];

/** One a metric of the policy; undefined for those that the target and its load balancers answer themselves. */
export function totalsOf(
  { metadata, spec }: ScalingPolicy,
  scene: ScalingScene,
): readonly (Total | undefined)[] {
  const namespace = metadata.namespace ?? '';
  return spec.metrics.map(({ object, external }) => {
    if (object) return objectTotal(object, namespace, scene);
    return external && externalTotal(external, namespace, scene);
  });
}

function objectTotal(object: NonNullable<Metric['object']>, namespace: string, scene: ScalingScene): Total {
  const { kind, name } = object.describedObject;
  const found = scene.cache.get(kind, namespace, name);
  if (!found || isTerminating(found)) return { problem: `there is no ${kind}/${name}` };
  if (found.kind === 'Traffic') {
    const { unit } = found.spec;
    if (unit !== 'Requests') return { problem: `${kind}/${name} is a load of unit ${unit}, not requests` };
    return offeredBy(found, scene);
  }
  const seen = scene.world.balancer(`${namespace}/${name}`);
  if (!seen) return {};
  if (object.metric.name === 'latency') return { value: latencyOf(seen, 'p95') };
  if (object.metric.name === 'errorRate') return { value: seen.requestsPerSecond === 0 ? 0 : seen.errorRate };
  return { value: seen.requestsPerSecond };
}

function offeredBy({ metadata }: Traffic, scene: ScalingScene): Total {
  const seen = scene.world.traffic(`${metadata.namespace ?? ''}/${metadata.name}`);
  return seen ? { value: seen.offered } : {};
}

/** The sum of what the chosen traffics offer; those that do not flow offer nothing. */
function externalTotal(
  { metric }: NonNullable<Metric['external']>,
  namespace: string,
  scene: ScalingScene,
): Total {
  const chosen = scene.cache
    .list('Traffic', namespace)
    .filter((one) => one.spec.unit === 'Requests' && !isTerminating(one))
    .filter((one) => metric.selector === undefined || matchesSelector(metric.selector, one.metadata.labels));
  if (chosen.length === 0) {
    return { problem: metric.selector ? 'no Traffic matches its selector' : 'there is no Traffic' };
  }
  return { value: chosen.reduce((sum, one) => sum + (offeredBy(one, scene).value ?? 0), 0) };
}
