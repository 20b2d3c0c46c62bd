/** The kinds of Kubernetes itself. */
import { kindNames, kinds, type Event, type Lease, type Namespace } from '../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../output/describe.ts';
import { type Snapshot } from '../snapshot.ts';
import { stateField, table } from './parts.ts';

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
    field('Acquired', spec?.acquireTime ?? ''),
    field('Renewed', spec?.renewTime ?? ''),
    field('Changed hands', `${spec?.leaseTransitions ?? 0} times`),
  ];
}
