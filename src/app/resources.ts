/** Which objects a person means by `vm`, `vm/web`, `vm web db`, `host,vm`, `all`. */
import { distance } from 'fastest-levenshtein';
import { ApiError, ExitCode, UserError } from '../base/errors.ts';
import { type Kind, kindNames, kinds, qualifiedName, resolveKind } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { type LabelSelector, parseSelector } from '../model/selectors.ts';
import { type Store } from '../model/ports.ts';
import { engineLeases } from './lease-object.ts';

/** Names of one kind; no names means all of them. */
export interface Wanted {
  readonly kind: Kind;
  readonly names: readonly string[];
}

export interface Scope {
  /** Of namespaced kinds; undefined is all namespaces. */
  readonly namespace: string | undefined;
  readonly selector?: string;
}

/** @throws UserError (usage) for an unknown kind, with the nearest one, or a mix of both forms. */
export function parseResources(args: readonly string[]): readonly Wanted[] {
  const [first, ...rest] = args;
  if (first === undefined) {
    throw usage('name a kind, or a kind and names', ['vctl get vm', 'vctl get vm/web', 'vctl api-resources']);
  }
  if (args.some((arg) => arg.includes('/'))) {
    return args.map((arg) => {
      const [word = '', name = '', ...more] = arg.split('/');
      if (name === '' || more.length > 0) {
        throw usage(`"${arg}" is not KIND/NAME`, [
          'write every argument as KIND/NAME, or one kind and then names',
        ]);
      }
      return { kind: kindOrFail(word), names: [name] };
    });
  }
  if (first === 'all')
    return kindNames.filter((kind) => kinds[kind].inAll).map((kind) => ({ kind, names: [] }));
  return first.split(',').map((word) => ({ kind: kindOrFail(word), names: rest }));
}

/** The one object that a command acts on. @throws UserError when the arguments name another number of them. */
export function parseOne(args: readonly string[]): { readonly kind: Kind; readonly name: string } {
  const wanted = parseResources(args);
  const only = wanted[0];
  const name = only?.names[0];
  if (wanted.length !== 1 || only?.names.length !== 1 || name === undefined) {
    throw usage('name exactly one object', ['write it as KIND/NAME, for example vm/web']);
  }
  return { kind: only.kind, name };
}

/** The kind that a word means. @throws UserError (usage) with the nearest known word. */
export function kindOrFail(word: string): Kind {
  const kind = resolveKind(word);
  if (kind) return kind;
  const words = kindNames.flatMap((name) => [
    kinds[name].plural,
    kinds[name].singular,
    ...kinds[name].shortNames,
  ]);
  const near = words
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate) }))
    .sort((a, b) => a.far - b.far)[0];
  const guess = near && near.far <= 3 ? `; did you mean "${near.candidate}"?` : '';
  throw usage(`there is no kind "${word}"${guess}`, ['vctl api-resources lists all kinds']);
}

/**
 * The objects that are meant, kind by kind, each kind's by namespace and name.
 *
 * @throws ApiError NotFound for a name that is not there, unless `onMissing` takes it; UserError for a malformed
 * selector.
 */
export async function findObjects(
  store: Store,
  wanted: readonly Wanted[],
  scope: Scope,
  onMissing: (error: ApiError) => void = (error) => {
    throw error;
  },
): Promise<KubeObject[]> {
  const selector = selectorOf(scope.selector);
  const found: KubeObject[] = [];
  for (const { kind, names } of wanted) {
    if (kind === 'Lease') {
      found.push(...(await engineLeases(store, scope.namespace, names)));
      continue;
    }
    const namespace = kinds[kind].namespaced ? scope.namespace : undefined;
    if (names.length === 0) {
      found.push(...(await store.list(kind, { namespace, selector })).items);
      continue;
    }
    for (const name of names) {
      const object = await store.get({ kind, namespace: namespace ?? '', name });
      if (object) found.push(object);
      else onMissing(notFound(kind, name, namespace));
    }
  }
  return found;
}

/** One object by name. @throws ApiError NotFound */
export async function getObject(
  store: Store,
  kind: Kind,
  name: string,
  namespace: string,
): Promise<KubeObject> {
  const object = await store.get({ kind, namespace: kinds[kind].namespaced ? namespace : '', name });
  if (object) return object;
  throw notFound(kind, name, namespace);
}

function notFound(kind: Kind, name: string, namespace: string | undefined): ApiError {
  const where = kinds[kind].namespaced && namespace !== undefined ? ` in namespace ${namespace}` : '';
  return new ApiError('NotFound', `${qualifiedName(kind, name)} not found${where}`);
}

/** A parsed `-l`. @throws UserError (usage) when it is malformed. */
export function selectorOf(text: string | undefined): LabelSelector | undefined {
  if (text === undefined) return undefined;
  const selector = parseSelector(text);
  if (!selector)
    throw usage(`"${text}" is no label selector`, ['write it like app=web,tier!=db,env in (a,b),!old']);
  return selector;
}

function usage(message: string, nextSteps: readonly string[]): UserError {
  return new UserError(message, { exitCode: ExitCode.Usage, nextSteps });
}
