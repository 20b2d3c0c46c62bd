/** The sets of applied objects: which one an apply means, and what follows for it and for the others. */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { ExitCode, UserError } from '../../base/errors.ts';
import { deepEqual } from '../../base/deep.ts';
import { type InventoryEntry } from '../../gitops/prune.ts';
import { managers } from '../../engine/ownership.ts';
import { withDefaults } from '../../model/defaults.ts';
import { type ApplySet, kinds, type Sync } from '../../model/kinds/index.ts';
import { keyOf, keyText, type KubeObject, type ObjectKey } from '../../model/object.ts';
import { type Store, type Write } from '../../model/ports.ts';
import { again } from '../again.ts';
import { type LiveSnapshot } from '../live.ts';

export interface SetRequest {
  readonly paths: readonly string[];
  readonly recursive: boolean;
  /** Where the set is kept, and part of its identity. @defaultValue `default` */
  readonly namespace?: string;
  /** Its name; without one the paths make it. */
  readonly applySet?: string;
}

/** Which set the request means; undefined for what comes from standard input and has been given no name. */
export function setKeyOf({ paths, namespace = 'default', applySet }: SetRequest): ObjectKey | undefined {
  if (applySet === undefined && paths.includes('-')) return undefined;
  return { kind: 'ApplySet', namespace, name: applySet ?? nameOfPaths(absolute(paths)) };
}

/**
 * `fleet-1f0c3a52`: after the first of the paths, for people, and all of them. Stays within what a name may be.
 */
