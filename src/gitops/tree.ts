/** What a commit's folder holds, and what of it is read. Pure. */
import { compareText } from '../base/listing.ts';
import { Exclusions, ignoreFile } from '../manifest/exclusions.ts';
import { SourceError } from './source-error.ts';

export interface TreeFile {
  /** Relative to the folder that is followed, with `/` between. */
  readonly path: string;
  /** Id of its content: the same content has the same id, in whatever commit. */
  readonly blob: string;
  readonly bytes: number;
}

export interface TreeLimits {
  /** Of one file, bytes. */
  readonly fileBytes: number;
  /** How many manifests. */
  readonly files: number;
  /** Of all manifests together, bytes. */
  readonly totalBytes: number;
}

/** Far beyond what people write by hand, far within what fits in memory. */
export const defaultLimits: TreeLimits = {
  fileBytes: 1024 * 1024,
  files: 20_000,
  totalBytes: 64 * 1024 * 1024,
};

export interface TreeContents {
  /** Manifests: `.yaml`, `.yml` and `.json` outside of hidden folders, by path. */
  readonly manifests: readonly TreeFile[];
  /** Every other plain file, by its path: what a manifest may name, as the CSV file of a trace. */
  readonly others: ReadonlyMap<string, TreeFile>;
}

/**
 * Reads the answer of `git ls-tree -r -z -l`.
 *
 * @throws SourceError (ContentRefused) that names every entry which would have to be read and is not: symbolic links
 * named like manifests, names that are no UTF-8 or lead elsewhere, files beyond the limits. One is enough to refuse all:
 * what is left out silently would count as deleted.
 */
export function readTree(
  listing: Buffer,
  limits: TreeLimits = defaultLimits,
  exclusions = new Exclusions([]),
): TreeContents {
  const problems: string[] = [];
  const manifests: TreeFile[] = [];
  const others = new Map<string, TreeFile>();
  for (const record of recordsOf(listing)) {
    const entry = entryOf(record);
    if (typeof entry === 'string') {
      problems.push(entry);
      continue;
    }
    if (isHidden(entry.path) || exclusions.excludes(entry.path)) continue;
    if ('unread' in entry) {
      // Of links and submodules only those count that stand where a manifest would be read.
      if (isManifest(entry.path)) problems.push(`${entry.path} is ${entry.unread}`);
      continue;
    }
    if (!isManifest(entry.path)) others.set(entry.path, entry);
    else if (entry.bytes > limits.fileBytes) problems.push(tooLarge(entry, limits.fileBytes));
    else manifests.push(entry);
  }
  const total = manifests.reduce((sum, { bytes }) => sum + bytes, 0);
  if (manifests.length > limits.files) {
    problems.push(`${manifests.length} manifests are more than ${limits.files}`);
  }
  if (total > limits.totalBytes) {
    problems.push(`${sizeText(total)} of manifests are more than ${sizeText(limits.totalBytes)}`);
  }
  if (problems.length > 0) throw refusal(problems);
  return { manifests: manifests.sort((a, b) => compareText(a.path, b.path)), others };
}

/** Says that one file is too large to be read. */
export function tooLarge({ path, bytes }: TreeFile, limit: number): string {
  return `${path} has ${sizeText(bytes)}, more than ${sizeText(limit)}`;
}

/** More of the same kind than this are counted and not listed. */
const listed = 5;

function refusal(problems: readonly string[]): SourceError {
  const more = problems.length > listed ? `; and ${problems.length - listed} more` : '';
  return new SourceError('ContentRefused', `${problems.slice(0, listed).join('; ')}${more}`, {
    nextSteps: [
      'take it out of the folder that is followed, and commit',
      `or leave it out: a pattern in ${ignoreFile} or in spec.source.exclude`,
    ],
  });
}

function* recordsOf(listing: Buffer): Iterable<Buffer> {
  for (let start = 0; start < listing.length;) {
    const end = listing.indexOf(0, start);
    const stop = end < 0 ? listing.length : end;
    if (stop > start) yield listing.subarray(start, stop);
    start = stop + 1;
  }
}

/** What vctl does not follow, wherever it leads. */
interface Unread {
  readonly path: string;
  readonly unread: string;
}

/** The blob of the ignore file at the top of a tree, by the same listing; undefined when there is none. */
export function ignoreBlobIn(listing: Buffer): string | undefined {
  for (const record of recordsOf(listing)) {
    const entry = entryOf(record);
    if (typeof entry !== 'string' && 'blob' in entry && entry.path === ignoreFile) return entry.blob;
  }
  return undefined;
}

/** As `100644 blob <id>    <size>\t<path>`; the text says why an entry is refused. */
function entryOf(record: Buffer): TreeFile | Unread | string {
  const tab = record.indexOf(9);
  const [mode = '', , blob = '', size = ''] = record.subarray(0, tab).toString('latin1').split(/ +/);
  let path: string;
  try {
    path = new TextDecoder('utf-8', { fatal: true }).decode(record.subarray(tab + 1));
  } catch {
    return `the name ${JSON.stringify(record.subarray(tab + 1).toString('latin1'))} is not UTF-8`;
  }
  if (mode === '120000') return { path, unread: 'a symbolic link' };
  if (mode === '160000') return { path, unread: 'a submodule' };
  if (mode !== '100644' && mode !== '100755') return `${path} has the unknown mode ${mode}`;
  // git itself refuses such names; a repository made by hand can hold them.
  const isOdd = path
    .split('/')
    .some((part) => part === '..' || part === '.' || part === '' || /^\.git$/i.test(part));
  if (isOdd || path.includes('\\')) return `${JSON.stringify(path)} leads out of its folder`;
  return { path, blob, bytes: Number(size) };
}

function isHidden(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.'));
}

function isManifest(path: string): boolean {
  return /\.(?:yaml|yml|json)$/i.test(path);
}

function sizeText(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
  return bytes >= 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${bytes} bytes`;
}
