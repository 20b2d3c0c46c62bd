/** A followed repository: a bare cache beside the state, fed by fetches. Only blobs of commits are read from it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../base/errors.ts';
import { Exclusions } from '../manifest/exclusions.ts';
import { type Git, type GitResult, reasonOf } from './git.ts';
import { checkedRepo, parseRef, type Ref } from './location.ts';
import { SourceError } from './source-error.ts';
import { defaultLimits, ignoreBlobIn, readTree, type TreeContents, type TreeLimits } from './tree.ts';

/** Where a ref stands in the repository that is followed. */
export interface Head {
  readonly commit: string;
  /** The full name under which it is fetched; undefined for a commit that was named by its id. */
  readonly ref: string | undefined;
}

export interface CommitInfo {
  readonly commit: string;
  readonly author: string;
  /** The first line of its message. */
  readonly subject: string;
}

export interface RepositoryOptions {
  /** Folder of the caches, one a repository. */
  readonly cacheDir: string;
  readonly git: Git;
  readonly signal?: AbortSignal;
}

export class Repository {
  readonly address: string;
  readonly dir: string;
  /** Blobs read so far, for tests that count work. */
  blobReads = 0;
  readonly #options: RepositoryOptions;
  /** Commits that the cache is known to hold. */
  readonly #present = new Set<string>();

  /** @throws SourceError for an address that is not allowed; nothing is touched yet. */
  constructor(repo: string, options: RepositoryOptions) {
    this.address = checkedRepo(repo);
    const name = createHash('sha256').update(this.address).digest('hex').slice(0, 32);
    this.dir = join(options.cacheDir, name);
    this.#options = options;
  }

  /**
   * Asks the repository where a ref stands, without fetching: one process of git, none for a commit id.
   * A name that is both a branch and a tag is refused rather than guessed.
   */
  async head(text: string): Promise<Head> {
    const ref = parseRef(text);
    if (ref.type === 'commit') return { commit: ref.id, ref: undefined };
    const names = candidatesOf(ref);
    const patterns = names.flatMap((name) => [name, `${name}^{}`]);
    const result = await this.#git(['ls-remote', '--quiet', '--', this.address, ...patterns]);
    if (result.code !== 0) throw this.#unreachable(result);
    return headIn(result.stdout.toString('utf8'), names, text);
  }

  /**
   * Brings the commit that a head names into the cache; nothing to do when it is there. Gives the commit that
   * was fetched: the ref may have moved on since it was asked for.
   */
  async fetch(head: Head): Promise<string> {
    if (await this.has(head.commit)) return head.commit;
    if (head.ref === undefined) return this.#fetchCommit(head.commit);
    const local = `refs/vctl/${createHash('sha256').update(head.ref).digest('hex').slice(0, 16)}`;
    const result = await this.#fetchRefs([`+${head.ref}:${local}`]);
    if (result.code !== 0) throw this.#unreachable(result);
    const commit = await this.#look(`${local}^{commit}`);
    if (commit === undefined) {
      throw new SourceError('RevisionNotFound', `${head.ref} of ${this.address} is no commit`);
    }
    this.#present.add(commit);
    return commit;
  }

