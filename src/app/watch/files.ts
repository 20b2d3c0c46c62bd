/** Tells when files that manifests may stand in have changed. */
import { basename, resolve } from 'node:path';
import { type FSWatcher } from 'chokidar';
import { later, wallClock } from '../../base/clock.ts';
import { type Bell } from '../pace.ts';
import { Anchors, isFolder } from './anchors.ts';

export interface WatchedFiles {
  /** Since the last call, something has changed, and for a moment nothing more has. */
  readonly hasChanged: () => boolean;
  /** Files beside those that the paths name, in the place of those of the last call: what manifests refer to. */
  readonly alsoFollow: (files: readonly string[]) => void;
  readonly close: () => Promise<void>;
}

/**
 * A burst of changes is one once nothing has come for so long, ms: editors write, rename and touch within a few
 * milliseconds, and a program that writes a large file does so in pieces.
 */
const quietMs = 150;
/** Where something is written all the time, changes are told of this often, ms. */
const longestBurstMs = 2_000;

/** Between two looks at what is looked after by its status, ms. */
const lookMs = 300;

/**
 * Watches files and folders, those that are added later too, and rings the bell after each burst of changes. What the
 * paths themselves are may change: a file that is replaced, a folder that is made again, a link that leads elsewhere.
 */
export async function watchFiles(
  paths: readonly string[],
  recursive: boolean,
  bell: Bell,
): Promise<WatchedFiles> {
  const { watch } = await import('chokidar');
  const roots = paths.map((path) => resolve(path));
  const anchors = new Anchors();
  anchors.set(roots);
  let changed = false;
  let cancelBurst: (() => void) | undefined;
  let sinceMs: number | undefined;
  const settle = (): void => {
    const nowMs = wallClock.now();
    sinceMs ??= nowMs;
    cancelBurst?.();
    cancelBurst = later(Math.min(quietMs, sinceMs + longestBurstMs - nowMs), () => {
      sinceMs = undefined;
      changed = true;
      bell.ring();
    });
  };
  const watchFolders = async (): Promise<FSWatcher> => {
    const folders = roots.filter(isFolder);
    const watcher = watch(folders, {
      ignoreInitial: true,
      // Folders are told of even when they are not read, so that one that is added in time is seen.
      ...(recursive ? {} : { depth: 0 }),
      // As when manifests are read: hidden files, such as those of editors and of git, do not count.
      ignored: (path) => basename(path).startsWith('.') && !roots.includes(resolve(path)),
    });
    watcher.on('all', settle);
    // What cannot be watched is read again with the next change, which says then what is wrong with it.
    watcher.on('error', settle);
    // With nothing to watch it never is ready.
    if (folders.length > 0) await new Promise<void>((ready) => watcher.once('ready', ready));
    return watcher;
  };
  let watching = watchFolders();
  await watching;
  let cancelLook: (() => void) | undefined;
  const look = (): void => {
    const { changed: isOther, replaced } = anchors.look();
    if (replaced.some((path) => roots.includes(path))) {
      // The old one first: the library shares what it has by path, and would go on with what is dead. What comes in
      // between is seen by reading all again.
      watching = watching.then((old) => old.close()).then(watchFolders);
      void watching.then(settle);
    }
    if (isOther) settle();
    cancelLook = later(lookMs, look);
  };
  cancelLook = later(lookMs, look);
  return {
    hasChanged: () => {
      const was = changed;
      changed = false;
      return was;
    },
    alsoFollow: (files) => anchors.set([...roots, ...files.map((file) => resolve(file))]),
    close: async () => {
      cancelBurst?.();
      cancelLook?.();
      await (await watching).close();
    },
  };
}
