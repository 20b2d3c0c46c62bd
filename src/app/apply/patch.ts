/** What `vctl patch` does: a merge patch to one object, admitted as a manifest would be. */
import { crossCheck } from '../../admission/rules.ts';
import { unknownNulls } from '../../admission/nulls.ts';
import { validateObject } from '../../admission/validate.ts';
import { isRecord } from '../../base/deep.ts';
import { ExitCode, UserError } from '../../base/errors.ts';
import { parseText } from '../../manifest/parse.ts';
import { mergePatch } from '../../merge/patch.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { type Kind } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { act, type ActOptions, type ActReport, keyIn } from './act.ts';
import { type FollowRequest } from './follow.ts';
import { LiveSnapshot } from '../live.ts';
import { getObject } from '../resources.ts';
import { type State } from '../state.ts';

export interface PatchRequest extends FollowRequest {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace: string;
  /** An object in JSON or YAML: null takes a field away, all else replaces. */
  readonly patch: string;
}

/** Fields of metadata that a patch may change; the others are identity or bookkeeping. */
const openMetadata: readonly string[] = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

/** @throws UserError (usage) for a patch that is none or makes the object invalid, ApiError NotFound. */
export async function patch(
  state: State,
  request: PatchRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const { kind, name, namespace } = request;
  const wanted = parsePatch(request.patch, kind);
  const change = (object: KubeObject): KubeObject => mergePatch(object, wanted) as KubeObject;
  const before = await getObject(state.store, kind, name, namespace);
  const warnings = await check(state, change(before));
  const edit = { key: keyIn(kind, name, namespace), action: 'patched', change };
  const onWritten = (report: ActReport): void => options.onWritten?.({ ...report, warnings });
  return { ...(await act(state, [edit], request, { ...options, onWritten })), warnings };
}

/**
 * The patch as a value. @throws UserError (usage) when it is no object, touches what is not to be patched, or takes away
 * what no object of the kind can have.
 */
export function parsePatch(text: string, kind: Kind): Record<string, unknown> {
  const { objects, problems } = parseText(text);
  const value = objects[0]?.value;
  if (problems[0]) throw usage(`the patch cannot be read: ${problems[0].message}`);
  if (objects.length !== 1 || !isRecord(value)) throw usage('the patch is no object');
  const { metadata } = value;
  const closed = [
    ...['apiVersion', 'kind', 'status'].filter((field) => Object.hasOwn(value, field)),
    ...Object.keys(isRecord(metadata) ? metadata : {})
      .filter((field) => !openMetadata.includes(field))
      .map((field) => `metadata.${field}`),
  ];
  if (closed.length > 0) throw usage(`${closed.join(', ')} cannot be patched`);
  const [unknown] = unknownNulls(kind, value);
  if (unknown !== undefined) throw usage(unknownText(unknown, kind));
  return value;
}

/** YAML takes `{replicas:3}` for a field `replicas:3` without a value. */
function unknownText(path: string, kind: Kind): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const glued = /^([A-Za-z]+):(.+)$/.exec(name);
  const meant = glued ? `; write ${glued[1]}: ${glued[2]}, with a space after the colon` : '';
  return `${path} is not a field of ${kind}, and null would take it away${meant}`;
}

/** Everything that `apply` would say about the object: errors are thrown, warnings come back. */
async function check(state: State, next: KubeObject): Promise<string[]> {
  const { status: _status, ...wanted } = next;
  const result = validateObject(wanted);
  if (!result.ok) throw invalid(result.problems);
  const problems = (await crossCheck([result.admitted], await LiveSnapshot.read(state.store)))[0] ?? [];
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw invalid(errors);
  return problems.map(({ message }) => message);
}

function invalid(problems: readonly Diagnostic[]): UserError {
  const lines = problems.map(({ code, message }) => `${code}: ${message}`);
  return new UserError(`${lines.join('\n')}\nnothing was changed`, {
    exitCode: ExitCode.Usage,
    nextSteps: problems.map(({ help }) => help).filter((help) => help !== undefined),
  });
}

function usage(message: string): UserError {
  return new UserError(message, {
    exitCode: ExitCode.Usage,
    nextSteps: [
      `vctl patch vm/web -p '{"spec": {"resources": {"cpu": 2}}}'`,
      `vctl patch vm/web -p 'spec: {priority: 5}'`,
    ],
  });
}
