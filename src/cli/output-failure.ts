/** What happens when stdout or stderr takes nothing any more. */
import { writeSync } from 'node:fs';
import { ExitCode } from '../base/errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would become too large',
  EIO: 'input/output error',
};

/**
 * Ends the process with one line where Node.js would print the program's source: with 1 when the output cannot be
 * written, and as it stands when its reader has had enough (`| head`).
 */
export function endOnOutputFailure(process: NodeJS.Process): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    const reason = reasons[error.code ?? ''] ?? error.message;
    try {
      writeSync(2, `error: cannot write the output: ${reason}\n`);
    } catch {
      // The same disk may be full for both.
    }
    process.exit(ExitCode.Failure);
  });
  // Nothing can be said of it there, and what goes to stdout may still be whole.
  process.stderr.on('error', () => {
    process.exitCode ??= ExitCode.Failure;
  });
}
