/** Brings programs of other versions of Node, from npm's packages of them, into a cache that `npm ci` clears. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const cache = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'nodes');
const system = process.platform === 'win32' ? 'win' : process.platform;
const packageName = `node-${system}-${process.arch}`;
const program = process.platform === 'win32' ? 'node.exe' : 'node';

/**
 * The folder with the program of a version (`20.19.0`, or `24` for its newest) and the version that it has, or why it
 * could not be had.
 */
export function nodeProgram(wanted) {
  const home = join(cache, wanted);
  const folder = join(home, 'node_modules', packageName, 'bin');
  if (!existsSync(join(folder, program))) {
    const refusal = install(home, `${packageName}@${wanted}`);
    if (refusal !== undefined) return { refusal };
  }
  try {
    const version = execFileSync(join(folder, program), ['--version'], { encoding: 'utf8' }).trim();
    return { folder, version };
  } catch (error) {
    return { refusal: `its program does not run here: ${firstLine(error.message)}` };
  }
}

/** Undefined when it went well. */
function install(home, specifier) {
  mkdirSync(home, { recursive: true });
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--fetch-retries=1'];
  try {
    execFileSync('npm', ['install', '--prefix', home, ...quiet, specifier], { cwd: home, stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `npm could not install ${specifier}: ${firstLine(String(error.stderr ?? error.message))}`;
  }
}

/** The first line that says something to a person. */
function firstLine(text) {
  const lines = text.split('\n').map((line) => line.replace(/^npm (error|ERR!) /, ''));
  return lines.find((line) => line !== '' && !/^(code|syscall|errno) /.test(line)) ?? text;
}
