/** Opening the state folder: its parts, its format, and what to tell a person when it cannot be read. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Database, type RootDatabase } from 'lmdb';
import { UserError } from '../base/errors.ts';
import { decodeValue, encodeValue } from './encoding.ts';
import { secureDataFile } from './lmdb-header.ts';

/** Grows with each change of the layout that an older vctl would misread. */
export const stateFormat = 1;

/** The one record that every commit reads and replaces. */
export interface Head {
  readonly format: number;
  readonly revision: number;
  /** Changes up to this revision are forgotten. */
  readonly compacted: number;
}

/** The key spaces of one environment. */
export interface StateFiles {
  readonly root: RootDatabase<Buffer, string>;
  readonly meta: Database<Buffer, string>;
  readonly objects: Database<Buffer, string>;
  /** By revision. */
  readonly history: Database<Buffer, number>;
  readonly privates: Database<Buffer, string>;
}

const headKey = 'head';

/**
 * Opens the state, making folder and files when they are missing; `readOnly` one that cannot be written.
 * @throws UserError when it was written by a newer vctl; other errors are to be told by `explainFailure`.
 */
export async function openStateFiles(path: string, readOnly = false): Promise<StateFiles> {
  // Loaded here, so that commands without a state do not pay for the native library.
  const { open } = await import('lmdb');
  let root: RootDatabase<Buffer, string> | undefined;
  try {
    if (!readOnly) makePrivate(path);
    secureDataFile(path);
    root = open<Buffer, string>({
      path,
      encoding: 'binary',
      // Otherwise a folder with a dot in its name would become a file.
      noSubdir: false,
      // See "Durability" in the README.
      overlappingSync: false,
      readOnly,
    });
    const files: StateFiles = {
      root,
      meta: root.openDB<Buffer, string>('meta', { encoding: 'binary' }),
      objects: root.openDB<Buffer, string>('objects', { encoding: 'binary' }),
      history: root.openDB<Buffer, number>('history', { encoding: 'binary' }),
      privates: root.openDB<Buffer, string>('private', { encoding: 'binary' }),
    };
    if (!files.meta.doesExist(headKey)) {
      initialise(files);
      // A new file is only safe once the folders that lead to it are on the disk too.
      for (const folder of [path, dirname(path)]) syncFolder(folder);
    }
    checkFormat(path, readHead(files));
    return files;
  } catch (error) {
    await root?.close();
    throw error;
  }
}

export function readHead(files: StateFiles): Head {
  const bytes = files.meta.get(headKey);
  if (!bytes) throw new SyntaxError('no head record');
  const head = decodeValue(bytes) as Partial<Head>;
  if (![head.format, head.revision, head.compacted].every(Number.isSafeInteger)) {
    throw new SyntaxError('malformed head record');
  }
  return head as Head;
}

/** Only inside a transaction. */
export function writeHead(files: StateFiles, head: Head): void {
  void files.meta.put(headKey, encodeValue(head));
}

/**
 * Makes what is missing for nobody but its owner: a state holds what tenants configure, secrets among it. What is there
 * keeps the mode that somebody may have given it.
 */
function makePrivate(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  for (const name of ['data.mdb', 'lock.mdb']) {
    const file = join(path, name);
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  }
}

function initialise(files: StateFiles): void {
  files.root.transactionSync(() => {
    // Another process may have been faster.
    if (files.meta.doesExist(headKey)) return;
    // Entries without a head are a damaged state: beginning anew would bury them.
    const spaces = [files.objects, files.history, files.privates];
    if (spaces.some((space) => space.getKeysCount({ limit: 1 }) > 0)) throw new SyntaxError('no head record');
    writeHead(files, { format: stateFormat, revision: 0, compacted: 0 });
  });
}

function syncFolder(path: string): void {
  // Windows opens no folders, and needs no such care.
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function checkFormat(path: string, head: Head): void {
  if (head.format <= stateFormat) return;
  throw new UserError(
    `the state in ${path} was written by a newer vctl (format ${head.format}; this one knows ${stateFormat})`,
    { nextSteps: ['update vctl', 'or use another state folder with --state DIR'] },
  );
}
