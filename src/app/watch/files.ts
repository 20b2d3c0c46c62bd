/** Tells when files that manifests may stand in have changed. */
import { basename, resolve } from 'node:path';
import { type FSWatcher } from 'chokidar';
import { later, wallClock } from '../../base/clock.ts';
import { type Bell } from '../pace.ts';

export interface WatchedFiles {
  /** Since the last call, something has changed, and for a moment nothing more has. */
  readonly hasChanged: () => boolean;
  readonly close: () => Promise<void>;
}

/**
 * A burst of changes is one once nothing has come for so long, ms: editors write, rename and touch within a few
 * milliseconds, and a program that writes a large file does so in pieces.
 */
const quietMs = 150;
/** Where something is written all the time, changes are told of this often, ms. */
const longestBurstMs = 2_000;

/** Watches files and folders, those that are added later too, and rings the bell after each burst of changes. */
export async function watchFiles(
  paths: readonly string[],
  recursive: boolean,
  bell: Bell,
): Promise<WatchedFiles> {
  const { watch } = await import('chokidar');
  const roots = new Set(paths.map((path) => resolve(path)));
  let changed = false;
  let cancel: (() => void) | undefined;
  const watcher: FSWatcher = watch([...paths], {
    ignoreInitial: true,
    // Folders are told of even when they are not read, so that one that is added in time is seen.
    ...(recursive ? {} : { depth: 0 }),
    // As when manifests are read: hidden files, such as those of editors and of git, do not count.
    ignored: (path) => basename(path).startsWith('.') && !roots.has(resolve(path)),
  });
  let sinceMs: number | undefined;
  const settle = (): void => {
    const nowMs = wallClock.now();
    sinceMs ??= nowMs;
    cancel?.();
    cancel = later(Math.min(quietMs, sinceMs + longestBurstMs - nowMs), () => {
      sinceMs = undefined;
      changed = true;
      bell.ring();
    });
  };
  watcher.on('all', settle);
  // What cannot be watched is read again with the next change, which says then what is wrong with it.
  watcher.on('error', settle);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return {
    hasChanged: () => {
      const was = changed;
      changed = false;
      return was;
    },
    close: () => {
      cancel?.();
      return watcher.close();
    },
  };
}
