import { percent } from '../../../model/kinds/cells.ts';
import { type RebalancePolicy } from '../../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { keyValues, table, yesNo } from './parts.ts';

type Moves = NonNullable<RebalancePolicy['status']>['moves'];

/** Which hosts, when and how much; what was moved and what was planned last. Why nothing moves is a condition. */
export function describeRebalancePolicy({ spec, status }: RebalancePolicy): DescribeNode[] {
  const { threshold } = spec;
  const selected = keyValues(spec.hostSelector, '=');
  return [
    field('Strategy', spec.strategy),
    field('Host labels', selected.length === 0 ? 'all hosts' : selected),
    field('Hosts', String(status?.hosts ?? 0)),
    field(
      'Imbalance',
      `${percent(status?.imbalance) || 'not measured'}; begins above ${percent(threshold.start)}, stops at ${percent(threshold.stop)}`,
    ),
    field('Moves', `${status?.movesLastHour ?? 0} in the last hour, at most ${spec.maxMovesPerHour}`),
    field('Looks', `every ${spec.interval}; a move pays back within ${spec.payback}`),
    field('Dry run', yesNo(spec.dryRun)),
    field('Suspended', yesNo(spec.suspend)),
    movesTable('Moves of the last hour', status?.moves),
    movesTable(`Last plan${status?.planTime === undefined ? '' : ` at ${status.planTime}`}`, status?.plan),
  ];
}

function movesTable(label: string, moves: Moves): DescribeNode {
  const rows = (moves ?? []).map(({ time, vm, from, to, gain, cost }) => [
    ...[time, vm, from, to, String(gain ?? ''), String(cost ?? '')],
  ]);
  return table(label, ['Time', 'VM', 'From', 'To', '>Gain (host-hours)', '>Cost'], rows);
}
