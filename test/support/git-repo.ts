/** Real git repositories in temporary folders, for tests of what follows them. */
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** An environment in which git has no settings but an author. */
export const gitIdentity = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** A work tree with a branch `main`, and a folder beside it for whatever else a test needs. */
export class GitRepo {
  readonly root = mkdtempSync(join(tmpdir(), 'vctl-git-'));
  readonly dir = join(this.root, 'work');

  constructor() {
    mkdirSync(this.dir);
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** Runs git in the work tree. @returns its stdout without the last newline */
  git(...args: readonly string[]): string {
    return this.gitWith({}, ...args);
  }

  gitWith(options: ExecFileSyncOptions, ...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.dir, env: gitIdentity, stdio: 'pipe', ...options })
      .toString()
      .trimEnd();
  }

  /** Writes files; undefined takes one away. */
  write(files: Readonly<Record<string, string | Buffer | undefined>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.dir, name);
      if (text === undefined) {
        rmSync(path, { force: true });
        continue;
      }
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  /** Writes files and commits everything. @returns the commit's id */
  commit(
    files: Readonly<Record<string, string | Buffer | undefined>> = {},
    message = 'Change the world',
    ...args: readonly string[]
  ): string {
    this.write(files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message, ...args);
    return this.head();
  }

  head(): string {
    return this.git('rev-parse', 'HEAD');
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
