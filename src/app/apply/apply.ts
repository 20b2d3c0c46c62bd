/** Server-side apply of many objects as one transaction: all of them, or, when one is refused, none. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { deepEqual } from '../../base/deep.ts';
import { type CheckedObject } from '../../manifest/check.ts';
import { placed } from '../../manifest/load.ts';
import { applyObject, type Conflict } from '../../merge/apply.ts';
import { mergeSchemaFor, managers } from '../../engine/ownership.ts';
import { withDefaults } from '../../model/defaults.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { qualifiedName } from '../../model/kinds/index.ts';
import { update } from '../../model/lifecycle.ts';
import { type KubeObject } from '../../model/object.ts';
import { type Write } from '../../model/ports.ts';
import { type LiveSnapshot } from '../live.ts';
import { quotaProblemsOf } from './quota-check.ts';
import { type State, worldTime } from '../state.ts';

/** The name under which the command line owns the fields of manifests and of imperative commands. */
export const commandManager = 'vctl';

export interface AppliedObject {
  /** `virtualmachine.vctl.dev/web-0`, and the namespace where there is one. */
  readonly name: string;
  readonly namespace?: string;
  readonly action: 'created' | 'configured' | 'unchanged' | 'pruned';
  readonly before?: KubeObject;
  /** As stored, or as it would be. */
  readonly after?: KubeObject;
  /** Fields of the manifest that were left to the autoscaler that has set them, as `.spec.replicas`. */
  readonly left?: readonly string[];
}

interface Merged {
  readonly applied: AppliedObject;
  readonly write?: Write;
}

export interface WriteOptions {
  /** Take over fields that other managers own. */
  readonly force: boolean;
  /** Decide everything and write nothing. */
  readonly dryRun: boolean;
  /** Objects to delete in the same transaction. */
  readonly prune: readonly KubeObject[];
}

/** What an apply has come to: objects, or, when a quota does not let them in, why. */
export interface ApplyOutcome {
  readonly objects: readonly AppliedObject[];
  /** At their places in the manifests; not empty: nothing was written. */
  readonly refusals: readonly Diagnostic[];
}

/**
 * Merges checked objects into the state, as far as the quotas let them in all together. Fields owned by an autoscaler
 * are left to it.
 *
 * @throws UserError (exit code Conflict) that lists every conflict of every object; nothing is written.
 */
export async function applyObjects(
  state: State,
  live: LiveSnapshot,
  objects: readonly CheckedObject[],
  options: WriteOptions,
): Promise<ApplyOutcome> {
  const nowMs = await worldTime(state);
  const conflicts: string[] = [];
  const merged = objects.map((one) => mergeOne(one, live, options.force, nowMs, conflicts));
  if (conflicts.length > 0) {
    throw new UserError(`${conflicts.join('\n')}\nnothing was applied`, {
      exitCode: ExitCode.Conflict,
      nextSteps: [
        'leave the field out of the manifest to let the other manager have it',
        'or take it over with --force-conflicts',
      ],
    });
  }
  const pruned = options.prune.map((object): Merged => pruneOne(object));
  const all = [...merged, ...pruned];
  const problems = quotaProblemsOf(
    all.map(({ applied, write }) => (write ? { before: applied.before, after: applied.after } : {})),
    [...live.all()],
  );
  const refusals = objects.flatMap((one, index) =>
    (problems[index] ?? []).map((problem) => placed(problem, one)),
  );
  if (refusals.length > 0) return { objects: [], refusals };
  const writes = all.map(({ write }) => write).filter((write) => write !== undefined);
  if (options.dryRun || writes.length === 0) return { objects: all.map(({ applied }) => applied), refusals };
  const { outcomes } = await state.store.commit({ writes, nowMs });
  await state.store.flush();
  const stored = new Map(writes.map((write, index) => [write, outcomes[index]?.object]));
  return { objects: all.map((one) => asStored(one, stored)), refusals };
}

/** With the uid and the version that the store has given it. */
function asStored(
  { applied, write }: Merged,
  stored: ReadonlyMap<Write, KubeObject | undefined>,
): AppliedObject {
  const after = write && write.type !== 'delete' ? stored.get(write) : undefined;
  return after ? { ...applied, after } : applied;
}

function mergeOne(
  { kind, object }: CheckedObject,
  live: LiveSnapshot,
  force: boolean,
  nowMs: number,
  conflicts: string[],
): Merged {
  const { name, namespace } = object.metadata;
  const before = live.get(kind, namespace ?? '', name);
  const left: string[] = [];
  const result = applyObject({
    live: before,
    applied: object,
    manager: commandManager,
    schema: mergeSchemaFor(kind),
    nowMs,
    force,
    // A pool that went back by itself is no rival: what is applied next replaces the template that it returned to.
    equivalentManagers: kind === 'VirtualMachinePool' ? [managers.pool] : [],
    leave: ({ manager, path }: Conflict) => {
      if (manager !== managers.scaling) return false;
      left.push(path);
      return true;
    },
  });
  const base = {
    name: qualifiedName(kind, name),
    ...(namespace === undefined ? {} : { namespace }),
    ...(left.length === 0 ? {} : { left }),
  };
  if (result.type === 'conflict') {
    for (const { manager, path } of result.conflicts) {
      conflicts.push(`${base.name}: conflict with manager "${manager}" over ${path}`);
    }
    return { applied: { ...base, action: 'unchanged' } };
  }
  const after = withDefaults(kind, result.object) as KubeObject;
  if (!before)
    return { applied: { ...base, action: 'created', after }, write: { type: 'create', object: after } };
  if (before.metadata.deletionTimestamp !== undefined) {
    throw new UserError(`${base.name} is being deleted`, {
      exitCode: ExitCode.Conflict,
      nextSteps: ['wait until it is gone, then apply again'],
    });
  }
  const transition = update(before, after);
  if (transition.type === 'unchanged' || deepEqual(before, transition.object)) {
    return { applied: { ...base, action: 'unchanged', before, after: before } };
  }
  return {
    applied: { ...base, action: 'configured', before, after: transition.object },
    write: { type: 'update', object: after },
  };
}

function pruneOne(object: KubeObject): Merged {
  const { name, namespace, uid } = object.metadata;
  return {
    applied: {
      name: qualifiedName(object.kind as never, name),
      ...(namespace === undefined ? {} : { namespace }),
      action: 'pruned',
      before: object,
    },
    write: { type: 'delete', key: { kind: object.kind, namespace: namespace ?? '', name }, uid },
  };
}
