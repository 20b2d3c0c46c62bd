/**
 * What all commands that change single objects share: an optimistic update owned by the command line, made
 * durable, and then the world that follows.
 */
import { type Change } from '../../admission/rules/quotas.ts';
import { admit } from '../../admission/validate.ts';
import { ApiError } from '../../base/errors.ts';
import { mergeSchemaFor } from '../../engine/ownership.ts';
import { trackUpdate } from '../../merge/update.ts';
import { type Kind, kinds, qualifiedName } from '../../model/kinds/index.ts';
import { update } from '../../model/lifecycle.ts';
import { type KubeObject, type ObjectKey, keyOf } from '../../model/object.ts';
import { type Write } from '../../model/ports.ts';
import { commandManager } from './apply.ts';
import { type EngineOptions } from '../engine.ts';
import { follow, type FollowRequest, type Run, timeoutOf } from './follow.ts';
import { holdToQuota } from './quota-check.ts';
import { getObject } from '../resources.ts';
import { type State, worldTime } from '../state.ts';

/** What was asked for about one object. */
export interface ChangedObject {
  /** `virtualmachine.vctl.dev/web-0`, and the namespace where there is one. */
  readonly name: string;
  readonly namespace?: string;
  /** One word: `scaled`, `cordoned`, `deleted`; `unchanged` when it was so already. */
  readonly action: string;
  /** What a person should know about it. */
  readonly note?: string;
  readonly after?: KubeObject;
}

/** What such a command prints and returns. */
export interface ActReport {
  readonly objects: readonly ChangedObject[];
  /** About what may undo or outlive the change. */
  readonly warnings?: readonly string[];
  /** What is not as it was asked for although the world has followed. */
  readonly unmet?: readonly string[];
  /** Absent when nothing was waited for. */
  readonly run?: Run;
}

export interface ActOptions extends EngineOptions {
  /** Called once the changes are durable, before the world follows. */
  readonly onWritten?: (report: ActReport) => void;
}

/** One object and what is to become of it. */
export interface Edit {
  readonly key: ObjectKey;
  /** For the report when something changes. */
  readonly action: string;
  /** The object as it should be; the same reference leaves it alone. May throw to refuse. */
  readonly change: (object: KubeObject) => KubeObject;
}

/** Other writers that are tolerated before a command gives up. */
const maxAttempts = 8;

/** The key of an object that a person names; cluster-scoped kinds ignore the namespace. */
export function keyIn(kind: Kind, name: string, namespace: string): ObjectKey {
  return { kind, namespace: kinds[kind].namespaced ? namespace : '', name };
}

/**
 * Changes objects in one transaction: read, changed, admitted, and stored if nobody else wrote them meanwhile,
 * else all anew. Durable when it resolves.
 *
 * @throws UserError for what a quota does not let in; ApiError NotFound for an object that is not there, Invalid for one that admission refuses, Conflict
 * when others never leave it alone. Nothing is written then.
 */
export async function changeObjects(
  state: State,
  edits: readonly Edit[],
  dryRun = false,
): Promise<ChangedObject[]> {
  for (let attempt = 1; ; attempt++) {
    const nowMs = await worldTime(state);
    const writes: Write[] = [];
    const changed: ChangedObject[] = [];
    const changes: Change[] = [];
    for (const edit of edits) {
      const { kind, namespace, name } = edit.key;
      const before = await getObject(state.store, kind as Kind, name, namespace);
      const after = owned(before, edit.change(before), nowMs);
      const same = after === before || update(before, after).type === 'unchanged';
      changed.push(reportOf(after, same ? 'unchanged' : edit.action));
      if (same) continue;
      writes.push({ type: 'update', object: after });
      changes.push({ before, after });
    }
    await holdToQuota(state, changes);
    if (dryRun || writes.length === 0) return changed;
    try {
      await state.store.commit({ writes, nowMs });
      await state.store.flush();
      return changed;
    } catch (error) {
      const isRace = error instanceof ApiError && error.reason === 'Conflict';
      if (!isRace || attempt === maxAttempts) throw error;
    }
  }
}

/** Changes objects, tells of it, and lets the world follow if asked to. */
export async function act(
  state: State,
  edits: readonly Edit[],
  request: FollowRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const timeoutMs = timeoutOf(request.timeout);
  const report: ActReport = { objects: await changeObjects(state, edits) };
  options.onWritten?.(report);
  return request.wait ? { ...report, run: await follow(state, timeoutMs, options) } : report;
}

/** An entry of a report. */
export function reportOf(object: KubeObject, action: string, note?: string): ChangedObject {
  const { name, namespace } = object.metadata;
  return {
    name: qualifiedName(object.kind as Kind, name),
    ...(namespace === undefined ? {} : { namespace }),
    action,
    ...(note === undefined ? {} : { note }),
    after: object,
  };
}

/** The object with these annotations set; undefined takes one away. */
export function withAnnotations(
  object: KubeObject,
  wanted: Readonly<Record<string, string | undefined>>,
): KubeObject {
  const entries = Object.entries({ ...object.metadata.annotations, ...wanted });
  const kept = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
  const annotations = kept.length === 0 ? undefined : Object.fromEntries(kept);
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** `next` admitted, and its changed fields owned by the command line; `before` itself when nothing differs. */
function owned(before: KubeObject, next: KubeObject, nowMs: number): KubeObject {
  if (next === before) return before;
  // The status is the controllers' and needs no admission.
  const { status, ...wanted } = next;
  const after: KubeObject = { ...admit(wanted), metadata: next.metadata, status };
  return trackUpdate({
    before,
    after,
    manager: commandManager,
    schema: mergeSchemaFor(keyOf(before).kind as Kind),
    nowMs,
  });
}
