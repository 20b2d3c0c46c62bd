import { formatDuration } from '../../../base/duration.ts';
import { queueOf } from '../../../controllers/traffic/balancer-request.ts';
import { isTrue } from '../../../model/conditions.ts';
import { decimal, milliseconds, percent } from '../../../model/kinds/cells.ts';
import { type LoadBalancer } from '../../../model/kinds/index.ts';
import { modelPage, queueModel } from '../../../model/queue-model.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { balancerPools } from '../relations.ts';
import { type Snapshot } from '../../snapshot.ts';
import { failureText, section, selectorText, table, backlogNodes, yesNo } from './parts.ts';

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
    field('Service time', serviceText(spec)),
    field('Queue', queueText(balancer)),
    field('Latency by', `${queueModel(spec.algorithm)}: see ${modelPage}`),
    field(
      'Health check',
      `every ${healthCheck.interval}, up after ${healthCheck.healthyThreshold} good, down after ${healthCheck.unhealthyThreshold} bad`,
    ),
    field('Panic', panicText(balancer)),
    field('Outliers', outlierText(spec.outlierDetection)),
    ...(spec.sessionAffinity ? [field('Clients', clientsText(balancer))] : []),
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
      ...backlogNodes(status),
    ]),
    backendTable(balancer, cache),
  ];
}

/** One more column while some are ejected. */
function backendTable({ metadata, status }: LoadBalancer, cache: Snapshot['cache']): DescribeNode {
  const backends = status?.backends ?? [];
  const some = backends.some(({ ejectedUntil }) => ejectedUntil);
  return table(
    'Backends',
    [
      ...['VM', '!Ready', 'Draining', ...(some ? ['Ejected until'] : [])],
      ...['>Weight', '>Share', 'Phase', 'Host'],
    ],
    backends.map(({ name, ready, draining, weight, share, ejectedUntil }) => {
      const vm = cache.get('VirtualMachine', metadata.namespace ?? '', name);
      return [
        ...[name, ready ? 'True' : 'False', yesNo(draining), ...(some ? [ejectedUntil ?? ''] : [])],
        ...[decimal(weight), percent(share), vm?.status?.phase ?? '', vm?.status?.host ?? ''],
      ];
    }),
  );
}

function serviceText({ serviceTime, serviceVariation = 1 }: LoadBalancer['spec']): string {
  const spread = serviceVariation === 1 ? 'on the mean, exponential' : 'on the mean';
  const how = serviceVariation === 0 ? 'each' : spread;
  const variation = [0, 1].includes(serviceVariation) ? '' : `, variation ${decimal(serviceVariation)}`;
  return `${serviceTime} of a bare physical core for a request, ${how}${variation}`;
}

function queueText(balancer: LoadBalancer): string {
  const { limit, timeoutMs } = queueOf(balancer);
  if (limit === 0) return 'none: what cannot be served at once is refused';
  const most = `at most ${limit} ${limit === 1 ? 'waits' : 'wait'} at each VM`;
  return timeoutMs === undefined
    ? `${most}, as long as it takes`
    : `${most}, ${formatDuration(timeoutMs)} at the longest`;
}

function panicText({ spec, status }: LoadBalancer): string {
  const now = isTrue(status?.conditions, 'Panic') ? ' (now in panic)' : '';
  if (Number.parseInt(spec.panicThreshold, 10) === 0) return 'off';
  return `fewer than ${spec.panicThreshold} healthy: all get requests${now}`;
}

function outlierText(rules: LoadBalancer['spec']['outlierDetection']): string {
  if (!rules) return 'not detected';
  const { consecutiveFailures, interval, baseEjection, maxEjection, maxEjectionPercent } = rules;
  return `out after ${consecutiveFailures} failures in a row, for ${baseEjection} times the count (at most ${maxEjection}), looked at every ${interval}; at most ${maxEjectionPercent}% at a time, but always one`;
}

function clientsText({ spec, status }: LoadBalancer): string {
  const { keys = 0, skew = 0 } = spec.sessionAffinity ?? {};
  const how = skew === 0 ? 'all alike' : `the n-th in proportion to 1/n^${decimal(skew)}`;
  const moved = status?.movedKeys;
  const last =
    moved === undefined ? '' : `; the last change of backends moved ${percent(moved)} of the requests`;
  return `${keys}, ${how}, each kept at one backend${last}`;
}

/** `mean 12ms, p50 10ms, p95 41ms, p99 80ms`, as far as it was measured. */
function latencyText(latency: NonNullable<LoadBalancer['status']>['latency']): string {
  return (['mean', 'p50', 'p95', 'p99'] as const)
    .filter((name) => latency?.[name] !== undefined)
    .map((name) => `${name} ${milliseconds(latency?.[name])}`)
    .join(', ');
}
