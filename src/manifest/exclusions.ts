/** Paths that are left out: the patterns of git's ignore files (gitignore(5)), without character classes. Pure. */

/** In a folder of manifests, at its top: patterns of files below it that are not read. */
export const ignoreFile = '.vctlignore';

interface Pattern {
  /** `!`: what an earlier pattern left out is read after all. */
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** Names between slashes; `**` stands for any number of them. */
  readonly names: readonly string[];
}

export class Exclusions {
  readonly #patterns: readonly Pattern[];

  /** `lines` as in an ignore file: one pattern each; those that are empty or begin with `#` say nothing. */
  constructor(lines: readonly string[]) {
    this.#patterns = lines.map((line) => line.trim()).flatMap((line) => parsed(line));
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** Whether a file (or, with `isFolder`, a folder) is left out, by its path below the top, with `/` between. */
  excludes(path: string, isFolder = false): boolean {
    const names = path.split('/');
    // What is in a folder that is left out is left out, whatever is said of it.
    return names.some((_, index) => {
      const depth = index + 1;
      return this.#matches(names.slice(0, depth), depth < names.length || isFolder);
    });
  }

  #matches(names: readonly string[], isFolder: boolean): boolean {
    let excluded = false;
    for (const pattern of this.#patterns) {
      if (pattern.foldersOnly && !isFolder) continue;
      if (pattern.negated === excluded && namesMatch(pattern.names, names)) excluded = !pattern.negated;
    }
    return excluded;
  }
}

function parsed(line: string): Pattern[] {
  if (line === '' || line.startsWith('#')) return [];
  const negated = line.startsWith('!');
  const text = negated ? line.slice(1) : line;
  const foldersOnly = text.endsWith('/');
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0) return [];
  // Without a slash within, it is meant wherever it stands.
  const anchored = text.replace(/\/$/, '').includes('/');
  return [{ negated, foldersOnly, names: anchored ? names : ['**', ...names] }];
}

/** In time proportional to the product of both lengths, whatever the pattern. */
function namesMatch(pattern: readonly string[], names: readonly string[]): boolean {
  return walk(pattern, names, '**', nameMatches);
}

function nameMatches(pattern: string, name: string): boolean {
  return walk([...pattern], [...name], '*', (one, char) => one === '?' || one === char);
}

/** Matches a list against a pattern in which `any` stands for any number of items: the last one is tried again. */
function walk<T>(
  pattern: readonly T[],
  items: readonly T[],
  any: T,
  isMatch: (one: T, item: T) => boolean,
): boolean {
  let [at, from] = [0, 0];
  let again: { readonly at: number; from: number } | undefined;
  while (from < items.length) {
    const [one, item] = [pattern[at], items[from]];
    if (one === any) again = { at: ++at, from };
    else if (one !== undefined && item !== undefined && isMatch(one, item)) {
      at++;
      from++;
    } else if (again) {
      at = again.at;
      from = ++again.from;
    } else return false;
  }
  return pattern.slice(at).every((one) => one === any);
}
