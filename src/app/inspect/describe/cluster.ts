/** The kinds of Kubernetes itself. */
import { findCondition } from '../../../model/conditions.ts';
import {
  kindNames,
  kinds,
  type Event,
  type Lease,
  type Namespace,
  type ResourceQuota,
} from '../../../model/kinds/index.ts';
import { figureText, limitsOf } from '../../../model/quota.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { type Snapshot } from '../../snapshot.ts';
import { stateField, table } from './parts.ts';
import { quotas } from '../../../controllers/cluster/quota-index.ts';

/** A room for names, and how much is in it. */
export function describeNamespace({ metadata, status }: Namespace, { cache }: Snapshot): DescribeNode[] {
  const counts = kindNames
    .filter((kind) => kinds[kind].namespaced && kind !== 'Event')
    .map((kind) => [kinds[kind].plural, cache.list(kind, metadata.name).length] as const);
  return [
    stateField('Phase', status?.phase ?? 'Active'),
    table(
      'Objects',
      ['Kind', '>Count'],
      counts.filter(([, count]) => count > 0).map(([plural, count]) => [plural, String(count)]),
    ),
  ];
}

/** Each limit, what is there, and what is asked for: pools ask for all of their VMs. */
export function describeQuota(quota: ResourceQuota, { cache }: Snapshot): DescribeNode[] {
  const { namespace = '' } = quota.metadata;
  const asked = cache.index(quotas).asked(namespace);
  return [
    table(
      'Limits',
      ['Constraint', '>Used', '>Asked for', '>Hard'],
      limitsOf(quota).map(({ constraint, measure, hard }) => [
        constraint,
        quota.status?.used?.[constraint]?.toString() ?? '',
        figureText(measure, asked[measure] ?? 0),
        figureText(measure, hard),
      ]),
    ),
    table(
      'Held back',
      ['Pool', 'Why'],
      cache.list('VirtualMachinePool', namespace).flatMap(({ metadata, status }) => {
        const failure = findCondition(status?.conditions, 'ReplicaFailure');
        return failure?.status === 'True' ? [[metadata.name, failure.message]] : [];
      }),
    ),
  ];
}

export function describeEvent(event: Event): DescribeNode[] {
  const { involvedObject: subject } = event;
  return [
    field('Object', `${subject?.kind ?? ''}/${subject?.name ?? ''}`),
    stateField('Type', event.type ?? 'Normal'),
    field('Reason', event.reason ?? ''),
    field('Message', event.message ?? ''),
    field('Count', String(event.count ?? 1)),
    field('First seen', event.firstTimestamp ?? ''),
    field('Last seen', event.lastTimestamp ?? ''),
    field('Source', event.source?.component ?? ''),
  ];
}

export function describeLease({ spec }: Lease): DescribeNode[] {
  return [
    field('Holder', spec?.holderIdentity ?? ''),
    field('Duration', spec?.leaseDurationSeconds === undefined ? '' : `${spec.leaseDurationSeconds}s`),
    field('Renewed', spec?.renewTime ?? ''),
  ];
}
