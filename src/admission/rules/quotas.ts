/** What a namespace's quotas let in, judged over a whole apply; and what a quota itself may say. */
import { parseQuantity } from '../../base/quantity.ts';
import { type ResourceQuota, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import {
  askedBy,
  constraints,
  excessText,
  exceededBy,
  type Figures,
  type Limit,
  limitsOf,
  type Measure,
  plus,
} from '../../model/quota.ts';
import { didYouMean, error, oneOf, pointerTo, type Problem } from '../problem.ts';

export function quotaProblems(quota: ResourceQuota, subject: string): Problem[] {
  return Object.entries(quota.spec.hard).flatMap(([constraint, value]): Problem[] => {
    const path = pointerTo('/spec/hard', constraint);
    const measure = constraints().get(constraint);
    if (measure === undefined) {
      const names = [...constraints().keys()];
      const message = `${subject}: nothing is known by the name "${constraint}"${didYouMean(constraint, names)}`;
      return [error('UNKNOWN_CONSTRAINT', path, message, `write ${oneOf(names)}`)];
    }
    const counts = measure !== 'cpu' && measure !== 'memory';
    if (!counts || Number.isInteger(parseQuantity(value))) return [];
    return [error('OUT_OF_RANGE', path, `${subject}: ${constraint} must be a whole number, not ${value}`)];
  });
}

/** An object as it is and as it is to be; absent where there is none. */
export interface Change {
  readonly before?: KubeObject;
  readonly after?: KubeObject;
}

/** What the quotas of one namespace are judged against. */
export interface QuotaScope {
  /** As they will stand after the changes. */
  readonly quotas: readonly ResourceQuota[];
  /** What all objects of the namespace ask for before the changes. */
  readonly asked: Figures;
}

/**
 * The problems of each change of one namespace, in their order. The changes are one: what some give up, others may
 * take. What stays or shrinks is always let in, and of those that grow, only the ones that no longer fit are refused.
 */
export function admitToQuota(changes: readonly Change[], { quotas, asked }: QuotaScope): Problem[][] {
  const limits = quotas.flatMap(limitsOf);
  if (limits.length === 0) return changes.map(() => []);
  const deltas = changes.map(({ before, after }) =>
    plus(after ? askedBy(after) : {}, before ? askedBy(before) : {}, -1),
  );
  let used = deltas.reduce((sum, delta) => plus(sum, part(delta, -1)), asked);
  return changes.map((change, index) => {
    const more = part(deltas[index] ?? {}, 1);
    const exceeded = exceededBy(limits, used, more);
    if (exceeded.length === 0) {
      used = plus(used, more);
      return [];
    }
    return [problemOf(change, exceeded, used, more)];
  });
}

/** Only what grows (1), or only what shrinks (-1). */
function part(delta: Figures, sign: 1 | -1): Figures {
  return Object.fromEntries(Object.entries(delta).filter(([, amount]) => sign * amount > 0));
}

function problemOf(
  { before, after }: Change,
  exceeded: readonly Limit[],
  used: Figures,
  more: Figures,
): Problem {
  const { kind, metadata } = after ?? before ?? { kind: '', metadata: { name: '' } };
  const names = [...new Set(exceeded.map(({ quota }) => quota))];
  const message = `${kind}/${metadata.name} is refused: ${excessText(exceeded, used, more)}`;
  const help = `ask for less, or raise spec.hard of ${names.map((name) => `quota/${name}`).join(', ')} in namespace ${metadata.namespace ?? ''}`;
  return error('QUOTA_EXCEEDED', placeOf(before, after, exceeded[0]?.measure), message, help);
}

/** The field that asks for too much. */
function placeOf(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  measure: Measure | undefined,
): string {
  const field = measure === 'cpu' || measure === 'memory' ? `/resources/${measure}` : '';
  if (after?.kind === 'VirtualMachine') return field === '' ? '' : `/spec${field}`;
  if (after?.kind !== 'VirtualMachinePool' || measure === 'VirtualMachinePool') return '';
  const replicas = (before as VirtualMachinePool | undefined)?.spec.replicas;
  const grows = replicas !== (after as VirtualMachinePool).spec.replicas;
  return grows || field === '' ? '/spec/replicas' : `/spec/template/spec${field}`;
}
