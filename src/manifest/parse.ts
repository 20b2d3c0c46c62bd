/** One text of YAML or JSON into its documents' values, with the place of every field. Never throws. */
import {
  Composer,
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Pair,
  Parser,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { isRecord } from '../base/deep.ts';
import { Converter } from './convert.ts';
import { jsonStream } from './json-stream.ts';
import { controlCharacters, slipNear } from './slips.ts';
import { type TextProblem } from './text-problem.ts';

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One object of a text, as it stands there. */
export interface ParsedObject {
  readonly value: unknown;
  /**
   * Where the field with this JSON Pointer stands: its key, or its item in a list. A field that is not there
   * has the place of the nearest one around it.
   */
  readonly position: (pointer: string) => Position;
}

export interface PlacedProblem extends TextProblem, Position {}

export interface ParsedText {
  readonly objects: readonly ParsedObject[];
  readonly problems: readonly PlacedProblem[];
}

/** One slip of syntax makes many errors after it: the first few tell enough. */
const mostSyntaxErrors = 5;

/** Far beyond any schema, far within the stack; values are held to less (`convert.ts`). */
const deepestSyntax = 200;

// Duplicate keys are found while converting: the library's own search is quadratic in the size of a map.
const options = {
  schema: 'core',
  version: '1.2',
  merge: false,
  strict: true,
  uniqueKeys: false,
  // The library would read !!binary, !!timestamp, !!set, !!omap and !!pairs, of which JSON has no values.
  resolveKnownTags: false,
  prettyErrors: false,
} as const;

/** Every object of the text, and everything that is wrong with it as YAML; a document with errors gives none. */
export function parseText(text: string): ParsedText {
  const stream = jsonStream(text);
  if (!stream) return parseDocuments(text);
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const parts = stream.map((piece) => within(parseDocuments(piece.text), positionOf(lines, piece.offset)));
  return {
    objects: parts.flatMap(({ objects }) => objects),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

/** A text that begins at `start` of a larger one. */
function within({ objects, problems }: ParsedText, start: Position): ParsedText {
  const moved = <P extends Position>(place: P): P => ({
    ...place,
    line: place.line + start.line - 1,
    column: place.line === 1 ? place.column + start.column - 1 : place.column,
  });
  return {
    objects: objects.map(({ value, position }) => ({ value, position: (at) => moved(position(at)) })),
    problems: problems.map(moved),
  };
}

/** A byte order mark before or after a line that parts documents: files are joined with theirs. */
const marks = /(?<=^|\n)\ufeff(?=---(?:\s|$))|(?<=(?:^|\n)---[^\n]*\n)\ufeff/g;

function parseDocuments(given: string): ParsedText {
  const text = given.replace(marks, '');
  const lines = new LineCounter();
  const objects: ParsedObject[] = [];
  const problems: PlacedProblem[] = [];
  const report = (problem: TextProblem): void => {
    problems.push({ ...problem, ...positionOf(lines, problem.offset) });
  };
  const controls = controlCharacters(text);
  const slips = new Set<number>();
  const explained = (problem: TextProblem): void => {
    const slip = problem.code === 'YAML_SYNTAX' ? slipNear(text, problem.offset) : undefined;
    if (slip && slips.has(slip.offset)) return;
    if (slip) slips.add(slip.offset);
    report(slip ?? problem);
  };
  for (const document of new Composer(options).compose(tokens(text, lines, report))) {
    objects.push(...documentObjects(document, lines, controls.length > 0 ? () => undefined : explained));
  }
  if (controls.length === 0) return { objects, problems };
  // Whatever else is wrong may well be their doing.
  for (const problem of controls) report(problem);
  return { objects: [], problems };
}

/**
 * The text's documents as concrete syntax. Stops with a problem where they nest too deeply: the library goes
 * down by recursion, and V8 ends the whole process when a regular expression is compiled at the stack's end.
 */
function* tokens(
  text: string,
  lines: LineCounter,
  report: (problem: TextProblem) => void,
): Generator<CST.Token> {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length <= deepestSyntax) continue;
    const message = `nested more than ${deepestSyntax} levels deep`;
    report({ code: 'TOO_DEEP', offset: parser.offset, message });
    return;
  }
  yield* parser.end();
}

function documentObjects(
  document: Document.Parsed,
  lines: LineCounter,
  report: (problem: TextProblem) => void,
): ParsedObject[] {
  const wrong = documentProblems(document);
  for (const problem of wrong) report(problem);
  // An empty document, as between two `---`, is no object and no mistake.
  if (wrong.length > 0 || document.contents === null) return [];
  let sound = true;
  const value = new Converter((problem) => {
    sound = false;
    report(problem);
  }).convert(document.contents);
  if (!sound || value === null) return [];
  const at = (steps: readonly string[]) => (pointer: string) =>
    positionOf(lines, offsetOf(document.contents, [...steps, ...stepsOf(pointer)]));
  if (isRecord(value) && isList(value)) {
    return value.items.map((item, index) => ({ value: item, position: at(['items', String(index)]) }));
  }
  return [{ value, position: at([]) }];
}

function isList(value: Record<string, unknown>): value is Record<string, unknown> & { items: unknown[] } {
  const { kind, items } = value;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
}

function documentProblems(document: Document.Parsed): TextProblem[] {
  const problems: TextProblem[] = [...document.errors, ...document.warnings].map(syntaxProblem);
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit === true && yaml.version !== '1.2') {
    const message = `YAML ${yaml.version} reads values otherwise than YAML 1.2, which vctl reads`;
    problems.push({
      code: 'YAML_VERSION',
      offset: document.range[0],
      message,
      help: 'remove the %YAML directive',
    });
  }
  return problems.slice(0, mostSyntaxErrors);
}

function syntaxProblem({ code, message, pos }: YAMLError): TextProblem {
  const offset = pos[0];
  if (code === 'TAB_AS_INDENT') {
    return { code: 'TAB_INDENT', offset, message: 'tabs cannot indent in YAML', help: 'use spaces' };
  }
  if (code === 'TAG_RESOLVE_FAILED') {
    return {
      code: 'UNKNOWN_TAG',
      offset,
      message: message.replace(/^Unresolved tag/, 'unknown tag').replace('tag:yaml.org,2002:', '!!'),
      help: 'write the value without it, as text, number, true, false, null, list or map: JSON has no others',
    };
  }
  const sentence = message.split('\n')[0] ?? '';
  return { code: 'YAML_SYNTAX', offset, message: sentence.charAt(0).toLowerCase() + sentence.slice(1) };
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  // Before the first line was counted there is only one.
  return line === 0 ? { line: 1, column: offset + 1 } : { line, column: col };
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The offset of the deepest of `steps` that is there. */
function offsetOf(root: unknown, steps: readonly string[]): number {
  let node: unknown = root;
  let offset = startOf(root) ?? 0;
  for (const step of steps) {
    if (isMap(node)) {
      const pair = pairOf(node, step);
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) break;
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

const pairsOfMaps = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The first pair of this key. Looked up rather than searched for: a map with many fields may have a problem in each. */
function pairOf(map: YAMLMap, key: string): Pair | undefined {
  let pairs = pairsOfMaps.get(map);
  if (!pairs) {
    const first = new Map<string, Pair>();
    for (const pair of map.items) {
      const text = isScalar(pair.key) ? String(pair.key.value) : undefined;
      if (text !== undefined && !first.has(text)) first.set(text, pair);
    }
    pairsOfMaps.set(map, (pairs = first));
  }
  return pairs.get(key);
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0];
}
