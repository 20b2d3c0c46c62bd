import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Sandbox } from '../support/vctl.ts';

const sandbox = new Sandbox();
afterAll(() => sandbox.dispose());
const vctl = `${process.execPath} ${join(import.meta.dirname, '..', '..', 'bin', 'run.js')}`;

/** Through a shell, for its redirections. */
function shell(
  line: string,
): Promise<{ readonly exit: number; readonly stdout: string; readonly stderr: string }> {
  const env = { PATH: process.env['PATH'], HOME: sandbox.folder, VCTL_STATE_DIR: sandbox.path('state') };
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { env }, (error, stdout, stderr) =>
      resolve({ exit: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

test.runIf(existsSync('/dev/full'))('stdout on a full disk · one line, and 1', async () => {
  expect(await shell(`${vctl} get hv > /dev/full`)).toEqual({
    ...{ exit: 1, stdout: '' },
    stderr: 'error: cannot write the output: no space left on device\n',
  });
  expect((await shell(`${vctl} get hv --json > /dev/full`)).exit).toBe(1);
});

test('a reader that has had enough · nothing is said', async () => {
  expect(await shell(`${vctl} get hv -o yaml | true`)).toMatchObject({ stderr: '' });
});
