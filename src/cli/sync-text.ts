/** How Syncs and what came of them read. */
import { formatAge } from '../base/duration.ts';
import { fromTimestamp, toTimestamp } from '../base/clock.ts';
import { findCondition } from '../model/conditions.ts';
import { shownAddress } from '../model/repository-address.ts';
import { shortRevision } from '../model/kinds/sync.ts';
import { type Sync } from '../model/kinds/index.ts';

/** As `app/sync` makes them. */
export interface SyncLine {
  readonly sync: string;
  readonly revision?: string;
  readonly outcome: string;
  readonly message: string;
  readonly objects: readonly { readonly name: string; readonly action: string }[];
  readonly drift: readonly { readonly object: string; readonly field: string; readonly manager?: string }[];
  readonly kept: readonly { readonly object: string; readonly why: string }[];
  readonly nextSteps?: readonly string[];
}

/** More objects than this are counted and not listed, where one line an event is wanted. */
const listed = 20;

/** `default/shop  Applied  main@sha1:0123  applied main@sha1:0123 (2 created, 1 pruned)` */
export function syncLine({ sync, outcome, message, objects }: SyncLine): string {
  const counts = ['created', 'configured', 'pruned']
    .map((action) => [action, objects.filter((one) => one.action === action).length] as const)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${count} ${action}`);
  return `sync/${sync} ${words(outcome)}: ${message}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}`;
}

function words(outcome: string): string {
  return outcome.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

/** The lines of one result: its objects and, with a time, how it ended; without one, somebody tells that at the end. */
export function* resultLines(result: SyncLine, nowMs?: number): Iterable<string> {
  for (const { name, action } of result.objects.slice(0, nowMs === undefined ? Infinity : listed)) {
    yield `${name} ${action}`;
  }
  const rest = result.objects.length - listed;
  if (nowMs !== undefined && rest > 0) yield `… and ${rest} more`;
  for (const { object, field, manager } of result.drift) {
    yield `drift: ${object}${field === '' ? ' was deleted' : ` ${field}${manager === undefined ? '' : ` set by ${manager}`}`}`;
  }
  if (result.outcome !== 'Unchanged') {
    for (const { object, why } of result.kept) yield `not pruned: ${object}: ${why}`;
  }
  if (nowMs !== undefined) yield `${toTimestamp(nowMs)}  ${syncLine(result)}`;
}

/** How a Sync stands. */
export function* statusLines({ metadata, spec, status }: Sync, nowMs: number): Iterable<string> {
  const ready = findCondition(status?.conditions, 'Ready');
  const age = ready ? ` for ${formatAge(nowMs - fromTimestamp(ready.lastTransitionTime))}` : '';
  const { health, drift = [], kept = [], inventory = [] } = status ?? {};
  yield `sync/${metadata.namespace ?? ''}/${metadata.name}  ${spec.suspend ? 'suspended' : `Ready ${ready?.status ?? 'Unknown'}${age}`}`;
  yield `  source     ${shownAddress(spec.source.repo)} ${spec.source.ref} ${spec.source.path === '' ? '(root)' : spec.source.path}`;
  yield `  attempted  ${shortRevision(status?.lastAttemptedRevision) || 'nothing yet'}`;
  yield `  applied    ${shortRevision(status?.lastAppliedRevision) || 'nothing yet'}`;
  if (ready) yield `  state      ${ready.reason}: ${ready.message}`;
  if (health) {
    yield `  objects    ${health.total}: ${health.healthy} healthy, ${health.progressing} progressing, ${health.degraded} degraded`;
  }
  const unwell = inventory.filter((one) => one.health !== 'Healthy' && one.health !== 'Suspended');
  for (const { kind, namespace, name, health: how = '', message } of unwell.slice(0, listed)) {
    yield `    ${[kind, namespace, name].filter(Boolean).join('/')}  ${how}${message === undefined ? '' : `  ${message}`}`;
  }
  if (unwell.length > listed) yield `    … and ${unwell.length - listed} more`;
  for (const { object, why } of kept) yield `  not pruned ${object}: ${why}`;
  for (const { object, field, manager } of drift) {
    yield `  drift      ${object} ${field === '' ? 'was deleted' : `${field}${manager === undefined ? '' : ` set by ${manager}`}`}`;
  }
}

/** Headings and rows of a Sync's history, the newest first. */
export function historyRows({ status }: Sync): string[][] {
  return (status?.history ?? []).map((one) => [
    shortRevision(one.revision),
    one.time,
    one.outcome,
    [one.created, one.configured, one.pruned].map((count) => String(count ?? 0)).join('/'),
    one.author ?? '',
    one.message ?? one.subject ?? '',
  ]);
}
