/**
 * Variables in manifests: `${NAME}` within a value of a parsed manifest. Only values are replaced, after parsing:
 * what a variable holds can never become another field, another object or a comment. Pure.
 */
import { isRecord } from '../base/deep.ts';
import { type ParsedObject, type ParsedText, type PlacedProblem } from '../manifest/parse.ts';

/** What a variable may hold. A value that is one `${NAME}` and nothing else takes it with its type. */
export type Variables = Readonly<Record<string, string | number | boolean>>;

/** `disabled` on an object leaves its values as they are. */
export const substituteAnnotation = 'vctl.dev/substitute';

const name = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** `$${` is `${` itself; a `${` that nothing closes is caught too, for it is a slip. */
const placeholder = /\$\$\{|\$\{([^}]*)(\})?/g;

/** The text's objects with every `${NAME}` replaced; an object with an unknown name is a problem at its place. */
export function withVariables(parsed: ParsedText, variables: Variables): ParsedText {
  const problems: PlacedProblem[] = [...parsed.problems];
  const objects = parsed.objects.flatMap((object) => {
    if (isDisabled(object.value)) return [object];
    const found: PlacedProblem[] = [];
    const value = replaceIn(object.value, '', variables, object, found);
    problems.push(...found);
    return found.length > 0 ? [] : [{ ...object, value }];
  });
  return { objects, problems };
}

function isDisabled(value: unknown): boolean {
  const metadata = isRecord(value) ? value['metadata'] : undefined;
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  return isRecord(annotations) && annotations[substituteAnnotation] === 'disabled';
}

function replaceIn(
  value: unknown,
  pointer: string,
  variables: Variables,
  object: ParsedObject,
  problems: PlacedProblem[],
): unknown {
  const below = (part: unknown, key: string | number): unknown =>
    replaceIn(part, `${pointer}/${escaped(key)}`, variables, object, problems);
  if (typeof value === 'string') {
    const problem = (message: string, help: string): void => {
      problems.push({ code: 'UNKNOWN_VARIABLE', offset: 0, message, help, ...object.position(pointer) });
    };
    return replaceText(value, variables, problem);
  }
  if (Array.isArray(value)) return value.map(below);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, below(part, key)]));
}

function replaceText(
  text: string,
  variables: Variables,
  problem: (message: string, help: string) => void,
): unknown {
  if (!text.includes('${')) return text;
  const whole = /^\$\{([^}]*)\}$/.exec(text)?.[1];
  const known = whole?.replace(/:-.*$/s, '');
  if (known !== undefined && Object.hasOwn(variables, known) && variables[known] !== '')
    return variables[known];
  return text.replace(placeholder, (match, variable: string | undefined, close: string | undefined) => {
    if (match === '$${') return '${';
    const fallback = /^([A-Za-z_][A-Za-z0-9_]*):-(.*)$/s.exec(variable ?? '');
    if (close !== undefined && fallback) {
      const [, named = '', otherwise = ''] = fallback;
      const value = Object.hasOwn(variables, named) ? String(variables[named]) : '';
      return value === '' ? otherwise : value;
    }
    if (close === undefined || variable === undefined || !name.test(variable)) {
      problem(
        `${match} is no variable`,
        'write ${NAME} or ${NAME:-DEFAULT}, or $${ for the characters themselves',
      );
    } else if (Object.hasOwn(variables, variable)) {
      return String(variables[variable]);
    } else {
      problem(
        `the variable ${variable} is not set`,
        `add it to the Sync: spec.substitute.${variable}, or with --set-var ${variable}=VALUE`,
      );
    }
    return match;
  });
}

function escaped(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}
