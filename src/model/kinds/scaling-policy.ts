import { type ScalingPolicy } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';
import { findCondition } from '../conditions.ts';

/** Vertical and/or horizontal elasticity of one target. */
export const scalingPolicyKind: KindInfo<ScalingPolicy> = {
  kind: 'ScalingPolicy',
  plural: 'scalingpolicies',
  singular: 'scalingpolicy',
  shortNames: ['sp'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'Vertical and/or horizontal elasticity of one target.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      {
        name: 'Target',
        value: (o) =>
          `${o.spec.target.kind}/${o.spec.target.name}${o.spec.target.tier ? `:${o.spec.target.tier}` : ''}`,
      },
      {
        name: 'Metrics',
        value: (o) =>
          (o.status?.currentMetrics ?? [])
            .map((m) => `${m.name}: ${m.current ?? '?'}/${m.target ?? '?'}`)
            .join(', '),
      },
      { name: 'Min', value: (o) => String(o.spec.horizontal?.minReplicas ?? ''), align: 'right' },
      { name: 'Max', value: (o) => String(o.spec.horizontal?.maxReplicas ?? ''), align: 'right' },
      { name: 'Replicas', value: (o) => String(o.status?.currentReplicas ?? ''), align: 'right' },
      {
        name: 'Effective',
        value: (o) => findCondition(o.status?.conditions, 'Effective')?.status ?? 'Unknown',
        state: true,
      },
    ],
  },
};
