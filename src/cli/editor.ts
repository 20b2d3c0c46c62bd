/** The person's own editor, on a text. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';

/** Where the text of an edit stands while it is edited; it stays there when the edit is not taken. */
export class EditedFile {
  readonly path: string;

  constructor(
    name: string,
    private readonly env: Readonly<Record<string, string | undefined>>,
  ) {
    this.path = join(mkdtempSync(join(tmpdir(), 'vctl-edit-')), name);
  }

  /**
   * Lets the person edit the text: `$VISUAL`, else `$EDITOR`, else vi, which may carry arguments of their own.
   *
   * @throws UserError when the editor cannot be started or says that it failed.
   */
  async edit(text: string): Promise<string> {
    writeFileSync(this.path, text);
    const command = this.env['VISUAL'] || this.env['EDITOR'] || 'vi';
    // The shell splits the command as the person's own would; the path is an argument and never part of it.
    const child = spawn('/bin/sh', ['-c', `${command} "$1"`, 'vctl', this.path], { stdio: 'inherit' });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) {
      throw new UserError(
        `the editor "${command}" failed (exit code ${code ?? 'unknown'}): nothing was changed`,
        {
          nextSteps: ['choose one that is installed: EDITOR=nano vctl edit …'],
        },
      );
    }
    return readFileSync(this.path, 'utf8');
  }
}
