/** Runs the `git` program: a fixed list of arguments, no shell, no prompt, and none of anybody's settings. */
import { execFile, type ExecFileException } from 'node:child_process';
import { devNull } from 'node:os';
import { protocols } from './location.ts';
import { SourceError } from './source-error.ts';

export interface GitOptions {
  /** The bare repository to work in; absent for what needs none. */
  readonly dir?: string;
  /** What standard input holds. */
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Ends git after so long, ms of wall time. @defaultValue defaultTimeoutMs */
  readonly timeoutMs?: number;
  /** Settings of this call alone, as `name=value`. */
  readonly config?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A call of git came to this. */
export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A repository that does not answer for a minute does not answer. */
const defaultTimeoutMs = 60_000;
/** Beyond any tree that the limits of `tree.ts` let through. */
const maxOutputBytes = 256 * 1024 * 1024;

/**
 * Hooks and monitors never run; what is fetched is checked for objects made to harm (`fsckObjects`), but old
 * tools' slips, which harm nobody, pass.
 */
const settings = [
  `core.hooksPath=${devNull}`,
  'core.fsmonitor=false',
  'core.symlinks=false',
  'credential.helper=',
  'fetch.fsckObjects=true',
  'fetch.fsck.zeroPaddedFilemode=warn',
  'fetch.fsck.missingSpaceBeforeDate=warn',
  'fetch.fsck.badTimezone=warn',
  'fetch.recurseSubmodules=false',
  'submodule.recurse=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=30',
];

/** Of the process' environment only these reach git: where things are, and how the network is reached. */
const inherited = [
  ...['PATH', 'HOME', 'TMPDIR', 'SYSTEMROOT', 'SSH_AUTH_SOCK', 'GIT_SSL_CAINFO', 'SSL_CERT_FILE'],
  ...['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'],
];

/** One way to git for a whole run; counts its processes. */
export class Git {
  /** Processes started so far. */
  calls = 0;
  readonly #env: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#env = gitEnvironment(environment);
  }

  /** Runs git to its end, whatever it comes to. @throws SourceError when there is no git or it hangs. */
  run(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    const { dir, input, signal, timeoutMs = defaultTimeoutMs, config = [], env = {} } = options;
    const settingArgs = [...settings, ...config].flatMap((setting) => ['-c', setting]);
    const all = [...(dir === undefined ? [] : [`--git-dir=${dir}`]), ...settingArgs, ...args];
    this.calls++;
    return new Promise((resolve, reject) => {
      const child = execFile(
        'git',
        all,
        {
          ...{ encoding: 'buffer', maxBuffer: maxOutputBytes, timeout: timeoutMs, killSignal: 'SIGKILL' },
          ...{ env: { ...this.#env, ...env }, shell: false, windowsHide: true },
          ...(signal ? { signal } : {}),
        },
        (error, stdout, stderr) => {
          const text = stderr.toString('utf8');
          if (!error) return resolve({ code: 0, stdout, stderr: text });
          if (signal?.aborted) return reject(signal.reason as Error);
          if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr: text });
          reject(failure(error, timeoutMs));
        },
      );
      // A git that ends before it has read everything leaves a broken pipe.
      child.stdin?.on('error', () => undefined).end(input ?? '');
    });
  }
}

function failure(error: ExecFileException, timeoutMs: number): SourceError {
  if (error.code === ('ENOENT' as unknown)) {
    return new SourceError('FetchFailed', 'the program git was not found', {
      nextSteps: ['install git, and see that it is on the PATH'],
    });
  }
  if (error.killed) {
    return new SourceError('FetchFailed', `git gave no answer for ${timeoutMs / 1000} s`);
  }
  return new SourceError('FetchFailed', `git failed: ${error.message}`);
}

function gitEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ALLOW_PROTOCOL: protocols.join(':'),
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ATTR_NOSYSTEM: '1',
  };
  for (const name of inherited) {
    const value = environment[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** What git says of a failure, in one line and without its decoration. */
export function reasonOf({ stderr }: GitResult): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(?:fatal|error|remote|warning): /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  const telling = stderr.split('\n').find((line) => /^(?:fatal|error): /.test(line));
  return telling?.replace(/^(?:fatal|error): /, '').trim() ?? lines[0] ?? 'git gave no reason';
}
