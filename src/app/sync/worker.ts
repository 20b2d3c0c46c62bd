/** The source side of one Sync: looks where its ref stands, and renders what is new. Keeps what it has rendered. */
import { type Git } from '../../gitops/git.ts';
import { checkedPath } from '../../gitops/location.ts';
import { Renderer } from '../../gitops/render.ts';
import { type Head, Repository } from '../../gitops/repository.ts';
import { revisionText } from '../../gitops/revision.ts';
import { verifyCommit } from '../../gitops/verify.ts';
import { type Loaded } from '../../manifest/load.ts';
import { type Sync } from '../../model/kinds/index.ts';
import { type LiveSnapshot } from '../live.ts';
import { type Desired, desiredOf, type Revision } from './desired.ts';
import { pinAnnotations } from './names.ts';

export interface WorkerOptions {
  readonly git: Git;
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
}

export interface LookOptions {
  readonly live: () => Promise<LiveSnapshot>;
  /** Where refs stand, by repository and ref: asked once a round, however many Syncs follow them. */
  readonly heads: Map<string, Promise<Head>>;
}

export interface Look {
  readonly desired: Desired;
  /** The content differs from that of the last look, or what is made of it does. */
  readonly changed: boolean;
  /** The commit does not descend from the one before: somebody rewrote the history. */
  readonly rewritten: boolean;
  /** A newer good revision is there: the Sync need not be held any longer. */
  readonly unpinned: boolean;
  /** Why a newer revision is not taken although the Sync is only held for want of a good one. */
  readonly pinNote?: string;
}

interface Rendered {
  readonly loaded: Loaded;
  readonly desired: Desired;
}

export class SyncWorker {
  readonly #repository: Repository;
  readonly #renderer: Renderer;
  readonly #options: WorkerOptions;
  /** Of what the last look was made: commit, pin and generation of the spec. */
  #seen = '';
  #head: string | undefined;
  #last: Rendered | undefined;
  #generation: number | undefined;
  #verified = '';

  /** @throws SourceError for an address that is not allowed */
  constructor(sync: Sync, options: WorkerOptions) {
    this.#repository = new Repository(sync.spec.source.repo, options);
    this.#renderer = new Renderer(this.#repository);
    this.#options = options;
  }

  get repository(): Repository {
    return this.#repository;
  }

  /** What the last look has rendered; undefined before the first. */
  get desired(): Desired | undefined {
    return this.#last?.desired;
  }

  /** @throws SourceError when the revision cannot be had or must not be used; what was rendered before stays */
  async look(sync: Sync, options: LookOptions): Promise<Look> {
    const { repo, ref, path } = sync.spec.source;
    const folder = checkedPath(path);
    const key = `${repo}\n${ref}`;
    const asked = options.heads.get(key) ?? this.#repository.head(ref);
    options.heads.set(key, asked);
    const head = await asked;
    const pin = sync.metadata.annotations?.[pinAnnotations.commit];
    const seen = [head.commit, pin, sync.metadata.generation].join(' ');
    if (seen === this.#seen && this.#last?.desired.complete) {
      return { desired: this.#last.desired, changed: false, rewritten: false, unpinned: false };
    }
    const commit = await this.#repository.fetch(head);
    const before = this.#head;
    const rewritten =
      before !== undefined && before !== commit && !(await this.#repository.descends(commit, before));
    const newest = await this.#revision(sync, commit, folder);
    const taken =
      pin === undefined ? { revision: newest } : await this.#pinned(sync, newest, pin, folder, options);
    const result = await this.#render(sync, taken.revision, folder, options);
    this.#seen = seen;
    this.#head = commit;
    return {
      ...result,
      rewritten,
      unpinned: taken.unpinned ?? false,
      ...(taken.pinNote === undefined ? {} : { pinNote: taken.pinNote }),
    };
  }

  /** The objects of a commit beside what is live, without taking them over: for comparisons. */
  async preview(sync: Sync, commit: string, live: LiveSnapshot): Promise<Desired> {
    const folder = checkedPath(sync.spec.source.path);
    await this.#repository.fetch({ commit, ref: undefined });
    const revision = await this.#revision(sync, commit, folder);
    return desiredOf(revision, await this.#load(sync, revision, folder), live);
  }

  /** The commit that the ref of a Sync names now, fetched. */
  async newest(sync: Sync): Promise<string> {
    return this.#repository.fetch(await this.#repository.head(sync.spec.source.ref));
  }

  async #pinned(
    sync: Sync,
    newest: Revision,
    pin: string,
    folder: string,
    options: LookOptions,
  ): Promise<{ revision: Revision; unpinned?: boolean; pinNote?: string }> {
    await this.#repository.fetch({ commit: pin, ref: undefined });
    const held = { revision: await this.#revision(sync, pin, folder) };
    if (newest.tree === sync.metadata.annotations?.[pinAnnotations.pastTree]) return held;
    const wanted = await desiredOf(newest, await this.#load(sync, newest, folder), await options.live());
    if (wanted.complete) return { revision: newest, unpinned: true };
    const first = wanted.diagnostics.find(({ severity }) => severity === 'error');
    return { ...held, pinNote: `${newest.text} is not good either: ${first?.message ?? 'it was refused'}` };
  }

  async #revision(sync: Sync, commit: string, folder: string): Promise<Revision> {
    const keyring = sync.spec.source.verify?.keyring;
    const known = `${commit} ${keyring ?? ''}`;
    if (keyring !== undefined && known !== this.#verified) {
      await verifyCommit(this.#options.git, this.#repository.dir, commit, keyring);
      this.#verified = known;
    }
    const tree = await this.#repository.treeOf(commit, folder);
    const { author, subject } = await this.#repository.describe(commit);
    return { commit, tree, author, subject, text: revisionText(sync.spec.source.ref, commit) };
  }

  async #render(
    sync: Sync,
    revision: Revision,
    folder: string,
    options: LookOptions,
  ): Promise<Pick<Look, 'desired' | 'changed'>> {
    const last = this.#last;
    const { generation } = sync.metadata;
    const isSame = last?.desired.revision.tree === revision.tree && generation === this.#generation;
    if (isSame && last.desired.complete) {
      const desired = { ...last.desired, revision };
      this.#last = { ...last, desired };
      return { desired, changed: false };
    }
    // What was refused for what is live, as a reference to nothing, may be right by now.
    const loaded = isSame ? last.loaded : await this.#load(sync, revision, folder);
    const desired = await desiredOf(revision, loaded, await options.live());
    this.#last = { loaded, desired };
    this.#generation = generation;
    return { desired, changed: !isSame || desired.complete };
  }

  #load(sync: Sync, { tree }: Revision, folder: string): Promise<Loaded> {
    const { substitute, source } = sync.spec;
    return this.#renderer.render({
      tree,
      path: folder,
      namespace: sync.metadata.namespace ?? 'default',
      ...(source.exclude === undefined ? {} : { exclude: source.exclude }),
      ...(substitute === undefined ? {} : { substitute: substitute }),
    });
  }
}
