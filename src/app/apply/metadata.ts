/** What `vctl label` and `annotate` do: labels and annotations of objects, added, changed and taken away. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type KubeObject, keyOf } from '../../model/object.ts';
import { act, type ActOptions, type ActReport } from './act.ts';
import { type FollowRequest } from './follow.ts';
import { findObjects, parseResources } from '../resources.ts';
import { type State } from '../state.ts';
import { shortName } from '../inspect/summary.ts';

export interface MetadataRequest extends FollowRequest {
  readonly field: 'labels' | 'annotations';
  /** Objects and changes in any order: `vm/web tier=web old-`. */
  readonly words: readonly string[];
  readonly selector?: string;
  /** Every object of the kind. */
  readonly all: boolean;
  readonly namespace: string;
  /** Give a key that is there another value. */
  readonly overwrite: boolean;
}

/**
 * @throws UserError (usage) when objects or changes are missing, UserError (conflict) for a key that has
 * another value already, ApiError NotFound or Invalid. Nothing is written then.
 */
export async function setMetadata(
  state: State,
  request: MetadataRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const { resources, changes, twice } = sortWords(request.words);
  if (twice !== undefined) throw usage(`${twice} is told two things at once: say one of them`);
  if (changes.size === 0) throw usage('say what to change: KEY=VALUE, or KEY- to take it away');
  const wanted = parseResources(resources);
  const isBroad = wanted.some(({ names }) => names.length === 0);
  if (isBroad && request.selector === undefined && !request.all) {
    throw usage('say which objects: by names, by labels with -l, or --all of them');
  }
  const { namespace, selector } = request;
  const objects = await findObjects(state.store, wanted, { namespace, selector });
  const edits = objects.map((object) => ({
    key: keyOf(object),
    action: request.field === 'labels' ? 'labeled' : 'annotated',
    change: (present: KubeObject) => changed(present, changes, request),
  }));
  return act(state, edits, request, options);
}

/** Tells changes from names: a name neither holds `=` nor ends with `-`. */
export function sortWords(words: readonly string[]): {
  readonly resources: readonly string[];
  /** Key to value; undefined takes it away. */
  readonly changes: ReadonlyMap<string, string | undefined>;
  /** A key that is given a value and taken away, or two values. */
  readonly twice?: string;
} {
  const resources: string[] = [];
  const changes = new Map<string, string | undefined>();
  let twice: string | undefined;
  const change = (key: string, value: string | undefined): void => {
    if (changes.has(key) && changes.get(key) !== value) twice ??= key;
    changes.set(key, value);
  };
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) change(word.slice(0, equals), word.slice(equals + 1));
    else if (word.length > 1 && word.endsWith('-')) change(word.slice(0, -1), undefined);
    else resources.push(word);
  }
  return { resources, changes, ...(twice === undefined ? {} : { twice }) };
}

function changed(
  object: KubeObject,
  changes: ReadonlyMap<string, string | undefined>,
  { field, overwrite }: MetadataRequest,
): KubeObject {
  const next = new Map(Object.entries(object.metadata[field] ?? {}));
  for (const [key, value] of changes) {
    const old = next.get(key);
    if (value === undefined) next.delete(key);
    else if (old === undefined || old === value || overwrite) next.set(key, value);
    else {
      throw new UserError(`${shortName(object)} has ${key}=${old} already: nothing was changed`, {
        exitCode: ExitCode.Conflict,
        nextSteps: ['give it the new value with --overwrite'],
      });
    }
  }
  const entries = next.size === 0 ? undefined : Object.fromEntries(next);
  return { ...object, metadata: { ...object.metadata, [field]: entries } };
}

function usage(message: string): UserError {
  return new UserError(message, {
    exitCode: ExitCode.Usage,
    nextSteps: ['vctl label vm/web tier=front', 'vctl annotate vm -l app=web note-'],
  });
}
