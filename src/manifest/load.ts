/** Paths and texts into objects, with all the errors of all the files at once. */
import { isRecord } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { isKind, kinds } from '../model/kinds/index.ts';
import { parseText, type ParsedObject, type ParsedText, type Position } from './parse.ts';
import { type ReadOptions, readSources, type Source } from './read.ts';
import { type ReadTrace, withTrace } from './trace.ts';

/** An object of a file, as it was written: not yet admitted. */
export interface LoadedObject {
  /** With its namespace, and without what only the server writes: status and bookkeeping. */
  readonly object: unknown;
  readonly file: string;
  /** Where it begins; 1 is the first line. */
  readonly line: number;
  /** Where the field with this JSON Pointer stands, or the nearest one around it. */
  readonly position: (pointer: string) => Position;
}

export interface Loaded {
  /** In the order of the files and of their places in them. */
  readonly objects: readonly LoadedObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** The texts by the names that diagnostics use, for excerpts. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface LoadOptions extends ReadOptions {
  /** Of namespaced objects that name none. @defaultValue `default` */
  readonly defaultNamespace?: string;
  /** Instead of `parseText`: for callers that have parsed the same text before, or change what it says. */
  readonly parse?: (source: Source) => ParsedText;
  /** Gives the text of a trace file by its path. @defaultValue from the disk */
  readonly readTrace?: ReadTrace;
}

/** Reads and parses every manifest that the paths name; nothing is thrown, whatever they hold. */
export function loadManifests(paths: readonly string[], options: LoadOptions = {}): Loaded {
  const { sources, diagnostics } = readSources(paths, options);
  const loaded = loadTexts(sources, options);
  return { ...loaded, diagnostics: [...diagnostics, ...loaded.diagnostics] };
}

/** As `loadManifests`, of texts that the caller has already. */
export function loadTexts(sources: readonly Source[], options: LoadOptions = {}): Loaded {
  const objects: LoadedObject[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { file, text } of sources) {
    const parsed = options.parse?.({ file, text }) ?? parseText(text);
    for (const { code, message, help, line, column } of parsed.problems) {
      const place = { file, line, column, ...(help === undefined ? {} : { help }) };
      diagnostics.push({ severity: 'error', code, message, path: '', ...place });
    }
    for (const one of parsed.objects) {
      const { object, problem } = withTrace(
        asWritten(one.value, options.defaultNamespace ?? 'default'),
        file,
        options.readTrace,
      );
      const loaded = loadedObject(object, one, file);
      if (problem) diagnostics.push(placed(problem, loaded));
      objects.push(loaded);
    }
  }
  const texts = new Map(sources.map(({ file, text }) => [file, text]));
  return { objects, diagnostics: inOrder(diagnostics, [...texts.keys()]), sources: texts };
}

/** A problem of an object, at its place in the object's file. */
export function placed(problem: Diagnostic, { file, position }: LoadedObject): Diagnostic {
  return { ...problem, file, ...position(problem.path) };
}

/** Diagnostics by file (in the order of `files`, others first), line and column; equal places keep their order. */
export function inOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const rank = new Map(files.map((file, index) => [file, index]));
  const rankOf = ({ file }: Diagnostic): number => rank.get(file ?? '') ?? -1;
  return [...diagnostics].sort(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      compareText(a.file ?? '', b.file ?? '') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

function loadedObject(object: unknown, parsed: ParsedObject, file: string): LoadedObject {
  return {
    object,
    file,
    position: parsed.position,
    get line() {
      return parsed.position('').line;
    },
  };
}

/** Fields of metadata that only the server writes; an exported object still has them. */
const serverFields: readonly string[] = [
  'managedFields',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
];

/** What the manifest wants: its namespace named, without what a manifest cannot want. */
function asWritten(value: unknown, defaultNamespace: string): unknown {
  if (!isRecord(value)) return value;
  const { status: _status, ...wanted } = value;
  const { kind, metadata } = wanted;
  if (!isRecord(metadata)) return wanted;
  const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => !serverFields.includes(name)));
  const namespaced = typeof kind === 'string' && isKind(kind) && kinds[kind].namespaced;
  const namespace = namespaced ? { namespace: metadata['namespace'] ?? defaultNamespace } : {};
  return { ...wanted, metadata: { ...kept, ...namespace } };
}
