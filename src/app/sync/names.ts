/** What a Sync is called where it acts. */
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { type Sync } from '../../model/kinds/index.ts';
import { keyOf, keyText, type KubeObject } from '../../model/object.ts';
import { type State } from '../state.ts';

const prefix = 'vctl-sync/';

/**
 * The name under which a Sync owns fields. Each has its own, so that the fields of two Syncs are told apart; the
 * slashes keep `a-b/c` and `a/b-c` apart too.
 */
export function syncManager({ metadata }: KubeObject): string {
  return `${prefix}${metadata.namespace ?? 'default'}/${metadata.name}`;
}

/** True for the field manager of any Sync. */
export function isSyncManager(manager: string): boolean {
  return manager.startsWith(prefix);
}

/** `default/shop`: how messages and flags name a Sync. */
export function syncName({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`;
}

export function syncKeyText(sync: Sync): string {
  return keyText(keyOf(sync));
}

/** Where fetched repositories are kept: beside the state, so that they go with it. */
export function cacheDirOf(state: State): string {
  return state.path === undefined ? join(tmpdir(), 'vctl-sync-cache') : join(state.path, 'git');
}

/** On a Sync: each new value asks whoever follows it to sync it now. */
export const reconcileAnnotation = 'vctl.dev/reconcile';

/** Annotations on a Sync by which commands hold it at a revision. */
export const pinAnnotations = {
  /** The commit that it is held at. */
  commit: 'vctl.dev/pinned-commit',
  /** Tree of the revision that was left: a commit with another one is newer. */
  pastTree: 'vctl.dev/pinned-past-tree',
} as const;
