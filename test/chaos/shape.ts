import { findCondition, type Condition } from '../../src/model/conditions.ts';
import { type ObjectMeta } from '../../src/model/object.ts';
import { type ObjectCache } from '../../src/engine/cache.ts';

/**
 * What a world has come to, a line for each object that a person declared: what must not depend on how it came about.
 * Names and hosts of a pool's VMs do, and how many there are of a pool that a policy scales.
 */
export function shapeOf(cache: ObjectCache): readonly string[] {
  const lines: string[] = [];
  const applications = new Set(cache.list('Application').map(({ metadata }) => metadata.name));
  const ready = (status: { conditions?: readonly Condition[] } | undefined): string =>
    findCondition(status?.conditions, 'Ready')?.status ?? 'none';
  for (const { metadata, status } of cache.list('Host')) {
    if (metadata.ownerReferences === undefined) lines.push(`host ${metadata.name} ${status?.phase}`);
  }
  for (const { metadata, status } of cache.list('HostPool')) {
    lines.push(`host pool ${metadata.name} ${status?.replicas} ${status?.readyReplicas}`);
  }
  const scaled = new Set(cache.list('ScalingPolicy').map(({ spec }) => spec.target.name));
  // Tenants whose application is gone keep what they have, and take nothing anew.
  const left = new Set(
    cache
      .list('Tenant')
      .filter(({ spec }) => !applications.has(spec.application))
      .map(({ metadata }) => metadata.uid),
  );
  const isLeft = ({ ownerReferences = [] }: ObjectMeta): boolean =>
    ownerReferences.some(({ uid }) => left.has(uid));
  for (const { metadata, status } of cache.list('VirtualMachinePool')) {
    if (isLeft(metadata)) continue;
    const { replicas, readyReplicas, updatedReplicas } = status ?? {};
    const counts =
      scaled.has(metadata.name) ||
      cache.list('ScalingPolicy').some(({ metadata: by }) => by.name === metadata.name)
        ? [readyReplicas === replicas, updatedReplicas === replicas]
        : [replicas, readyReplicas, updatedReplicas];
    lines.push(`pool ${metadata.name} ${counts.join(' ')}`);
  }
  for (const { metadata, status, spec } of cache.list('VirtualMachine')) {
    if (metadata.ownerReferences === undefined)
      lines.push(
        // One that is stopped takes its size when it starts.
        `vm ${metadata.name} ${status?.phase} ${ready(status)} ${status?.phase === 'Running' ? `${status.resources?.cpu} of ${spec.resources.cpu}` : ''}`,
      );
  }
  for (const { metadata, status } of cache.list('LoadBalancer')) {
    if (isLeft(metadata)) continue;
    const backends = status?.backends?.length;
    lines.push(`balancer ${metadata.name} ${status?.readyBackends === backends} ${ready(status)}`);
  }
  for (const { metadata, spec, status } of cache.list('Tenant')) {
    if (!applications.has(spec.application)) continue;
    lines.push(`tenant ${metadata.name} ${status?.level} ${ready(status)} ${status?.leaving?.length ?? 0}`);
  }
  return lines.sort();
}
