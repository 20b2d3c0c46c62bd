import { type Traffic } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';
import { readyColumn, percent, decimal } from './cells.ts';

/** Load over time, sent to a load balancer, a VM or a tenant. */
export const trafficKind: KindInfo<Traffic> = {
  kind: 'Traffic',
  plural: 'traffics',
  singular: 'traffic',
  shortNames: ['tr'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'Load over time, sent to a load balancer, a VM or a tenant.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      { name: 'To', value: (o) => `${o.spec.to.kind}/${o.spec.to.name ?? '(selector)'}` },
      { name: 'Pattern', value: (o) => Object.keys(o.spec.pattern).join(',') },
      { name: 'Now', value: (o) => offered(o), align: 'right' },
      readyColumn,
    ],
  },
};

function offered(traffic: Traffic): string {
  const now = traffic.status?.offered;
  if (now === undefined) return '';
  switch (traffic.spec.unit) {
    case 'Requests':
      return `${decimal(now)} req/s`;
    case 'Cpu':
      return percent(now);
    case 'Memory':
      return `${decimal(now)} MiB`;
  }
}
