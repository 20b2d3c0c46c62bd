import { shortRevision } from '../../../model/kinds/sync.ts';
import { type Sync } from '../../../model/kinds/index.ts';
import { shownAddress } from '../../../model/repository-address.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { section, table, yesNo } from './parts.ts';

/** More than this are counted and not listed: they are in the status, and in `vctl sync status`. */
const listed = 20;

/** Which repository, at which revision, and what came of each. */
export function describeSync({ spec, status }: Sync): DescribeNode[] {
  const { source } = spec;
  const unwell = (status?.inventory ?? []).filter(
    ({ health }) => health !== undefined && health !== 'Healthy',
  );
  return [
    section('Source', [
      field('Repository', shownAddress(source.repo)),
      field('Ref', source.ref),
      field('Path', source.path),
      field('Keyring', source.verify?.keyring ?? ''),
    ]),
    field('Interval', spec.interval),
    field('Suspended', yesNo(spec.suspend)),
    field('Prunes', spec.prune ? `yes, at most ${spec.maxPrune} at once` : 'no'),
    field('Heals itself', yesNo(spec.selfHeal)),
    field('Attempted', shortRevision(status?.lastAttemptedRevision)),
    field('Applied', shortRevision(status?.lastAppliedRevision)),
    field(
      'Objects',
      status?.health === undefined ? '' : `${status.health.healthy} of ${status.health.total} healthy`,
    ),
    table(
      'Not healthy',
      ['Object', 'Health', 'Why'],
      unwell
        .slice(0, listed)
        .map(({ kind, namespace, name, health = '', message = '' }) => [
          [kind, namespace, name].filter(Boolean).join('/'),
          health,
          message,
        ]),
    ),
    table(
      'Not pruned',
      ['Object', 'Why'],
      (status?.kept ?? []).map(({ object, why }) => [object, why]),
    ),
    table(
      'Drift',
      ['Object', 'Field', 'Set by'],
      (status?.drift ?? []).map(({ object, field: path, manager = '' }) => [object, path, manager]),
    ),
    table(
      'History',
      ['Revision', 'Time', 'Outcome', 'Commit', 'Message'],
      (status?.history ?? []).map(({ revision, time, outcome, subject = '', message = '' }) => [
        shortRevision(revision),
        time,
        outcome,
        subject,
        message,
      ]),
    ),
  ];
}
