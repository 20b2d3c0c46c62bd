/** A commit's folder into objects with their places. What was parsed for one commit serves the next. */
import { posix } from 'node:path';
import { canonicalJson } from '../base/deep.ts';
import { type Loaded, loadTexts } from '../manifest/load.ts';
import { parseText, type ParsedText } from '../manifest/parse.ts';
import { type Source } from '../manifest/read.ts';
import { tracePathOf } from '../manifest/trace.ts';
import { type Repository } from './repository.ts';
import { SourceError } from './source-error.ts';
import { type Variables, withVariables } from './substitute.ts';
import { defaultLimits, tooLarge, type TreeContents, type TreeFile } from './tree.ts';

export interface RenderRequest {
  /** Id of the folder's tree. */
  readonly tree: string;
  /** The folder, as `checkedPath` gives it. */
  readonly path: string;
  /** Of namespaced objects that name none. */
  readonly namespace: string;
  /** Absent: nothing is replaced. */
  readonly substitute?: Variables;
  /** Patterns of files that are not read. */
  readonly exclude?: readonly string[];
}

interface CachedBlob {
  readonly text: string;
  readonly parsed: ParsedText;
}

/** Renders one folder of one repository again and again; a file is read and parsed once for each content it has. */
export class Renderer {
  #blobs = new Map<string, CachedBlob>();
  #variables = '';

  constructor(private readonly repository: Repository) {}

  /** The objects of the tree. @throws SourceError when it holds what vctl does not read */
  async render(request: RenderRequest): Promise<Loaded> {
    const contents = await this.repository.list(request.tree, request.exclude);
    this.#forgetOtherVariables(request.substitute);
    await this.#readNew(contents.manifests, request.substitute);
    const sources: Source[] = [];
    const parsed = new Map<string, ParsedText>();
    for (const { path, blob } of contents.manifests) {
      const file = posix.join(request.path, path);
      const cached = this.#blobs.get(blob);
      sources.push({ file, text: cached?.text ?? '' });
      if (cached) parsed.set(file, cached.parsed);
    }
    const traces = await this.#traces(parsed, contents, request.path);
    return loadTexts(sources, {
      defaultNamespace: request.namespace,
      parse: ({ file, text }) => parsed.get(file) ?? parseText(text),
      readTrace: (path) => traces(path),
    });
  }

  /** What was parsed holds the values of the variables of then. */
  #forgetOtherVariables(variables: Variables | undefined): void {
    const text = canonicalJson(variables ?? null);
    if (text !== this.#variables) this.#blobs.clear();
    this.#variables = text;
  }

  async #readNew(files: readonly TreeFile[], variables: Variables | undefined): Promise<void> {
    const paths = new Map(files.map(({ blob, path }) => [blob, path]));
    const fresh = await this.repository.read([...paths.keys()].filter((blob) => !this.#blobs.has(blob)));
    const next = new Map<string, CachedBlob>();
    for (const [blob, path] of paths) {
      const bytes = fresh.get(blob);
      const known = this.#blobs.get(blob);
      if (known) next.set(blob, known);
      else if (bytes) {
        const text = decoded(bytes, path);
        const parsed = parseText(text);
        next.set(blob, { text, parsed: variables ? withVariables(parsed, variables) : parsed });
      }
    }
    this.#blobs = next;
  }

  /** Reads the trace files that the manifests name, from the commit and never from the disk. */
  async #traces(
    parsed: ReadonlyMap<string, ParsedText>,
    contents: TreeContents,
    root: string,
  ): Promise<(path: string) => string> {
    const named = new Map<string, TreeFile>();
    for (const [file, { objects }] of parsed) {
      for (const { value } of objects) {
        const path = tracePathOf(value, file);
        const found = path === undefined ? undefined : contents.others.get(posix.relative(root, path));
        if (path !== undefined && found) named.set(path, found);
      }
    }
    const readable = [...named.values()].filter(({ bytes }) => bytes <= defaultLimits.fileBytes);
    const texts = await this.repository.read([...new Set(readable.map(({ blob }) => blob))]);
    return (path) => {
      const file = named.get(path);
      if (!file)
        throw Object.assign(new Error(`there is no file ${path} in the folder that is followed`), {
          code: 'ENOENT',
        });
      const bytes = texts.get(file.blob);
      if (!bytes) throw new Error(tooLarge(file, defaultLimits.fileBytes));
      return decoded(bytes, path);
    };
  }
}

function decoded(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SourceError('ContentRefused', `${path} is not UTF-8 text`, { nextSteps: ['save it as UTF-8'] });
  }
}
