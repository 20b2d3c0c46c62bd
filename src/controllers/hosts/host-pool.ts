import { canonicalJson } from '../../base/deep.ts';
import { compareText } from '../../base/listing.ts';
import { hash32 } from '../../base/random.ts';
import { applyObject } from '../../merge/apply.ts';
import { type ConditionInput, findCondition } from '../../model/conditions.ts';
import { type Host, type HostPool } from '../../model/kinds/index.ts';
import { controllerReference, isTerminating } from '../../model/object.ts';
import { labels } from '../../model/annotations.ts';
import { controller, type Result } from '../../engine/controller.ts';
import { type HostGroup } from './groups.ts';
import { managers, mergeSchemaFor } from '../../engine/ownership.ts';
import { nextSliceAtMs, takeSlice } from '../../engine/slices.ts';
import { type Turn } from '../../engine/turn.ts';
import { hostGroups } from './groups.ts';

/** Keeps so many hosts of one template, called `<pool>-0`, `<pool>-1` and so on. */
export const hostPoolController = controller<'HostPool'>({
  kind: 'HostPool',
  watches: {
    Host: ({ metadata }) => {
      const owner = metadata.ownerReferences?.find((reference) => reference.controller === true);
      return owner?.kind === 'HostPool' ? [{ kind: 'HostPool', namespace: '', name: owner.name }] : [];
    },
  },
  reconcile(pool, turn) {
    if (isTerminating(pool)) return {};
    const revision = revisionOf(pool);
    const uid = pool.metadata.uid ?? '';
    scale(pool, turn.cache.index(hostGroups).ofOwner(uid), revision, turn);
    for (const group of turn.cache.index(hostGroups).ofOwner(uid)) {
      if (group.revision !== revision) carry(pool, group, revision, turn);
    }
    return report(pool, turn.cache.index(hostGroups).ofOwner(uid), revision, turn);
  },
});

const revisions = new WeakMap<HostPool['spec'], string>();

function revisionOf({ spec }: HostPool): string {
  let revision = revisions.get(spec);
  if (revision === undefined) {
    const { metadata } = spec.template;
    revision = hash32(canonicalJson({ metadata, spec: hostSpec(spec) }))
      .toString(16)
      .padStart(8, '0');
    revisions.set(spec, revision);
  }
  return revision;
}

/** What each host is to be: the template, with what the pool says of all. */
function hostSpec({ failureDetection, template }: HostPool['spec']): Host['spec'] {
  return failureDetection === undefined ? template.spec : { ...template.spec, failureDetection };
}

function scale(pool: HostPool, groups: readonly HostGroup[], revision: string, turn: Turn): void {
  const missing = pool.spec.replicas - sizeOf(groups);
  const making = takeSlice(pool.metadata.uid ?? '', missing, turn);
  if (making > 0) {
    create(pool, making, revision, turn);
    turn.event(pool, 'Normal', 'Created', `${count(making)} of revision ${revision}`);
  }
  if (missing >= 0) return;
  const byOrdinal = membersOf(groups).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  for (const host of byOrdinal.slice(0, -missing)) turn.delete(host);
  turn.event(pool, 'Normal', 'Removed', `${count(-missing)} to be emptied and removed`);
}

function count(hosts: number): string {
  return hosts === 1 ? '1 host' : `${hosts} hosts`;
}

/** The number at the end of a host's name. */
function ordinalOf({ metadata }: Host): number {
  return Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));
}

function membersOf(groups: readonly HostGroup[]): Host[] {
  return groups
    .flatMap((group) => [...group.members.values()])
    .sort((a, b) => compareText(a.metadata.name, b.metadata.name));
}

/** Takes the lowest numbers that are free; a host that is still being emptied keeps its own. */
function create(pool: HostPool, missing: number, revision: string, turn: Turn): void {
  // All are alike but for the name: what is owned by whom is worked out once.
  const model = declared(pool, undefined, revision, turn);
  for (let made = 0, ordinal = 0; made < missing; ordinal++) {
    const name = `${pool.metadata.name}-${ordinal}`;
    if (turn.cache.get('Host', '', name)) continue;
    made++;
    turn.create('Host', { ...model, metadata: { ...model.metadata, name } });
  }
}

/**
 * Brings a new template to the hosts made from an older one, in place. What others have set since, a cordon
 * for one, stays theirs.
 */
function carry(pool: HostPool, group: HostGroup, revision: string, turn: Turn): void {
  for (const host of membersOf([group])) turn.update(declared(pool, host, revision, turn));
}

/** What nobody else may set: by these labels the pool knows its hosts. */
const ownPaths: readonly string[] = [labels.pool, labels.revision].map(
  (label) => `.metadata.labels.${label}`,
);

/** A host with all that the template says, and without what it no longer says. */
function declared(pool: HostPool, live: Host | undefined, revision: string, turn: Turn): Host {
  const { metadata } = pool.spec.template;
  const result = applyObject({
    live,
    applied: {
      apiVersion: pool.apiVersion,
      kind: 'Host',
      metadata: {
        name: live?.metadata.name ?? pool.metadata.name,
        labels: { ...metadata?.labels, [labels.pool]: pool.metadata.name, [labels.revision]: revision },
        ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
        ownerReferences: [controllerReference(pool)],
      },
      spec: hostSpec(pool.spec),
    },
    manager: managers.pool,
    schema: mergeSchemaFor('Host'),
    nowMs: turn.nowMs,
    leave: ({ path }) => !ownPaths.includes(path),
    force: true,
  });
  if (result.type === 'conflict') throw new Error('bug in vctl: a conflict that was to be left');
  return result.object as Host;
}

function sizeOf(groups: readonly HostGroup[]): number {
  return groups.reduce((total, group) => total + group.members.size, 0);
}

function report(pool: HostPool, groups: readonly HostGroup[], revision: string, turn: Turn): Result {
  const replicas = sizeOf(groups);
  const ready = groups.reduce((total, group) => total + group.ready, 0);
  const stuck = groups.reduce((total, group) => total + group.stuck.size, 0);
  turn.updateStatus(
    pool,
    {
      replicas,
      readyReplicas: ready,
      updatedReplicas: sizeOf(groups.filter((group) => group.revision === revision)),
    },
    [readyCondition(pool, ready, groups)],
  );
  const nextAtMs = nextSliceAtMs(pool.metadata.uid ?? '', turn);
  if (nextAtMs !== undefined) return { settled: false, requeueAtMs: nextAtMs };
  return { settled: ready + stuck === replicas };
}

function readyCondition({ spec }: HostPool, ready: number, groups: readonly HostGroup[]): ConditionInput {
  const figures = `${ready} of ${spec.replicas} hosts are ready`;
  if (ready === spec.replicas) return { type: 'Ready', status: 'True', reason: 'Ready', message: figures };
  const stuck = groups
    .flatMap((group) => [...group.stuck.values()])
    .sort((a, b) => compareText(a.metadata.name, b.metadata.name))[0];
  if (!stuck) return { type: 'Ready', status: 'False', reason: 'Progressing', message: figures };
  const why = findCondition(stuck.status?.conditions, 'Ready')?.message;
  return {
    type: 'Ready',
    status: 'False',
    reason: 'HostsNotReady',
    message: `${figures}; ${stuck.metadata.name}: ${why}`,
  };
}
