/**
 * Looks at a data file before LMDB does. LMDB maps the file and trusts it: a file that is none of its own, or
 * that lost its end, would not give an error but kill the process (SIGSEGV, SIGBUS).
 */
import { appendFileSync, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

// Offsets in a meta page: a page header of 24 bytes, then `MDB_meta` of the library's own mdb.c.
const magicAt = 24;
const pageSizeAt = 48;
const lastPageAt = 144;
const transactionAt = 152;
const metaEnd = 160;
const magic = 0xbeefc0de;

/** More than that is not a lost end but a damaged size. */
const maxRepairBytes = 2 ** 30;

/**
 * True when there is a state in the folder. An empty file is one whose making was cut short.
 *
 * @throws as the file system does for all but a missing file (ENOTDIR, EACCES, ELOOP, …), to be told by `explainFailure`:
 * what cannot be looked into is not known to be empty.
 */
export function stateExists(path: string): boolean {
  try {
    return statSync(dataFile(path)).size > 0;
  } catch (error) {
    // Not `throwIfNoEntry: false`, which from Node 24 on also hides that a part of the path is a file.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Makes sure that opening the data file can end in an error at worst. A file that lost its end is filled up
 * with zeros, which LMDB recognises as damage where it needs those pages.
 *
 * @throws SyntaxError when the file is none of LMDB's.
 */
export function secureDataFile(path: string): void {
  if (!stateExists(path)) return;
  const missing = missingBytes(dataFile(path));
  if (missing > maxRepairBytes) throw new SyntaxError('most of the LMDB data file is missing');
  // Appending is safe even while another process makes the file grow: it never overwrites.
  if (missing > 0) appendFileSync(dataFile(path), Buffer.alloc(missing));
}

function missingBytes(file: string): number {
  const descriptor = openSync(file, 'r');
  try {
    const pageSize = readMeta(descriptor, 0).readUInt32LE(pageSizeAt);
    // Both metas are whole as of different transactions; the newer one counts.
    const metas = [readMeta(descriptor, 0), readMeta(descriptor, pageSize)];
    metas.sort((a, b) => Number(b.readBigUInt64LE(transactionAt) - a.readBigUInt64LE(transactionAt)));
    const lastPage = Number(metas[0]?.readBigUInt64LE(lastPageAt) ?? 0n);
    // Read after the metas: pages are written before the meta that needs them.
    return (lastPage + 1) * pageSize - fstatSync(descriptor).size;
  } finally {
    closeSync(descriptor);
  }
}

function readMeta(descriptor: number, position: number): Buffer {
  const bytes = Buffer.alloc(metaEnd);
  const length = readSync(descriptor, bytes, 0, metaEnd, position);
  if (length < metaEnd || bytes.readUInt32LE(magicAt) !== magic) throw new SyntaxError('no LMDB data file');
  return bytes;
}

function dataFile(path: string): string {
  return join(path, 'data.mdb');
}
