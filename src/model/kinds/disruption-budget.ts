import { type DisruptionBudget } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';

/** How many VMs of a selector may be down on purpose. */
export const disruptionBudgetKind: KindInfo<DisruptionBudget> = {
  kind: 'DisruptionBudget',
  plural: 'disruptionbudgets',
  singular: 'disruptionbudget',
  shortNames: ['db'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'How many VMs of a selector may be down on purpose.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      { name: 'Min available', value: (o) => String(o.spec.minAvailable ?? '') },
      { name: 'Max unavailable', value: (o) => String(o.spec.maxUnavailable ?? '') },
      { name: 'Healthy', value: (o) => String(o.status?.currentHealthy ?? ''), align: 'right' },
      { name: 'Allowed', value: (o) => String(o.status?.disruptionsAllowed ?? ''), align: 'right' },
    ],
  },
};
