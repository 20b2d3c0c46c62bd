import { type LoadBalancer } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';
import { percent, decimal, milliseconds } from './cells.ts';

/** Spreads requests over the VMs that its selector matches. */
export const loadBalancerKind: KindInfo<LoadBalancer> = {
  kind: 'LoadBalancer',
  plural: 'loadbalancers',
  singular: 'loadbalancer',
  shortNames: ['lb'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'Spreads requests over the VMs that its selector matches.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      { name: 'Algorithm', value: (o) => o.spec.algorithm },
      {
        name: 'Ready',
        value: (o) => `${o.status?.readyBackends ?? 0}/${o.status?.backends?.length ?? 0}`,
        align: 'right',
      },
      { name: 'Req/s', value: (o) => decimal(o.status?.requestsPerSecond), align: 'right' },
      { name: 'p95', value: (o) => milliseconds(o.status?.latency?.p95), align: 'right' },
      { name: 'Errors', value: (o) => percent(o.status?.errorRate), align: 'right' },
    ],
  },
};
