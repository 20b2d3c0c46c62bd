/** The Traffic that goes to an object, found without a walk over all of it. */
import { type ObjectCache } from '../../engine/cache.ts';
import { keyIndex } from '../../engine/cache-index.ts';
import { type Traffic } from '../../model/kinds/index.ts';

/** By `kind/namespace/name` of its target; without a name, when it finds its targets by a selector. */
export const trafficByTarget = keyIndex('Traffic', ({ metadata, spec: { to } }) => [
  `${to.kind}/${metadata.namespace ?? ''}/${to.name ?? ''}`,
]);

/**
 * The Traffic that names this target, in a stable order. For a VirtualMachine also all that finds its targets by
 * a selector in the namespace, whether it matches or not.
 */
export function trafficTo(cache: ObjectCache, kind: string, namespace: string, name: string): Traffic[] {
  const index = cache.index(trafficByTarget);
  const named = index.at(`${kind}/${namespace}/${name}`);
  return kind === 'VirtualMachine' ? [...named, ...index.at(`${kind}/${namespace}/`)] : named;
}
