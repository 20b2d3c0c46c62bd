/** Which files a list of paths means, and their texts. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { listDirectory } from '../base/listing.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { Exclusions, ignoreFile } from './exclusions.ts';

/** A text and the name by which messages call it. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

export interface ReadOptions {
  /** Take the files of subdirectories too. @defaultValue false */
  readonly recursive?: boolean;
  /** What `-` stands for. */
  readonly stdin?: string;
  /** Patterns of paths below a folder that are not read, beside those of its ignore file. */
  readonly exclude?: readonly string[];
}

export interface ReadResult {
  /** In the order of the paths; within a directory by name, depth first. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

const extensions: readonly string[] = ['.yaml', '.yml', '.json'];

/**
 * Reads every manifest that the paths name. A file counts whatever its extension; of a directory only .yaml,
 * .yml and .json files do, hidden ones and those reached over a link to a directory do not. A file that is
 * named twice is read once.
 */
export function readSources(paths: readonly string[], options: ReadOptions = {}): ReadResult {
  const reader = new Reader(options);
  for (const path of paths) reader.path(path);
  return reader;
}

class Reader implements ReadResult {
  readonly sources: Source[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  constructor(private readonly options: ReadOptions) {}

  path(path: string): void {
    if (path === '-') {
      if (this.options.stdin === undefined)
        this.#refuse('FILE_UNREADABLE', '-', 'there is no standard input');
      else this.sources.push({ file: '-', text: this.options.stdin });
      return;
    }
    const isDirectory = this.#try(path, () => statSync(path).isDirectory());
    if (isDirectory === undefined) return;
    if (!isDirectory) return this.#file(path);
    const before = this.sources.length + this.diagnostics.length;
    const skipped = this.#directory(path, '', this.#exclusions(path));
    if (this.sources.length + this.diagnostics.length > before) return;
    const message = `there is no .yaml, .yml or .json file in ${path}`;
    this.#refuse(
      'NO_MANIFESTS',
      path,
      message,
      skipped ? 'take its subdirectories too: --recursive (-R)' : undefined,
    );
  }

  /** True when there are subdirectories that were not read. */
  #directory(path: string, below: string, exclusions: Exclusions): boolean {
    let skipped = false;
    for (const entry of this.#try(path, () => listDirectory(path)) ?? []) {
      if (entry.name.startsWith('.')) continue;
      const child = join(path, entry.name);
      const name = `${below}${entry.name}`;
      if (exclusions.excludes(name, entry.isDirectory)) continue;
      if (entry.isDirectory) {
        if (this.options.recursive) skipped = this.#directory(child, `${name}/`, exclusions) || skipped;
        else skipped = true;
        continue;
      }
      if (!extensions.includes(extname(entry.name).toLowerCase())) continue;
      // A link to a directory could lead back to where it stands: only links to files are followed.
      if (entry.isSymbolicLink && this.#try(child, () => statSync(child).isDirectory()) !== false) continue;
      if (this.#try(child, () => statSync(child).isFile()) === true) this.#file(child);
      // Named by itself it is read (`<(command)`); in a folder nobody writes to it, and reading it would not end.
      else this.#refuse('FILE_UNREADABLE', child, 'it is a pipe, a device or a socket, no plain file');
    }
    return skipped;
  }

  #exclusions(folder: string): Exclusions {
    const path = join(folder, ignoreFile);
    const text = existsSync(path) ? this.#try(path, () => readFileSync(path, 'utf8')) : '';
    return new Exclusions([...(text ?? '').split(/\r?\n/), ...(this.options.exclude ?? [])]);
  }

  #file(path: string): void {
    const read = this.#try(path, () => ({ real: realpathSync(path), bytes: readFileSync(path) }));
    if (!read || this.#seen.has(read.real)) return;
    this.#seen.add(read.real);
    try {
      this.sources.push({ file: path, text: new TextDecoder('utf-8', { fatal: true }).decode(read.bytes) });
    } catch {
      this.#refuse('NOT_UTF8', path, 'the file is not UTF-8 text', 'save it as UTF-8');
    }
  }

  #try<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (cause) {
      const { code = '', message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') this.#refuse('FILE_NOT_FOUND', path, 'no such file or directory');
      else if (code === 'ELOOP')
        this.#refuse('FILE_UNREADABLE', path, 'symbolic links that lead in a circle');
      else if (code === 'EACCES') this.#refuse('FILE_UNREADABLE', path, 'no permission to read it');
      else this.#refuse('FILE_UNREADABLE', path, message);
      return undefined;
    }
  }

  #refuse(code: string, file: string, message: string, help?: string): void {
    this.diagnostics.push({
      severity: 'error',
      code,
      message,
      path: '',
      file,
      ...(help === undefined ? {} : { help }),
    });
  }
}
