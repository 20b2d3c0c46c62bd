/** The objects of one kind that a command about that kind acts on: `web-0`, `vm/web-0`, or by labels. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Kind, type KindMap, kinds } from '../../model/kinds/index.ts';
import { findObjects, parseOne } from '../resources.ts';
import { type State } from '../state.ts';

export interface TargetsRequest {
  readonly names: readonly string[];
  readonly selector?: string;
  readonly namespace: string;
}

/**
 * The stored objects, each once, in the order of the names, or by name when labels say which.
 *
 * @throws UserError (usage) when nothing or another kind is named, ApiError NotFound.
 */
export async function targetsOfKind<K extends Kind>(
  state: State,
  kind: K,
  { names, selector, namespace }: TargetsRequest,
): Promise<KindMap[K][]> {
  const { shortNames, singular } = kinds[kind];
  const short = shortNames[0] ?? singular;
  if (names.length > 0 === (selector !== undefined)) {
    throw usage(`say which ${kinds[kind].plural}: by names, or by labels with -l`, short);
  }
  const plain = names.map((name) => parseNamed(kind, name));
  const wanted = [{ kind, names: [...new Set(plain)] }];
  return (await findObjects(state.store, wanted, { namespace, selector })) as KindMap[K][];
}

/** The name in `web-0` or `vm/web-0`. @throws UserError (usage) when another kind is named. */
export function parseNamed(kind: Kind, text: string): string {
  if (!text.includes('/')) return text;
  const one = parseOne([text]);
  if (one.kind === kind) return one.name;
  throw usage(`"${text}" is no ${kinds[kind].singular}`, kinds[kind].shortNames[0] ?? kinds[kind].singular);
}

function usage(message: string, short: string): UserError {
  return new UserError(message, {
    exitCode: ExitCode.Usage,
    nextSteps: [`write names as web-0 or ${short}/web-0`, `vctl get ${short}`],
  });
}
