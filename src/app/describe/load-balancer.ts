import { decimal, milliseconds, percent } from '../../model/kinds/cells.ts';
import { type LoadBalancer } from '../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../output/describe.ts';
import { balancerPools } from '../relations.ts';
import { type Snapshot } from '../snapshot.ts';
import { failureText, section, selectorText, table, yesNo } from './parts.ts';

/** Who sends requests, how they are spread, and what became of them. */
export function describeBalancer(balancer: LoadBalancer, { cache }: Snapshot): DescribeNode[] {
  const { metadata, spec, status } = balancer;
  const { healthCheck } = spec;
  const traffic = cache
    .list('Traffic', metadata.namespace)
    .filter(({ spec: { to } }) => to.kind === 'LoadBalancer' && to.name === metadata.name);
  const tenants = cache
    .list('Tenant', metadata.namespace)
    .filter((tenant) => tenant.status?.endpoint === metadata.name);
  const callers = cache
    .list('LoadBalancer', metadata.namespace)
    .filter((other) => other.spec.calls?.includes(metadata.name));
  return [
    field('Selector', selectorText(spec.selector)),
    field(
      'Pools',
      balancerPools(cache, balancer).map(({ metadata: { name } }) => `vmp/${name}`),
    ),
    field('Algorithm', spec.algorithm),
    field('Service time', `${spec.serviceTime} of a bare physical core for each request`),
    field(
      'Health check',
      `every ${healthCheck.interval}, up after ${healthCheck.healthyThreshold} good, down after ${healthCheck.unhealthyThreshold} bad`,
    ),
    field('Drain', spec.drain),
    field(
      'Calls',
      (spec.calls ?? []).map((name) => `lb/${name}`),
    ),
    field('Requests from', [
      ...tenants.map(({ metadata: { name } }) => `tenant/${name}`),
      ...traffic.map(({ metadata: { name } }) => `traffic/${name}`),
      ...callers.map(({ metadata: { name } }) => `lb/${name}`),
    ]),
    section('Now', [
      field(
        'Requests',
        status?.requestsPerSecond === undefined ? '' : `${decimal(status.requestsPerSecond)} req/s`,
      ),
      field('Latency', latencyText(status?.latency)),
      field('Errors', failureText(status?.errorRate)),
    ]),
    table(
      'Backends',
      ['VM', '!Ready', 'Draining', '>Weight', '>Share', 'Phase', 'Host'],
      (status?.backends ?? []).map(({ name, ready, draining, weight, share }) => {
        const vm = cache.get('VirtualMachine', metadata.namespace ?? '', name);
        return [
          ...[name, ready ? 'True' : 'False', yesNo(draining), decimal(weight), percent(share)],
          ...[vm?.status?.phase ?? '', vm?.status?.host ?? ''],
        ];
      }),
    ),
  ];
}

/** `mean 12ms, p50 10ms, p95 41ms, p99 80ms`, as far as it was measured. */
function latencyText(latency: NonNullable<LoadBalancer['status']>['latency']): string {
  return (['mean', 'p50', 'p95', 'p99'] as const)
    .filter((name) => latency?.[name] !== undefined)
    .map((name) => `${name} ${milliseconds(latency?.[name])}`)
    .join(', ');
}
