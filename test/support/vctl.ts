/** Runs the built `vctl` as a person does: a process in a folder of its own, with a state of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code, or the signal that ended the process. */
  readonly exit: number | NodeJS.Signals;
}

export interface RunOptions {
  /** What standard input holds; nothing by default. */
  readonly input?: string;
  /** Name of the state below the sandbox, for tests with several. @defaultValue 'state' */
  readonly state?: string;
  /** Called with each piece of stdout as it comes; may kill the process. */
  readonly onOutput?: (stdout: string, child: ChildProcess) => void;
  /** After how long the process is ended with SIGTERM. @defaultValue never */
  readonly timeoutMs?: number;
  /** Called once the process exists. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** A temporary folder to run in. `manifests` in it are those of the project. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'vctl-'));

  constructor() {
    symlinkSync(join(root, 'manifests'), join(this.folder, 'manifests'));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file, with the folders above it. */
  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /**
   * Changes a text in all its places. A file of `manifests` is changed in a copy of its folder that lies here under
   * the folder's own name: manifests/scenarios/placement/world.yaml is placement/world.yaml from then on.
   * @throws Error when the text is nowhere in the file
   */
  replace(name: string, old: string, now: string): void {
    const file = name.startsWith('manifests/') ? this.#copied(name) : name;
    const text = readFileSync(this.path(file), 'utf8');
    if (!text.includes(old)) throw new Error(`${name} has no text: ${old}`);
    this.write(file, text.replaceAll(old, now.replaceAll('\\n', '\n')));
  }

  #copied(name: string): string {
    const folder = basename(dirname(name));
    if (!existsSync(this.path(folder)))
      cpSync(this.path(dirname(name)), this.path(folder), { recursive: true });
    return join(folder, basename(name));
  }

  /** Runs to the end, whatever comes of it. */
  run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const child = spawn(process.execPath, [join(root, 'bin', 'run.js'), ...args], {
      cwd: this.folder,
      env: this.#environment(options.state ?? 'state'),
      stdio: 'pipe',
      timeout: options.timeoutMs,
    });
    options.onStart?.(child);
    const result = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      result.stdout += text;
      options.onOutput?.(result.stdout, child);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
    // A process that ends without reading leaves a broken pipe.
    child.stdin.on('error', () => undefined).end(options.input ?? '');
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ ...result, exit: code ?? signal ?? 'SIGKILL' }));
    });
  }

  /** The stdout of a command that has to succeed. @throws Error with what it said when it does not. */
  async ok(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { stdout, stderr, exit } = await this.run(args, options);
    if (exit !== 0) throw new Error(`vctl ${args.join(' ')}: exit ${exit}\n${stdout}${stderr}`);
    return stdout;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Little more than what Node needs: no colours, no settings of the person who runs the tests. */
  #environment(state: string): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.folder,
      VCTL_STATE_DIR: this.path(state),
      NO_COLOR: '1',
      TZ: 'UTC',
    };
  }
}
