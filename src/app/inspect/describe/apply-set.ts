import { type ApplySet } from '../../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { table, yesNo } from './parts.ts';

/** Where the set comes from, and what it may delete. */
export function describeApplySet({ spec, status }: ApplySet): DescribeNode[] {
  return [
    field('Paths', spec.paths),
    field('Recursive', yesNo(spec.recursive)),
    field('Prunes', `at most ${spec.maxPrune} at once`),
    table(
      'Objects',
      ['Kind', 'Namespace', 'Name', 'Uid'],
      (status?.inventory ?? []).map(({ kind, namespace = '', name, uid }) => [kind, namespace, name, uid]),
    ),
  ];
}
