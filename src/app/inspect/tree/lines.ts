/** One line a kind: what a tree tells of an object beside its name. Pure. */
import { findCondition, type Condition } from '../../../model/conditions.ts';
import { decimal, milliseconds, percent } from '../../../model/kinds/cells.ts';
import { type Kind, type KindMap } from '../../../model/kinds/index.ts';
import { type KubeObject } from '../../../model/object.ts';
import { type ObjectCache } from '../../../engine/cache.ts';
import { policiesOf } from '../relations.ts';

type Line<T extends KubeObject> = (object: T, cache: ObjectCache) => readonly string[];

const lines: { readonly [K in Kind]?: Line<KindMap[K]> } = {
  Application: ({ spec }) => [spec.build],
  Host: (host) => [
    ...[phaseOf(host.status?.phase), host.spec.hypervisor, count(host.status?.virtualMachines ?? 0, 'VM')],
    percent(host.status?.utilization),
  ],
  HostPool: ({ spec, status }) => [`${status?.readyReplicas ?? 0}/${spec.replicas}`],
  LoadBalancer: ({ spec, status }) => [
    spec.algorithm,
    status?.requestsPerSecond === undefined ? '' : `${decimal(status.requestsPerSecond)} req/s`,
    status?.latency?.p95 === undefined ? '' : `p95 ${milliseconds(status.latency.p95)}`,
  ],
  RebalancePolicy: ({ spec, status }) => [
    spec.strategy,
    findCondition(status?.conditions, 'Rebalancing')?.reason ?? '',
    `${status?.movesLastHour ?? 0}/${spec.maxMovesPerHour} moves an hour`,
  ],
  ScalingPolicy: ({ status }) => [status?.decision?.summary ?? ''],
  Tenant: (tenant) => [
    ...[tenant.status?.level ?? tenant.spec.maturity, readyOf(tenant), tenant.status?.route ?? ''],
    tenant.status?.costPerHour === undefined ? '' : `$${tenant.status.costPerHour.toFixed(2)}/h`,
  ],
  VirtualMachine: ({ status, spec }) => [
    ...[phaseOf(status?.phase), status?.host ?? '', (status?.mode ?? spec.mode ?? '').toLowerCase()],
    percent(status?.utilization),
  ],
  VirtualMachinePool: (pool, cache) => [
    `${pool.status?.readyReplicas ?? 0}/${pool.spec.replicas}`,
    scaledBy(pool, cache),
  ],
};

/** The cells of an object behind its name; of a kind without any of its own, whether it is ready. */
export function lineOf<K extends Kind>(kind: K, object: KubeObject, cache: ObjectCache): readonly string[] {
  const line = lines[kind];
  return line ? line(object as unknown as KindMap[K], cache) : [readyOf(object)];
}

/** `scaled 2 → 5 by sp/crm-web`, or `sp/crm-web` while that has changed nothing yet. */
function scaledBy(pool: KubeObject, cache: ObjectCache): string {
  return policiesOf(cache, pool)
    .map(({ metadata: { name }, status }) => {
      const last = status?.history?.[0];
      return last ? `scaled ${last.from} → ${last.to} by sp/${name}` : `sp/${name}`;
    })
    .join(', ');
}

function phaseOf(phase: string | undefined): string {
  return (phase ?? 'Pending').toLowerCase();
}

/** `ready`, or the reason why not in words of its own; '' where nobody has looked yet. */
function readyOf(object: KubeObject): string {
  const { conditions } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  const ready = findCondition(conditions, 'Ready');
  if (!ready) return '';
  return ready.status === 'True' ? 'ready' : ready.reason;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