function nameOfPaths(paths: readonly string[]): string {
  const digest = createHash('sha256').update(paths.join('\0')).digest('hex').slice(0, 8);
  const word = basename(paths[0] ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return word === '' ? `set-${digest}` : `${word}-${digest}`;
}

function absolute(paths: readonly string[]): string[] {
  return paths.map((path) => (path === '-' ? path : resolve(path))).sort();
}

/** The set as it is stored. */
export function storedSet(live: LiveSnapshot, key: ObjectKey): ApplySet | undefined {
  return live.get('ApplySet', key.namespace, key.name) as ApplySet | undefined;
}

/** All that are stored. */
export function applySetsIn(live: LiveSnapshot): ApplySet[] {
  return [...live.all()].filter((object): object is ApplySet => object.kind === 'ApplySet');
}

/** What a set owns. */
export function entriesOf(set: ApplySet | undefined): InventoryEntry[] {
  return (set?.status?.inventory ?? []).map(({ kind, namespace = '', name, uid }) => ({
    ...{ kind, namespace, name, uid },
  }));
}

/** Says to which set an object belongs; `own` is not asked. */
export function setClaims(live: LiveSnapshot, own?: ObjectKey): (object: KubeObject) => string | undefined {
  const owners = new Map<string, KubeObject>();
  for (const set of applySetsIn(live)) {
    if (own && keyText(keyOf(set)) === keyText(own)) continue;
    for (const { uid } of entriesOf(set)) owners.set(uid, set);
  }
  return claimBy(owners);
}

/** Says what owns an object beside the set that prunes: another set, a Sync, another field manager. */
export function claimsBeside(live: LiveSnapshot, own: ObjectKey): (object: KubeObject) => string | undefined {
  const owners = new Map<string, KubeObject>();
  for (const object of live.all()) {
    if (object.kind !== 'Sync') continue;
    for (const { uid } of (object as Sync).status?.inventory ?? []) owners.set(uid, object);
  }
  const bySync = claimBy(owners);
  const bySet = setClaims(live, own);
  return (object) => {
    const claim = bySync(object) ?? bySet(object);
    if (claim !== undefined) return claim;
    const other = object.metadata.managedFields?.find(
      ({ operation, manager }) => operation === 'Apply' && !ownManagers.has(manager) && !isSync(manager),
    );
    return other && `the manager "${other.manager}" owns fields of it`;
  };
}

/** Those of the command line and of the controllers: what they set on an object is no claim to it. */
const ownManagers: ReadonlySet<string> = new Set(['vctl', ...Object.values(managers)]);

/** A Sync that is no more leaves its name behind; one that is there is known by its inventory. */
function isSync(manager: string): boolean {
  return manager.startsWith('vctl-sync/');
}

/** By uid: an object made anew belongs to nobody yet. */
function claimBy(owners: ReadonlyMap<string, KubeObject>): (object: KubeObject) => string | undefined {
  return ({ metadata }) => {
    const owner = owners.get(metadata.uid ?? '');
    return owner && `it belongs to ${owner.kind} ${owner.metadata.namespace ?? ''}/${owner.metadata.name}`;
  };
}

/** @throws UserError (usage) for a prune of what cannot be told from what was applied before. */
export function requireName(request: SetRequest): void {
  if (setKeyOf(request)) return;
  throw new UserError('what comes from standard input has no name by which to prune it', {
    exitCode: ExitCode.Usage,
    nextSteps: ['name the set: vctl apply -f - --applyset NAME --prune'],
  });
}

export interface Membership {
  readonly request: SetRequest;
  /** What was applied, with uids. */
  readonly applied: readonly KubeObject[];
  /** Of what the set owned before and is declared no more: key texts of what it does not own from now on. */
  readonly dropped: ReadonlySet<string>;
}

/**
 * Enters what was applied into its set, and takes it out of all others. Anew while somebody else writes the same
 * sets; writes nothing when all is so already.
 */
export function recordSets(store: Store, membership: Membership, nowMs: number): Promise<void> {
  const applied = new Set(membership.applied.map((object) => keyText(keyOf(object))));
  return again(async () => {
    const stored = (await store.list('ApplySet')).items as ApplySet[];
    const others = stored.filter((set) => !isSame(set, membership.request));
    const writes = [...membershipWrites(stored, membership), ...releaseWrites(others, applied)];
    if (writes.length === 0) return;
    await store.commit({ writes, nowMs });
    await store.flush();
  });
}

/** Takes objects out of sets: somebody else applies them now. */
export function releaseWrites(sets: readonly ApplySet[], taken: ReadonlySet<string>): Write[] {
  return sets.flatMap((set): Write[] => {
    const entries = entriesOf(set);
    const kept = entries.filter((entry) => !taken.has(keyText(entry)));
    return kept.length === entries.length ? [] : [{ type: 'update', object: withInventory(set, kept) }];
  });
}

function isSame(set: ApplySet, request: SetRequest): boolean {
  const key = setKeyOf(request);
  return key !== undefined && keyText(key) === keyText(keyOf(set));
}

function membershipWrites(stored: readonly ApplySet[], membership: Membership): Write[] {
  const { request, applied, dropped } = membership;
  const key = setKeyOf(request);
  if (!key) return [];
  const old = stored.find((set) => isSame(set, request));
  const entries = new Map(entriesOf(old).map((entry) => [keyText(entry), entry]));
  for (const text of dropped) entries.delete(text);
  for (const object of applied) {
    const { kind, namespace, name } = keyOf(object);
    entries.set(keyText(keyOf(object)), { kind, namespace, name, uid: object.metadata.uid ?? '' });
  }
  const inventory = [...entries.keys()].sort().flatMap((text) => entries.get(text) ?? []);
  const next = withInventory(withOrigin(old ?? newSet(key), request), inventory);
  if (old && deepEqual(old, next)) return [];
  return [{ type: old ? 'update' : 'create', object: next }];
}

function newSet({ namespace, name }: ObjectKey): ApplySet {
  const { apiVersion } = kinds.ApplySet;
  return withDefaults('ApplySet', { apiVersion, kind: 'ApplySet', metadata: { name, namespace }, spec: {} });
}

/** Where its objects came from last; a set of a name may have come from elsewhere before. */
function withOrigin(set: ApplySet, { paths, recursive }: SetRequest): ApplySet {
  const from = absolute(paths).filter((path) => path !== '-');
  const isSamePlace = deepEqual(from, set.spec.paths);
  return {
    ...set,
    spec: { ...set.spec, paths: from, recursive: recursive || (isSamePlace && set.spec.recursive) },
  };
}

function withInventory(set: ApplySet, entries: readonly InventoryEntry[]): ApplySet {
  const inventory = entries.map(({ kind, namespace, name, uid }) => ({
    ...{ kind, name, uid },
    ...(namespace === '' ? {} : { namespace }),
  }));
  return { ...set, status: { ...set.status, inventory } };
}
