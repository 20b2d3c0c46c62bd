/** What applying a revision's objects comes to, one by one: decided here, written by the caller in one transaction. */
import { deepEqual } from '../../base/deep.ts';
import { managers, mergeSchemaFor } from '../../engine/ownership.ts';
import { type IgnoreRule, withIgnored } from '../../gitops/ignore.ts';
import { applyObject } from '../../merge/apply.ts';
import { withDefaults } from '../../model/defaults.ts';
import { qualifiedName } from '../../model/kinds/index.ts';
import { update } from '../../model/lifecycle.ts';
import { type KubeObject } from '../../model/object.ts';
import { type Write } from '../../model/ports.ts';
import { commandManager } from '../apply/apply.ts';
import { type DesiredObject } from './desired.ts';
import { type Drift, driftOf } from './drift.ts';

export interface MergeContext {
  /** The field manager of the Sync. */
  readonly manager: string;
  readonly ignore: readonly IgnoreRule[];
  /** World time, ms. */
  readonly nowMs: number;
}

/** What becomes of one object. */
export interface Merge {
  readonly node: DesiredObject;
  readonly action: 'created' | 'configured' | 'unchanged' | 'failed';
  readonly before?: KubeObject;
  readonly after?: KubeObject;
  readonly write?: Write;
  /** Why it failed. */
  readonly error?: string;
  /** The fields that differ from what is live; only asked for when it matters. */
  readonly drift: () => readonly Drift[];
}

/**
 * Merges one object into the live one. What the command line owns passes to the Sync: the repository is where the
 * manifest lives now. Fields of an autoscaler stay its own; whoever else is in the way makes it fail.
 *
 * `formerManager` is the Sync that the object moves here from: what it owned and this one does not declare goes.
 */
export function mergeObject(
  node: DesiredObject,
  live: KubeObject | undefined,
  context: MergeContext,
  formerManager?: string,
): Merge {
  const { kind, object } = node.checked;
  const { manager, nowMs } = context;
  if (live?.metadata.deletionTimestamp !== undefined) {
    return failed(node, live, 'it is being deleted: it is applied again once it is gone');
  }
  const schema = mergeSchemaFor(kind);
  const result = applyObject({
    live: live && formerManager !== undefined ? handedOver(live, formerManager, manager) : live,
    applied: withIgnored(object, live, context.ignore),
    ...{ manager, schema, nowMs },
    equivalentManagers: [commandManager, ...(kind === 'VirtualMachinePool' ? [managers.pool] : [])],
    leave: (conflict) => conflict.manager === managers.scaling,
  });
  if (result.type === 'conflict') {
    const rivals = result.conflicts.map((one) => `${one.path} is owned by "${one.manager}"`);
    return failed(node, live, `${qualifiedName(kind, object.metadata.name)}: ${rivals.join(', ')}`);
  }
  const after = withDefaults(kind, result.object) as KubeObject;
  const drift = (): readonly Drift[] => driftOf(live, after, schema, manager);
  if (!live) return { node, action: 'created', after, write: { type: 'create', object: after }, drift };
  const transition = update(live, after);
  if (transition.type === 'unchanged' || deepEqual(live, transition.object)) {
    return { node, action: 'unchanged', before: live, after: live, drift };
  }
  return {
    ...{ node, before: live, after: transition.object, write: { type: 'update', object: after }, drift },
    // Who owns what may change without any field having another value: nothing that a person would call a change.
    action: driftOf(live, after, schema, manager).length === 0 ? 'unchanged' : 'configured',
  };
}

function failed(node: DesiredObject, before: KubeObject | undefined, error: string): Merge {
  return { node, action: 'failed', ...(before ? { before } : {}), error, drift: () => [] };
}

/** The object as if `to` had applied what `from` did. */
function handedOver(live: KubeObject, from: string, to: string): KubeObject {
  const entries = live.metadata.managedFields ?? [];
  if (entries.some(({ manager }) => manager === to)) return live;
  const managedFields = entries.map((entry) => (entry.manager === from ? { ...entry, manager: to } : entry));
  return { ...live, metadata: { ...live.metadata, managedFields } };
}
