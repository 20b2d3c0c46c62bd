/**
 * Runs scripts of package.json side by side: `node src/build/side-by-side.mjs types lint`. What each has said is printed
 * when it ends, whole. Fails when one of them has failed, after all have ended.
 */
import { spawn } from 'node:child_process';

const names = process.argv.slice(2);

/** The npm that runs this, on the Node that runs this. */
const npm = process.env.npm_execpath;
if (npm === undefined) throw new Error('run it by npm: npm run static');

/** Whether the script succeeded. */
function run(name) {
  const child = spawn(process.execPath, [npm, 'run', '--silent', name], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Colours as a terminal would get them, though each is read by way of a pipe.
    env: process.stdout.isTTY ? { FORCE_COLOR: '1', ...process.env } : process.env,
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.stdout.write(`${name}: ${code === 0 ? 'passed' : 'failed'}\n`);
      process.stdout.write(Buffer.concat(said));
      resolve(code === 0);
    });
  });
}

const passed = await Promise.all(names.map(run));
if (passed.includes(false)) process.exitCode = 1;
