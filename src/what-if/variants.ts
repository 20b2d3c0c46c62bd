/** Variants of manifests: the same objects with other values, as `--set` asks for. */
import { parseText } from '../manifest/parse.ts';
import { isRecord } from '../base/deep.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { type Loaded, type LoadedObject } from '../manifest/load.ts';
import { kinds, type Kind } from '../model/kinds/index.ts';
import { kindOrFail } from '../app/resources.ts';

export interface Variant {
  /** What differs: `minReplicas=10, cpu=2`. */
  readonly name: string;
  readonly loaded: Loaded;
}

/** One `--set`: an object, a field of it, and the values that it is to take. */
interface Setting {
  readonly text: string;
  readonly kind: Kind;
  /** Undefined: the one object of that name, in whatever namespace. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly path: readonly string[];
  readonly values: readonly { readonly text: string; readonly value: unknown }[];
}

/** More than this nobody reads beside each other. */
const mostVariants = 12;

/**
 * Every combination of the values that the settings give. None without settings.
 *
 * @throws UserError (usage) for a setting that cannot be read or names no object of the manifests. Whether fields and
 * values are valid is for admission to say.
 */
export function variantsOf(loaded: Loaded, texts: readonly string[]): Variant[] {
  if (texts.length === 0) return [];
  const settings = texts.map(parseSetting);
  const count = settings.reduce((product, { values }) => product * values.length, 1);
  if (count > mostVariants) {
    throw usage(`--set makes ${count} variants, more than ${mostVariants}`, 'give fewer values');
  }
  let variants: Variant[] = [{ name: '', loaded }];
  for (const setting of settings) {
    variants = variants.flatMap((variant) =>
      setting.values.map(({ text, value }) => ({
        name: [variant.name, `${setting.path.at(-1)}=${text}`].filter(Boolean).join(', '),
        loaded: withField(variant.loaded, setting, value),
      })),
    );
  }
  return variants;
}

function parseSetting(text: string): Setting {
  const match = /^([^/:=]+)\/(?:([^/:=]+)\/)?([^/:=]+):([^=]+)=(.*)$/.exec(text);
  if (!match) throw usage(`"${text}" is no setting`, 'write it as KIND/NAME:PATH=VALUE[,VALUE…]');
  const [, kind = '', namespace, name = '', path = '', values = ''] = match;
  return {
    ...{ text, kind: kindOrFail(kind), namespace, name },
    path: path.replace(/\[(\d+)\]/g, '.$1').split('.'),
    values: splitValues(values).map((one) => ({ text: one, value: valueOf(one, text) })),
  };
}

/** At commas outside of braces, brackets and quotes. */
function splitValues(text: string): string[] {
  const parts = text.match(/(?:\{[^}]*\}|\[[^\]]*\]|"[^"]*"|'[^']*'|[^,])+/g);
  return (parts ?? ['']).map((part) => part.trim());
}

function valueOf(text: string, setting: string): unknown {
  if (text === '' || text === 'null') return null;
  const { objects, problems } = parseText(`value: ${text}\n`);
  const value = objects[0]?.value;
  if (problems[0] || !isRecord(value)) {
    throw usage(`"${text}" in --set ${setting} is no value`, 'write it as in YAML: 4, 500m, true, {cpu: 2}');
  }
  return value['value'];
}

/** The manifests with one field of one object set; null takes it away. */
function withField(loaded: Loaded, setting: Setting, value: unknown): Loaded {
  const meant = loaded.objects.filter((one) => isMeant(one, setting));
  if (meant.length !== 1) {
    const there = loaded.objects
      .map(({ object }) => nameOf(object, setting.kind))
      .filter((name) => name !== undefined);
    throw usage(
      meant.length === 0
        ? `--set ${setting.text}: there is no such ${setting.kind} in the manifests`
        : `--set ${setting.text}: there are ${meant.length} of that name, in several namespaces`,
      there.length === 0 ? `there is no ${setting.kind} at all` : `there is: ${there.join(', ')}`,
    );
  }
  const objects = loaded.objects.map((one) =>
    one === meant[0] ? withObject(one, setAt(one.object, setting.path, value)) : one,
  );
  return { ...loaded, objects };
}

function withObject(one: LoadedObject, object: unknown): LoadedObject {
  return { object, file: one.file, line: one.line, position: one.position };
}

function isMeant({ object }: LoadedObject, { kind, namespace, name }: Setting): boolean {
  if (!isRecord(object) || object['kind'] !== kind || !isRecord(object['metadata'])) return false;
  const { metadata } = object;
  return metadata['name'] === name && (namespace === undefined || metadata['namespace'] === namespace);
}

/** As it is written in `--set`, for one of the kind. */
function nameOf(object: unknown, kind: Kind): string | undefined {
  if (!isRecord(object) || object['kind'] !== kind || !isRecord(object['metadata'])) return undefined;
  const { name, namespace } = object['metadata'];
  const word = kinds[kind].shortNames[0] ?? kinds[kind].singular;
  return [word, namespace === 'default' ? undefined : namespace, name].filter(Boolean).join('/');
}

function setAt(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(target)) {
    const items: unknown[] = [...(target as unknown[])];
    const index = /^\d+$/.test(key) ? Number(key) : items.length;
    items[index] = setAt(items[index], rest, value);
    return items;
  }
  const fields = new Map(Object.entries(isRecord(target) ? target : {}));
  if (rest.length === 0 && value === null) fields.delete(key);
  else fields.set(key, setAt(fields.get(key), rest, value));
  return Object.fromEntries(fields);
}

function usage(message: string, nextStep: string): UserError {
  return new UserError(message, { exitCode: ExitCode.Usage, nextSteps: [nextStep] });
}
