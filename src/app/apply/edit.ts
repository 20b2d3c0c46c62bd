/** What `vctl edit` does: an object in the person's editor, and what they changed as a patch. */
import { UserError } from '../../base/errors.ts';
import { isRecord } from '../../base/deep.ts';
import { parseText } from '../../manifest/parse.ts';
import { mergePatchBetween } from '../../merge/patch.ts';
import { type Kind } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { objectYaml } from '../../output/yaml-text.ts';
import { type ActOptions, type ActReport, reportOf } from './act.ts';
import { type FollowRequest } from './follow.ts';
import { patch } from './patch.ts';
import { getObject } from '../resources.ts';
import { type State } from '../state.ts';

export interface EditRequest extends FollowRequest {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace: string;
}

/** Where the text is edited. */
export interface TextEditor {
  /** Named when an edit is not taken, so that it is not lost. */
  readonly path: string;
  edit(text: string): Promise<string>;
}

const heading = [
  'Change what you like, then save and leave the editor. Lines that begin with # are left out;',
  'a file without any change, or an empty one, cancels the edit. The status is not to be edited.',
];

/**
 * Opens the object in the editor, again with what is wrong on top while the edit is refused, until it is taken,
 * cancelled, or saved as it was refused. Only what the person changed is written: what others change meanwhile
 * in other fields stays.
 *
 * @throws UserError with the refusal and where the edited text stands; ApiError NotFound. Nothing is written then.
 */
export async function edit(
  state: State,
  request: EditRequest,
  editor: TextEditor,
  options: ActOptions = {},
): Promise<ActReport> {
  const object = await getObject(state.store, request.kind, request.name, request.namespace);
  const original = objectYaml(editable(object));
  let refusal: readonly string[] = [];
  for (let text = original; ;) {
    const edited = withoutComments(await editor.edit(comments([...refusal, ...heading]) + text));
    if (edited.trim() === '' || edited === original) return { objects: [reportOf(object, 'not changed')] };
    try {
      return await patch(state, { ...request, patch: changesOf(object, edited) }, options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (edited === text && refusal.length > 0) throw notTaken(error, editor.path);
      refusal = [...error.message.split('\n'), ...error.nextSteps, ''];
      text = edited;
    }
  }
}

/** What a person may see in the editor: no bookkeeping of owners, no status. */
function editable(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object;
  return { ...rest, metadata: { ...object.metadata, managedFields: undefined } };
}

/** As a merge patch. @throws UserError for a text that is not one object. */
function changesOf(object: KubeObject, text: string): string {
  const { objects, problems } = parseText(text);
  const [problem] = problems;
  if (problem) throw new UserError(`line ${problem.line}, column ${problem.column}: ${problem.message}`);
  const value = objects[0]?.value;
  if (objects.length !== 1 || !isRecord(value)) throw new UserError('the file must hold one object');
  const before: unknown = JSON.parse(JSON.stringify(editable(object)));
  return JSON.stringify(mergePatchBetween(before, value) ?? {});
}

function comments(lines: readonly string[]): string {
  return lines.map((line) => `# ${line}`.trimEnd() + '\n').join('');
}

function withoutComments(text: string): string {
  return text.replace(/^#.*\n?/gm, '');
}

function notTaken(error: UserError, path: string): UserError {
  return new UserError(error.message, {
    exitCode: error.exitCode,
    nextSteps: [...error.nextSteps, `what you wrote is kept in ${path}`],
  });
}
