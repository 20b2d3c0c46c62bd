/**
 * What the operating system's notices do not tell of: a file that is replaced rather than written (editors rename a new
 * one over it, git deletes and writes), a link that leads elsewhere, a file outside of all watched folders. These few are
 * looked at by their status, which tells in every case.
 */
import { realpathSync, statSync } from 'node:fs';

/** Which file or folder a path leads to, and how that stands; two looks at the same answer the same text. */
export interface Standing {
  /** Another one when another thing is there, as a folder that was deleted and made again. */
  readonly identity: string;
  /** Another one when its content may be another. Of a folder that is its identity alone. */
  readonly version: string;
}

/** Follows links. What cannot be looked at stands as the reason why. */
export function standingOf(path: string): Standing {
  try {
    const stats = statSync(path, { bigint: true });
    const { dev, ino, birthtimeNs, size, mtimeNs, ctimeNs } = stats;
    // Numbers of files that are gone are given again.
    const identity = `${realpathSync(path)} ${dev}/${ino}/${birthtimeNs}`;
    return stats.isDirectory()
      ? { identity, version: identity }
      : { identity, version: `${identity} ${size} ${mtimeNs} ${ctimeNs}` };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return { identity: code, version: code };
  }
}

/** True when the path leads to a folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Some paths and how they stood at the last look. */
export class Anchors {
  readonly #standing = new Map<string, Standing>();

  /** Looks after these from now on; what was looked after before keeps how it stood. */
  set(paths: Iterable<string>): void {
    const wanted = new Set(paths);
    for (const path of this.#standing.keys()) if (!wanted.has(path)) this.#standing.delete(path);
    for (const path of wanted) if (!this.#standing.has(path)) this.#standing.set(path, standingOf(path));
  }

  /** Whether anything has changed since the last look, and which paths lead to something else. */
  look(): { readonly changed: boolean; readonly replaced: readonly string[] } {
    let changed = false;
    const replaced: string[] = [];
    for (const [path, before] of this.#standing) {
      const now = standingOf(path);
      if (now.version === before.version) continue;
      changed = true;
      if (now.identity !== before.identity) replaced.push(path);
      this.#standing.set(path, now);
    }
    return { changed, replaced };
  }
}
