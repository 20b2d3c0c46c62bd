/** In which order Syncs are applied, and which have to wait for others. Pure. */
import { findCondition, isTrue } from '../../model/conditions.ts';
import { type Sync } from '../../model/kinds/index.ts';
import { syncName } from './names.ts';

/** The names of the Syncs that this one depends on, as `namespace/name`. */
export function dependencyNames(sync: Sync): string[] {
  const own = sync.metadata.namespace ?? 'default';
  return sync.spec.dependsOn.map(({ name, namespace = own }) => `${namespace}/${name}`);
}

/** Each after those that it depends on; otherwise in the order given. Circles stay as they are. */
export function inDependencyOrder(syncs: readonly Sync[]): Sync[] {
  const byName = new Map(syncs.map((sync) => [syncName(sync), sync]));
  const order: Sync[] = [];
  const seen = new Set<Sync>();
  const visit = (sync: Sync): void => {
    if (seen.has(sync)) return;
    seen.add(sync);
    for (const name of dependencyNames(sync)) {
      const needed = byName.get(name);
      if (needed) visit(needed);
    }
    order.push(sync);
  };
  for (const sync of syncs) visit(sync);
  return order;
}

export interface Obstacle {
  readonly reason: 'DependencyNotFound' | 'DependencyNotReady' | 'DependencyCycle';
  readonly message: string;
  /** It does not go away by waiting. */
  readonly stalled: boolean;
}

/** Why a Sync must not be applied yet; undefined when all that it depends on is ready at its present spec. */
export function obstacleTo(sync: Sync, find: (name: string) => Sync | undefined): Obstacle | undefined {
  const circle = circleFrom(sync, find);
  if (circle) {
    const message = `it waits for itself: ${circle.join(' → ')}`;
    return { reason: 'DependencyCycle', message, stalled: true };
  }
  for (const name of dependencyNames(sync)) {
    const needed = find(name);
    if (!needed) return { reason: 'DependencyNotFound', message: `there is no Sync ${name}`, stalled: true };
    const { conditions, observedGeneration } = needed.status ?? {};
    if (isTrue(conditions, 'Ready') && observedGeneration === needed.metadata.generation) continue;
    const ready = findCondition(conditions, 'Ready');
    const why = ready === undefined ? '' : `: ${ready.message}`;
    return { reason: 'DependencyNotReady', message: `Sync ${name} is not ready${why}`, stalled: false };
  }
  return undefined;
}

function circleFrom(sync: Sync, find: (name: string) => Sync | undefined): string[] | undefined {
  const start = syncName(sync);
  const seen = new Set<string>();
  const search = (at: Sync, path: readonly string[]): string[] | undefined => {
    for (const name of dependencyNames(at)) {
      if (name === start) return [...path, name];
      const next = find(name);
      if (!next || seen.has(name)) continue;
      seen.add(name);
      const found = search(next, [...path, name]);
      if (found) return found;
    }
    return undefined;
  };
  return search(sync, [start]);
}
