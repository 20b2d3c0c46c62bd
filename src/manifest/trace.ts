/** Reads the CSV file that a Traffic's trace names, so that the object carries the samples itself. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { isRecord } from '../base/deep.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { parseCsv } from './csv.ts';

/** The place of what is wrong with a trace: the field that names the file. */
export const traceFilePath = '/spec/pattern/trace/file';
const traceColumnPath = '/spec/pattern/trace/column';
/** As the schema's default. */
const defaultColumn = 'value';

export interface TracedObject {
  readonly object: unknown;
  readonly problem?: Diagnostic;
}

type Samples = { readonly samples: readonly number[] } | { readonly problem: Diagnostic };

/** Gives the text of a file. @throws an error with the code ENOENT when there is none */
export type ReadTrace = (path: string) => string;

/** A year in steps of a second, at 12 bytes a row, is less by far than would fill the memory. */
const mostBytes = 512 * 1024 * 1024;

/** Looks at what it is first: a device never ends, and a pipe waits for somebody to write. */
const readFromDisk: ReadTrace = (path) => {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('it is no plain file');
  if (stats.size > mostBytes) {
    throw new Error(`it has ${stats.size} bytes, more than the ${mostBytes} that are read`);
  }
  return readFileSync(path, 'utf8');
};

/**
 * The object with the samples of its trace file, looked for beside `manifestFile`; any other object as it is.
 * Samples that are already there stay, with a warning, when the file is gone: so an exported object can be
 * applied anywhere.
 */
export function withTrace(
  object: unknown,
  manifestFile: string,
  read: ReadTrace = readFromDisk,
): TracedObject {
  const trace = traceOf(object);
  if (!trace || typeof trace['file'] !== 'string') return { object };
  const column = typeof trace['column'] === 'string' ? trace['column'] : defaultColumn;
  const result = readSamples(trace['file'], column, manifestFile, read);
  if ('samples' in result) return { object: withSamples(object, result.samples) };
  if (!Array.isArray(trace['samples']) || result.problem.code !== 'TRACE_FILE_NOT_FOUND') {
    return { object, problem: result.problem };
  }
  const message = `${result.problem.message}; the samples in the manifest are used`;
  return { object, problem: { ...result.problem, severity: 'warning', message } };
}

/** Where the trace file of an object lies, seen from where its manifest's path begins; undefined without one. */
export function tracePathOf(object: unknown, manifestFile: string): string | undefined {
  const file = traceOf(object)?.['file'];
  return typeof file === 'string' && !isAbsolute(file) ? pathBeside(manifestFile, file) : undefined;
}

function pathBeside(manifestFile: string, file: string): string {
  return join(manifestFile === '-' ? '.' : dirname(manifestFile), file);
}

function traceOf(object: unknown): Record<string, unknown> | undefined {
  if (!isRecord(object) || object['kind'] !== 'Traffic') return undefined;
  const spec = object['spec'];
  const pattern = isRecord(spec) ? spec['pattern'] : undefined;
  const trace = isRecord(pattern) ? pattern['trace'] : undefined;
  return isRecord(trace) ? trace : undefined;
}

function withSamples(object: unknown, samples: readonly number[]): unknown {
  const put = (value: unknown, steps: readonly string[]): unknown => {
    const [step, ...rest] = steps;
    if (step === undefined) return samples;
    const record = isRecord(value) ? value : {};
    return { ...record, [step]: put(record[step], rest) };
  };
  return put(object, ['spec', 'pattern', 'trace', 'samples']);
}

function readSamples(file: string, column: string, manifestFile: string, read: ReadTrace): Samples {
  if (isAbsolute(file)) {
    return wrong('TRACE_FILE_NOT_RELATIVE', `trace file ${file}: the path must be relative to the manifest`);
  }
  const path = pathBeside(manifestFile, file);
  let text: string;
  try {
    text = read(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? `there is no file ${path}` : (cause as Error).message;
    return wrong(missing ? 'TRACE_FILE_NOT_FOUND' : 'TRACE_FILE_UNREADABLE', `trace file ${file}: ${reason}`);
  }
  const rows = parseCsv(text.replace(/^\uFEFF/, ''));
  if (!rows) return wrong('TRACE_NOT_CSV', `trace file ${file}: a quote is not closed`);
  return columnSamples(rows, column, file);
}

function columnSamples(rows: readonly (readonly string[])[], column: string, file: string): Samples {
  const header = (rows[0] ?? []).map((name) => name.trim());
  const index = header.indexOf(column);
  if (index < 0) {
    const near = header.find((name) => distance(name.toLowerCase(), column.toLowerCase()) <= 2);
    const guess = near === undefined ? '' : `; did you mean "${near}"?`;
    const message = `trace file ${file} has no column "${column}"${guess}`;
    return wrong('TRACE_COLUMN_NOT_FOUND', message, `its columns: ${header.join(', ')}`, traceColumnPath);
  }
  const samples: number[] = [];
  for (const [row, fields] of rows.slice(1).entries()) {
    const text = (fields[index] ?? '').trim();
    const value = Number(text);
    if (text === '' || !Number.isFinite(value) || value < 0) {
      const message = `trace file ${file}, row ${row + 2}: column "${column}" must be a number of at least 0, not ${JSON.stringify(text)}`;
      return wrong('TRACE_NOT_A_NUMBER', message);
    }
    samples.push(value);
  }
  if (samples.length === 0) return wrong('TRACE_EMPTY', `trace file ${file} has a header but no rows`);
  return { samples };
}

function wrong(code: string, message: string, help?: string, path = traceFilePath): { problem: Diagnostic } {
  return { problem: { severity: 'error', code, message, path, ...(help === undefined ? {} : { help }) } };
}
