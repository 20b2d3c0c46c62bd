import { type RebalancePolicy } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { findCondition } from '../conditions.ts';
import { percent } from './cells.ts';
import { type KindInfo } from './kind-info.ts';

/** Moves running VMs between hosts for a better balance. */
export const rebalancePolicyKind: KindInfo<RebalancePolicy> = {
  kind: 'RebalancePolicy',
  plural: 'rebalancepolicies',
  singular: 'rebalancepolicy',
  shortNames: ['rb'],
  apiVersion: apiVersion,
  namespaced: false,
  description:
    'Moves running VMs between hosts, so that these are filled evenly or fewer of them are needed.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      { name: 'Strategy', value: (o) => o.spec.strategy },
      { name: 'Hosts', value: (o) => String(o.status?.hosts ?? 0), align: 'right' },
      { name: 'Imbalance', value: (o) => percent(o.status?.imbalance), align: 'right' },
      {
        name: 'Moves/h',
        value: (o) => `${o.status?.movesLastHour ?? 0}/${o.spec.maxMovesPerHour}`,
        align: 'right',
      },
      { name: 'State', value: (o) => findCondition(o.status?.conditions, 'Rebalancing')?.reason ?? '' },
    ],
  },
};
