/** How long a person waits for a command that has little to do, against Node itself. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { interleaved, ms, report, root, temporaryFolder } from './measure.ts';

const state = join(temporaryFolder(), 'state');
const program = join(root, 'bin', 'run.js');

function run(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], VCTL_STATE_DIR: state, NO_COLOR: '1' },
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}\n${stderr.toString()}`);
}

run(program, 'apply', '-f', 'manifests/quickstart');
const commands = [
  ['version'],
  ['--help'],
  ['get', 'vm'],
  ['apply', '-f', 'manifests/quickstart', '--no-wait'],
];
const [bare = 0, ...times] = await interleaved(15, [
  () => run('-e', '0'),
  ...commands.map((command) => () => run(program, ...command)),
]);
for (const [i, command] of commands.entries()) {
  const time = times[i] ?? 0;
  report(`vctl ${command.join(' ')} : node -e 0`, time / bare, `${ms(time)} : ${ms(bare)}`);
}
