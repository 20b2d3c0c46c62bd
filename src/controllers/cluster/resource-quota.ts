import { type ConditionInput } from '../../model/conditions.ts';
import { type Kind, kindNames, kinds, type ResourceQuota } from '../../model/kinds/index.ts';
import { isTerminating, keyOf, type KubeObject, type ObjectKey } from '../../model/object.ts';
import { type Figures, figureText, limitsOf } from '../../model/quota.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controller, type Watch } from '../../engine/controller.ts';
import { quotas } from './quota-index.ts';

/** Tells what the objects of a namespace take of a quota. Holding them to it is for whoever makes them. */
export const resourceQuotaController = controller<'ResourceQuota'>({
  kind: 'ResourceQuota',
  watches: Object.fromEntries(kindNames.filter((kind) => kinds[kind].namespaced).map(watched)),
  reconcile(quota, turn) {
    if (isTerminating(quota)) return {};
    const present = turn.cache.index(quotas).present(quota.metadata.namespace ?? '');
    const used: Record<string, string> = {};
    for (const { constraint, measure } of limitsOf(quota)) {
      used[constraint] = figureText(measure, present[measure] ?? 0);
    }
    turn.updateStatus(quota, { hard: quota.spec.hard, used }, [readiness(quota, present)]);
    return {};
  },
});

function watched(kind: Kind): [Kind, Watch] {
  return [kind, quotasAbove];
}

/** The quotas that count an object differently than before: a change of its status is no news. */
function quotasAbove(object: KubeObject, cache: ObjectCache, other: KubeObject | undefined): ObjectKey[] {
  if (other?.spec === object.spec && other !== undefined) return [];
  return cache
    .index(quotas)
    .of(object.metadata.namespace ?? '')
    .map(keyOf);
}

function readiness(quota: ResourceQuota, present: Figures): ConditionInput {
  const limits = limitsOf(quota);
  const over = limits.filter(({ measure, hard }) => (present[measure] ?? 0) > hard);
  const full = limits.filter(({ measure, hard }) => (present[measure] ?? 0) === hard);
  const names = (list: typeof limits): string => list.map(({ constraint }) => constraint).join(', ');
  const condition = { type: 'Ready', status: 'True' } as const;
  if (over.length > 0) {
    const message = `more is there than ${names(over)} allows: it stays, and no more is let in`;
    return { ...condition, reason: 'Exceeded', message };
  }
  if (full.length > 0) {
    return { ...condition, reason: 'Exhausted', message: `no more of ${names(full)} is let in` };
  }
  return { ...condition, reason: 'WithinLimits', message: 'there is room below every limit' };
}
