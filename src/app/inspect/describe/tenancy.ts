import { decimal } from '../../../model/kinds/cells.ts';
import { findCondition } from '../../../model/conditions.ts';
import { withoutSecrets } from '../../../model/secrets.ts';
import { type Application, type Tenant } from '../../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { tenantsOf } from '../relations.ts';
import { labels } from '../../../model/annotations.ts';
import { type ObjectCache } from '../../../engine/cache.ts';
import { type Snapshot } from '../../snapshot.ts';
import {
  backlogNodes,
  cpuText,
  failureText,
  keyValues,
  memoryText,
  ofTotal,
  priceText,
  sizeText,
  table,
  yesNo,
} from './parts.ts';
import { selectMachines } from '../../../controllers/machines/lookup.ts';

/** A program: its tiers, its settings, and who uses it how. */
export function describeApplication(application: Application, { cache }: Snapshot): DescribeNode[] {
  const { spec, status } = application;
  const { properties } = (spec.configuration ?? {}) as { properties?: Readonly<Record<string, unknown>> };
  return [
    field('Build', spec.build),
    field('Tenants may configure', Object.keys(properties ?? {}).sort()),
    table(
      'Tiers',
      ['Tier', '>VMs', 'Size', 'Mode', 'Profile', 'Service time', 'Algorithm', 'Calls'],
      spec.tiers.map(({ name, replicas, vm, serviceTime, algorithm, calls = [] }) => [
        ...[name, String(replicas), sizeText(vm.resources), vm.mode ?? 'any', vm.profile],
        ...[serviceTime, algorithm, calls.join(', ')],
      ]),
    ),
    table(
      'Shared sets',
      ['Level', '>Tenants', 'Pools'],
      (status?.shared ?? []).map(({ level, tenants = 0, pools = [] }) => [
        level,
        String(tenants),
        pools.join(', '),
      ]),
    ),
    table(
      'Tenants',
      ['Name', 'Level', 'Maturity', '!Ready', 'Route', '>Cost'],
      tenantsOf(cache, application).map(({ metadata, spec: { maturity }, status: seen }) => [
        ...[metadata.name, seen?.level ?? '', maturity],
        findCondition(seen?.conditions, 'Ready')?.status ?? 'Unknown',
        ...[seen?.route ?? '', priceText(seen?.costPerHour)],
      ]),
    ),
  ];
}

/** A customer: what it uses and shares, how requests reach it, what it may use and what it costs. */
export function describeTenant(tenant: Tenant, { cache }: Snapshot): DescribeNode[] {
  const { metadata, spec, status } = tenant;
  const { namespace = '' } = metadata;
  const application = cache.get('Application', namespace, spec.application);
  return [
    field('Application', application ? `app/${spec.application}` : `app/${spec.application} (not there)`),
    field('Level', status?.level === undefined ? spec.maturity : `${status.level} (${spec.maturity})`),
    field('Build', spec.build ?? application?.spec.build ?? ''),
    field(
      'Configuration',
      keyValues(withoutSecrets(tenant, () => (application ? [application] : [])).spec.configuration),
    ),
    field('Route', status?.route ?? ''),
    field('Endpoint', status?.endpoint === undefined ? '' : `lb/${status.endpoint}`),
    field('Data partition', status?.dataPartition ?? ''),
    field('Quota', quotaLines(spec.quota)),
    ...(spec.weight === 1 ? [] : [field('Weight', decimal(spec.weight))]),
    ...fairShareNodes(tenant),
    field('Requests', requestsText(status)),
    field('Errors', failureText(status?.errorRate)),
    ...backlogNodes(status),
    field('Utilization', utilizationText(status)),
    field('Cost', priceText(status?.costPerHour)),
    ...waitingNodes(tenant, cache),
    table(
      'Instances',
      ['Tier', 'Pool', 'Shared', '>Ready'],
      (status?.instances ?? []).map(({ tier, pool, shared }) => {
        const found = cache.get('VirtualMachinePool', namespace, pool);
        return [tier, pool, yesNo(shared), ofTotal(found?.status?.readyReplicas, found?.spec.replicas)];
      }),
    ),
    field(
      'Served by',
      (status?.servedBy ?? []).map((name) => `vm/${name}`),
    ),
  ];
}

/** By what it waits where hosts run short; nothing for a tenant without VMs of its own. */
function fairShareNodes({ spec, status }: Tenant): DescribeNode[] {
  const { dominantShare } = status ?? {};
  if (!dominantShare) return [];
  const { share, resource } = dominantShare;
  const weighted = spec.weight === 1 ? '' : `, ${failureText(share / spec.weight)} by its weight`;
  const of = resource === 'cpu' ? 'CPU' : 'memory';
  return [field('Dominant share', `${failureText(share)} of all hosts' ${of}${weighted}`)];
}

/** Its own VMs that have no host, and why. */
function waitingNodes({ metadata }: Tenant, cache: ObjectCache): DescribeNode[] {
  const own = { matchLabels: { [labels.tenant]: metadata.name } };
  const waiting = selectMachines(cache, metadata.namespace ?? '', own).filter(
    ({ status }) => status?.host === undefined,
  );
  if (waiting.length === 0) return [];
  return [
    table(
      'Waiting for a host (the lowest dominant share goes first)',
      ['Name', 'Why'],
      waiting.map((vm) => [
        vm.metadata.name,
        findCondition(vm.status?.conditions, 'Scheduled')?.message ?? '',
      ]),
    ),
  ];
}

function utilizationText(status: Tenant['status']): string {
  const { own, all } = status?.utilization ?? {};
  if (own === undefined || all === undefined) return '';
  const shared = status?.instances?.some((instance) => instance.shared) === true;
  const others = shared ? ` by its requests, ${failureText(all)} by those of all that share them` : '';
  return `${failureText(own)} of its instances' CPU${others}`;
}

function quotaLines(quota: Tenant['spec']['quota']): string[] {
  return [
    quota?.cpu === undefined ? '' : `${cpuText(quota.cpu)} CPU`,
    quota?.memory === undefined ? '' : `${memoryText(quota.memory)} of memory`,
    quota?.requestsPerSecond === undefined ? '' : `${quota.requestsPerSecond} req/s`,
  ].filter(Boolean);
}

function requestsText(status: Tenant['status']): string {
  if (status?.requestsPerSecond === undefined) return '';
  const refused = status.throttledPerSecond ?? 0;
  const held = status.heldPerSecond ?? 0;
  const notes = [
    refused > 0 ? `, ${decimal(refused)} req/s of them refused by the quota` : '',
    held > 0
      ? `, held to its share of what is saturated: ${decimal(held)} req/s of them over it have failed`
      : '',
  ];
  return `${decimal(status.requestsPerSecond)} req/s${notes.join('')}`;
}
