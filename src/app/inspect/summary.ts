/** What a state has come to, in figures: for the end of `apply` and for reports. */
import { cpuMillis, memoryBytes } from '../../base/quantity.ts';
import { findCondition, heldUpdate, isTrue, shortcoming, type Condition } from '../../model/conditions.ts';
import { kinds, type Kind } from '../../model/kinds/index.ts';
import { keyOf, keyText, type KubeObject, type OwnerReference } from '../../model/object.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { type Summary } from '../../model/summary.ts';
import { nextSteps } from './next-steps.ts';

/** Counts what is there; pure. */
export function summarize(cache: ObjectCache): Summary {
  const troubled = troubledIn(cache);
  return {
    hosts: hostsOf(cache),
    machines: machinesOf(cache),
    tenants: tenantsOf(cache),
    endpoints: endpointsOf(cache),
    problems: troubled.map(({ object, why: { reason, message } }) => ({
      object: shortName(object),
      reason,
      message,
      isFailure: reason === 'ReconcileFailed' || (reason !== 'Paused' && infrastructure.has(object.kind)),
      within: ownersAbove(object, cache),
    })),
    next: nextSteps(cache, troubled[0]?.object),
  };
}

function hostsOf(cache: ObjectCache): Summary['hosts'] {
  const hosts = cache.list('Host');
  const sum = (field: 'allocatable' | 'allocated'): { cpu: number; memory: number } =>
    hosts.reduce(
      (total, { status }) => ({
        cpu: total.cpu + cpuMillis(status?.[field]?.cpu),
        memory: total.memory + memoryBytes(status?.[field]?.memory),
      }),
      { cpu: 0, memory: 0 },
    );
  const allocatable = sum('allocatable');
  const allocated = sum('allocated');
  return {
    total: hosts.length,
    ready: hosts.filter(({ status }) => isTrue(status?.conditions, 'Ready')).length,
    hosted: hosts.filter(({ status }) => status?.architecture === 'Hosted').length,
    bareMetal: hosts.filter(({ status }) => status?.architecture === 'BareMetal').length,
    cpuShare: allocatable.cpu === 0 ? 0 : allocated.cpu / allocatable.cpu,
    memoryShare: allocatable.memory === 0 ? 0 : allocated.memory / allocatable.memory,
  };
}

function machinesOf(cache: ObjectCache): Summary['machines'] {
  const machines = cache.list('VirtualMachine');
  return {
    total: machines.length,
    byPhase: countBy(machines.map(({ status }) => status?.phase ?? 'Pending')),
    byMode: countBy(machines.map(({ status }) => status?.mode).filter((mode) => mode !== undefined)),
  };
}

function tenantsOf(cache: ObjectCache): Summary['tenants'] {
  const tenants = cache.list('Tenant');
  return {
    total: tenants.length,
    ready: tenants.filter(({ status }) => isTrue(status?.conditions, 'Ready')).length,
    byLevel: countBy(tenants.map(({ status }) => status?.level).filter((level) => level !== undefined)),
  };
}

function endpointsOf(cache: ObjectCache): Summary['endpoints'] {
  return cache.list('Tenant').flatMap(({ metadata, status }) => {
    if (status?.route === undefined || status.endpoint === undefined) return [];
    const balancer = cache.get('LoadBalancer', metadata.namespace ?? '', status.endpoint);
    return [
      {
        route: status.route,
        balancer: `lb/${metadata.namespace}/${status.endpoint}`,
        ready: balancer?.status?.readyBackends ?? 0,
      },
    ];
  });
}

/** Kinds whose Ready or Effective condition is worth a line when it is False. */
const watched: readonly Kind[] = [
  'Host',
  'HostPool',
  'VirtualMachine',
  'VirtualMachinePool',
  'LoadBalancer',
  'RebalancePolicy',
  'ScalingPolicy',
  'Application',
  'Tenant',
  'Traffic',
];

/**
 * Kinds that the controllers have to bring about by themselves. Another kind may wait for what nobody has declared yet, as
 * a tenant for its application.
 */
const infrastructure: ReadonlySet<string> = new Set([
  'Host',
  'HostPool',
  'VirtualMachine',
  'VirtualMachinePool',
]);

/** Key texts of the object and of what controls it, from the inside out. */
function ownersAbove(object: KubeObject, cache: ObjectCache): string[] {
  const above: string[] = [];
  let one: KubeObject | undefined = object;
  while (one) {
    above.push(keyText(keyOf(one)));
    const references: readonly OwnerReference[] = one.metadata.ownerReferences ?? [];
    const owner = references.find(({ controller }) => controller === true);
    one = owner && cache.byUid(owner.uid);
  }
  return above;
}

/** The objects that are not as wanted, each with the condition that says why. */
function troubledIn(cache: ObjectCache): { readonly object: KubeObject; readonly why: Condition }[] {
  return watched.flatMap((kind) =>
    cache.list(kind).flatMap((object) => {
      const why = firstFalse(object);
      return why ? [{ object, why }] : [];
    }),
  );
}

function firstFalse(object: KubeObject): Condition | undefined {
  const { conditions } = (object.status ?? {}) as { conditions?: readonly Condition[] };
  const bad = ['Scheduled', 'Effective', 'Ready']
    .map((type) => findCondition(conditions, type))
    .find((condition) => condition?.status === 'False');
  // A VM that is off on purpose is as wanted.
  if (bad) return bad.reason === 'Stopped' ? undefined : bad;
  return shortcoming(conditions) ?? heldUpdate(conditions);
}

/** As people write it: `vm/saas/crm-db-0`, `ho/desk-1`. */
export function shortName(object: KubeObject): string {
  const info = kinds[object.kind as Kind];
  const { namespace, name } = object.metadata;
  return [info.shortNames[0] ?? info.singular, namespace, name].filter(Boolean).join('/');
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
