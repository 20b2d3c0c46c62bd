/** What to tell a person when the state cannot be read or written. */
import { statfsSync } from 'node:fs';
import { UserError } from '../base/errors.ts';

/** Less than one transaction may take. */
const littleBytes = 1024 * 1024;

/** What is left for this user where the state lies; undefined when that cannot be told. */
function freeBytesOf(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** True when the state lies where nothing may be written, as on a read-only mount. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof Error && readOnlyText.test(error.message);
}

const readOnlyText = /permission denied|EACCES|EPERM|EROFS|read-only file system/i;

/** The error that a person can act on; errors that are no failure of the files come back as they are. */
export function explainFailure(path: string, error: unknown, freeBytes = freeBytesOf): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  if (isReadOnly(error)) {
    return new UserError(`no permission to read and write the state in ${path}`, {
      nextSteps: ['check who owns the folder', 'or use another state folder with --state DIR'],
      cause: error,
    });
  }
  // LMDB tells of a write that was cut short as of a broken disk: there was no room for the rest.
  const isShort =
    /input\/output error|EIO/i.test(error.message) && (freeBytes(path) ?? Infinity) < littleBytes;
  if (isShort || /no space left|ENOSPC|EDQUOT|quota exceeded/i.test(error.message)) {
    return new UserError(`no space left for the state in ${path}: nothing of this change was written`, {
      nextSteps: ['free some space and repeat the command'],
      cause: error,
    });
  }
  // `mkdir` finds nothing where a link leads nowhere.
  if (/ENOTDIR|EEXIST|ELOOP|ENAMETOOLONG|ENOENT.*mkdir|not a directory/i.test(error.message)) {
    return new UserError(`the state folder ${path} is no folder`, {
      nextSteps: ['use another state folder with --state DIR'],
      cause: error,
    });
  }
  if (error instanceof SyntaxError || /MDB_|EISDIR|input\/output error/i.test(error.message)) {
    return new UserError(`the state in ${path} is damaged or not of vctl`, {
      nextSteps: [
        'put a copy of the folder back, if there is one',
        'or move the folder away and apply the manifests again',
      ],
      cause: error,
    });
  }
  return error;
}
