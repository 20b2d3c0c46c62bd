/** Applies the objects of a revision in order: what is written now, what waits for others, what fails. Pure. */
import { type KubeObject, keyText, type ObjectKey } from '../../model/object.ts';
import { nameOf } from '../../gitops/plan.ts';
import { type DesiredObject } from './desired.ts';
import { healthOf, isWell } from './health.ts';
import { type Merge, mergeObject, type MergeContext } from './merge-set.ts';

export interface ApplySetInput extends MergeContext {
  readonly order: readonly DesiredObject[];
  readonly live: (key: ObjectKey) => KubeObject | undefined;
  /** True for what its controller is still busy with. */
  readonly isUnsettled: (keyText: string) => boolean;
  /** The field manager of the Sync that an object moves here from. */
  readonly formerManager: (key: ObjectKey) => string | undefined;
  /** Why an object must be left alone: it is another Sync's. */
  readonly refusal: (key: ObjectKey) => string | undefined;
  /** Only these key texts; absent: all. */
  readonly only?: ReadonlySet<string>;
  /** All or nothing: nobody waits, and one failure leaves everything as it is. */
  readonly atomic: boolean;
}

export interface ApplySet {
  /** Of the objects that were looked at, in order. */
  readonly merges: readonly Merge[];
  /** Objects that are applied once what they depend on is ready, with what that is. */
  readonly waiting: readonly { readonly node: DesiredObject; readonly on: ObjectKey }[];
}

export function applySet(input: ApplySetInput): ApplySet {
  const merges: Merge[] = [];
  const waiting: { node: DesiredObject; on: ObjectKey }[] = [];
  const standing = new Map<string, 'waiting' | 'failed' | 'changed'>();
  for (const node of input.order) {
    const text = keyText(node.key);
    if (input.only && !input.only.has(text)) continue;
    const obstacle = input.atomic ? undefined : obstacleOf(node, standing, input);
    if (obstacle?.type === 'waiting') {
      waiting.push({ node, on: obstacle.on });
      standing.set(text, 'waiting');
      continue;
    }
    const merge = obstacle
      ? failure(node, `it needs ${nameOf(obstacle.on)}, which failed`)
      : mergeOne(node, input);
    merges.push(merge);
    if (merge.action === 'failed') standing.set(text, 'failed');
    else if (merge.action !== 'unchanged') standing.set(text, 'changed');
  }
  return { merges, waiting };
}

function mergeOne(node: DesiredObject, input: ApplySetInput): Merge {
  const refusal = input.refusal(node.key);
  if (refusal !== undefined) return failure(node, refusal);
  return mergeObject(node, input.live(node.key), input, input.formerManager(node.key));
}

function failure(node: DesiredObject, error: string): Merge {
  return { node, action: 'failed', error, drift: () => [] };
}

/** What stands in an object's way: something that failed or waits itself, or, if it asked so, is not ready. */
function obstacleOf(
  node: DesiredObject,
  standing: ReadonlyMap<string, 'waiting' | 'failed' | 'changed'>,
  input: ApplySetInput,
): { readonly type: 'waiting' | 'failed'; readonly on: ObjectKey } | undefined {
  for (const on of [...node.after, ...node.references]) {
    const state = standing.get(keyText(on));
    if (state === 'waiting' || state === 'failed') return { type: state, on };
  }
  const on = node.after.find((key) => {
    const text = keyText(key);
    // What is changed right now is not ready yet, whatever its status of before says.
    return standing.get(text) === 'changed' || !isWell(healthOf(input.live(key), input.isUnsettled(text)));
  });
  return on && { type: 'waiting', on };
}
