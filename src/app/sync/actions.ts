/** What people do to a Sync besides following it. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { Git } from '../../gitops/git.ts';
import { commitOf } from '../../gitops/revision.ts';
import { type Sync, type SyncedRevision } from '../../model/kinds/index.ts';
import { type ActReport, changeObjects, keyIn, withAnnotations } from '../apply/act.ts';
import { getObject } from '../resources.ts';
import { LiveSnapshot } from '../live.ts';
import { type Difference, differenceOf, withoutSecretsOf } from '../apply/run-diff.ts';
import { type State, worldTime } from '../state.ts';
import { shortRevision } from '../../model/kinds/sync.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { keyText, keyOf } from '../../model/object.ts';
import { isKind, qualifiedName } from '../../model/kinds/index.ts';
import { mergeObject } from './merge-set.ts';
import { cacheDirOf, pinAnnotations, syncManager } from './names.ts';
import { SyncWorker } from './worker.ts';

export interface SyncTarget {
  readonly name: string;
  readonly namespace: string;
}

/** @throws ApiError NotFound */
export async function getSync(state: State, { name, namespace }: SyncTarget): Promise<Sync> {
  return (await getObject(state.store, 'Sync', name, namespace)) as Sync;
}

/** Leaves everything as it is from now on, or goes on. */
export async function setSuspended(state: State, target: SyncTarget, suspend: boolean): Promise<ActReport> {
  const key = keyIn('Sync', target.name, target.namespace);
  const action = suspend ? 'suspended' : 'resumed';
  const objects = await changeObjects(state, [
    {
      key,
      action,
      change: (object) => {
        const sync = object as Sync;
        return sync.spec.suspend === suspend ? sync : { ...sync, spec: { ...sync.spec, suspend } };
      },
    },
  ]);
  return { objects };
}

/**
 * Holds the Sync at an earlier revision of its history until the repository has a newer good one.
 *
 * @throws UserError when there is no such revision
 */
export async function pinRevision(
  state: State,
  target: SyncTarget,
  wanted: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly report: ActReport; readonly revision: string }> {
  const sync = await getSync(state, target);
  const to = revisionTo(sync, wanted);
  const commit = commitOf(to.revision) ?? '';
  const worker = new SyncWorker(sync, { git: new Git(environment), cacheDir: cacheDirOf(state) });
  const head = await worker.newest(sync);
  const pastTree = await worker.repository.treeOf(head, sync.spec.source.path.replace(/^\.\/|\/+$/g, ''));
  const objects = await changeObjects(state, [
    {
      key: keyIn('Sync', target.name, target.namespace),
      action: `held at ${shortRevision(to.revision)}`,
      change: (object) =>
        withAnnotations(object, { [pinAnnotations.commit]: commit, [pinAnnotations.pastTree]: pastTree }),
    },
  ]);
  return { report: { objects }, revision: to.revision };
}

function revisionTo(sync: Sync, wanted: string | undefined): SyncedRevision {
  const history = sync.status?.history ?? [];
  const present = sync.status?.lastAttemptedRevision;
  const isGood = ({ outcome }: SyncedRevision): boolean => outcome === 'Applied' || outcome === 'RolledBack';
  const found =
    wanted === undefined
      ? history.find((one) => one.revision !== present && isGood(one))
      : history.find(({ revision }) => revision === wanted || (commitOf(revision) ?? '').startsWith(wanted));
  if (found) return found;
  const known = history.map(({ revision }) => shortRevision(revision)).join(', ');
  throw new UserError(
    wanted === undefined
      ? `Sync ${target(sync)} has no earlier good revision to go back to`
      : `Sync ${target(sync)} has no revision ${wanted} in its history`,
    {
      exitCode: ExitCode.Failure,
      nextSteps: [
        known === '' ? `sync it first: vctl sync reconcile ${sync.metadata.name}` : `it has: ${known}`,
      ],
    },
  );
}

function target({ metadata }: Sync): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

export interface SyncDiff {
  readonly revision: string;
  readonly differences: readonly Difference[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** What a sync of the newest revision would change, objects that it would prune included. Nothing is written. */
export async function diffSync(
  state: State,
  where: SyncTarget,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SyncDiff> {
  const sync = await getSync(state, where);
  const worker = new SyncWorker(sync, { git: new Git(environment), cacheDir: cacheDirOf(state) });
  const pin = sync.metadata.annotations?.[pinAnnotations.commit];
  const live = await LiveSnapshot.read(state.store);
  const desired = await worker.preview(sync, pin ?? (await worker.newest(sync)), live);
  const context = { manager: syncManager(sync), ignore: sync.spec.ignore, nowMs: await worldTime(state) };
  const changed = desired.order.flatMap((node) => {
    const { kind, namespace, name } = node.key;
    const before = isKind(kind) ? live.get(kind, namespace, name) : undefined;
    const merge = mergeObject(node, before, context);
    if (merge.action !== 'created' && merge.action !== 'configured') return [];
    const base = { name: qualifiedName(node.checked.kind, name), ...(namespace === '' ? {} : { namespace }) };
    return [{ ...base, before: merge.before, after: merge.after, action: merge.action }];
  });
  const show = withoutSecretsOf(
    [...live.all()].filter(({ kind }) => kind === 'Application'),
    changed,
  );
  const pruned = !sync.spec.prune || !desired.complete ? [] : orphans(sync, desired.declared, live);
  const { diagnostics, sources, revision } = desired;
  return {
    revision: revision.text,
    differences: [...changed.map(differenceOf), ...pruned].map(show),
    diagnostics,
    sources,
  };
}

function orphans(sync: Sync, declared: ReadonlySet<string>, live: LiveSnapshot): Difference[] {
  const owned = new Set((sync.status?.inventory ?? []).map(({ uid }) => uid));
  return [...live.all()]
    .filter((object) => owned.has(object.metadata.uid ?? '') && !declared.has(keyText(keyOf(object))))
    .filter((object) => object.metadata.annotations?.['vctl.dev/prune'] !== 'disabled')
    .map((object) => {
      const { name, namespace } = object.metadata;
      const base = { name: isKind(object.kind) ? qualifiedName(object.kind, name) : name };
      return differenceOf({
        ...base,
        ...(namespace === undefined ? {} : { namespace }),
        action: 'pruned',
        before: object,
      });
    });
}