  /** True when the cache holds the commit. */
  async has(commit: string): Promise<boolean> {
    if (this.#present.has(commit)) return true;
    if (!existsSync(join(this.dir, 'HEAD'))) return false;
    if ((await this.#look(`${commit}^{commit}`)) === undefined) return false;
    this.#present.add(commit);
    return true;
  }

  /** Id of the folder's tree in a commit: equal ids mean that nothing in it differs. @throws SourceError PathNotFound */
  async treeOf(commit: string, path: string): Promise<string> {
    const tree = await this.#look(`${commit}:${path}`, 'tree');
    if (tree !== undefined) return tree;
    throw new SourceError('PathNotFound', `there is no folder "${path}" in commit ${commit.slice(0, 12)}`, {
      nextSteps: ['name a folder of the repository with --path'],
    });
  }

  /** The files of a tree. @throws SourceError ContentRefused */
  async list(
    tree: string,
    exclude: readonly string[] = [],
    limits: TreeLimits = defaultLimits,
  ): Promise<TreeContents> {
    const result = await this.#git(['ls-tree', '-r', '-z', '-l', '--full-tree', tree]);
    if (result.code !== 0) throw this.#broken(result);
    const ignore = ignoreBlobIn(result.stdout);
    const lines = ignore === undefined ? [] : await this.#linesOf(ignore);
    return readTree(result.stdout, limits, new Exclusions([...lines, ...exclude]));
  }

  /** The contents of blobs by id, in one process however many there are. */
  async read(blobs: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    if (blobs.length === 0) return new Map();
    const result = await this.#git(['cat-file', '--batch'], `${blobs.join('\n')}\n`);
    if (result.code !== 0) throw this.#broken(result);
    this.blobReads += blobs.length;
    return batchOf(result.stdout, blobs);
  }

  async #linesOf(blob: string): Promise<string[]> {
    const bytes = (await this.read([blob])).get(blob);
    return (bytes?.toString('utf8') ?? '').split(/\r?\n/);
  }

  /** Who made a commit that the cache holds, and what for. */
  async describe(commit: string): Promise<CommitInfo> {
    const result = await this.#git(['show', '-s', '--no-show-signature', '--format=%an%x00%s', commit, '--']);
    const [author = '', subject = ''] = result.stdout.toString('utf8').trimEnd().split('\0');
    return { commit, author, subject };
  }

  /** True when `commit` has `earlier` among its ancestors: false tells of a history that was rewritten. */
  async descends(commit: string, earlier: string): Promise<boolean> {
    if (!(await this.has(earlier))) return false;
    return (await this.#git(['merge-base', '--is-ancestor', earlier, commit])).code === 0;
  }

  /** A commit by its id: servers may refuse to give one by name, so all branches and tags are tried next. */
  async #fetchCommit(commit: string): Promise<string> {
    const direct = await this.#fetchRefs([commit]);
    const result =
      direct.code === 0
        ? direct
        : await this.#fetchRefs(['+refs/heads/*:refs/vctl/heads/*', '+refs/tags/*:refs/vctl/tags/*']);
    if (result.code !== 0) throw this.#unreachable(result);
    if (await this.has(commit)) return commit;
    throw new SourceError('RevisionNotFound', `there is no commit ${commit} in ${this.address}`);
  }

  async #fetchRefs(refs: readonly string[]): Promise<GitResult> {
    await this.#make();
    const quiet = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--force'];
    // A clone that was cut off (as those of build servers are) gives what it has.
    const shallow = '--update-shallow';
    return this.#git(['fetch', ...quiet, shallow, '--', this.address, ...refs]);
  }

  async #make(): Promise<void> {
    if (existsSync(join(this.dir, 'HEAD'))) return;
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    const { git, signal } = this.#options;
    const made = await git.run(['init', '--quiet', '--bare', '--template=', '--', this.dir], { signal });
    if (made.code !== 0) throw this.#broken(made);
  }

  /** The id of an object by an expression that only vctl builds; undefined when there is none of the type. */
  async #look(expression: string, type = 'commit'): Promise<string | undefined> {
    const result = await this.#git(['cat-file', '--batch-check'], `${expression}\n`);
    const [id, found] = result.stdout.toString('utf8').split(/[ \n]/);
    return result.code === 0 && found === type ? id : undefined;
  }

  #git(args: readonly string[], input?: string): Promise<GitResult> {
    const { git, signal } = this.#options;
    return git.run(args, { dir: this.dir, input, signal });
  }

  #unreachable(result: GitResult): SourceError {
    return new SourceError('FetchFailed', `${this.address} could not be fetched: ${reasonOf(result)}`, {
      nextSteps: [`see what git says: git ls-remote ${this.address}`],
    });
  }

  #broken(result: GitResult): SourceError {
    return new SourceError(
      'FetchFailed',
      `the cache of ${this.address} could not be read: ${reasonOf(result)}`,
      {
        exitCode: ExitCode.Failure,
        nextSteps: [`remove it, it is fetched anew: ${this.dir}`],
      },
    );
  }
}

function candidatesOf(ref: Exclude<Ref, { type: 'commit' }>): readonly string[] {
  return ref.type === 'full' ? [ref.name] : [`refs/heads/${ref.name}`, `refs/tags/${ref.name}`];
}

/** The answer of `ls-remote` matches ends of names; only whole names count. `^{}` is what a tag points to. */
function headIn(answer: string, names: readonly string[], text: string): Head {
  const ids = new Map<string, string>();
  for (const line of answer.split('\n')) {
    const [id = '', name = ''] = line.split('\t');
    ids.set(name, id);
  }
  const found = names.filter((name) => ids.has(name));
  const [ref] = found;
  if (ref === undefined) {
    throw new SourceError('RevisionNotFound', `there is no branch and no tag "${text}" in the repository`, {
      nextSteps: ['name another one with --ref', 'see them: git ls-remote --heads --tags REPOSITORY'],
    });
  }
  if (found.length > 1) {
    throw new SourceError('SourceRefused', `"${text}" is a branch and a tag`, {
      nextSteps: [`say which: --ref ${found.join(' or --ref ')}`],
    });
  }
  return { commit: ids.get(`${ref}^{}`) ?? ids.get(ref) ?? '', ref };
}

/** Takes the answer of `cat-file --batch` apart: `<id> <type> <size>`, a newline, the content, a newline. */
function batchOf(answer: Buffer, blobs: readonly string[]): ReadonlyMap<string, Buffer> {
  const contents = new Map<string, Buffer>();
  let offset = 0;
  for (const blob of blobs) {
    const end = answer.indexOf(10, offset);
    const [, type, size] = answer.subarray(offset, end).toString('latin1').split(' ');
    if (type !== 'blob') throw new SourceError('FetchFailed', `the cache does not hold the content ${blob}`);
    const start = end + 1;
    contents.set(blob, answer.subarray(start, start + Number(size)));
    offset = start + Number(size) + 1;
  }
  return contents;
}
