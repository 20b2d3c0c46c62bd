/** A policy's target: what the cache and the world say of it, and how its size is set. */
import { fromTimestamp } from '../../base/clock.ts';
import { deepEqual } from '../../base/deep.ts';
import { findCondition } from '../../model/conditions.ts';
import {
  type LoadBalancer,
  type ScalingPolicy,
  type VirtualMachine,
  type VirtualMachinePool,
} from '../../model/kinds/index.ts';
import { type KubeObject, isTerminating } from '../../model/object.ts';
import { measuredUsage } from '../../model/reachability.ts';
import { type Labels } from '../../model/selectors.ts';
import { type Resources } from '../../autoscaling/recommender.ts';
import { sizeText } from '../../autoscaling/vertical.ts';
import { annotations, withAnnotation } from '../../model/annotations.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { isCountScaled, managers } from '../../engine/ownership.ts';
import { labelsOf, membersOf } from '../pools/members.ts';
import { type ResizeMethod } from '../machines/resize-method.ts';
import { featuresOf, resizeMethodOf } from '../machines/resize-room.ts';
import { type ScalingDecision } from './decision.ts';
import { isRefused, isResizing, type ScalingInput, type ScalingMemory, sizeOf } from './inputs.ts';
import { quantitiesOf } from './report.ts';
import { type Standing, scaledKey } from './target.ts';
import { quotaRoomOf } from './quota.ts';
import { type ScalingScene } from './scene.ts';
import { totalsOf } from './totals.ts';
import { type Turn } from '../../engine/turn.ts';
import { selecting } from '../machines/selecting.ts';
import { machineGroups } from '../machines/groups.ts';

/** What a policy can scale. */
export type Target = VirtualMachine | VirtualMachinePool;

/** The policy's target, if it is there. */
export function targetObject(policy: ScalingPolicy, cache: ObjectCache): Target | undefined {
  const { kind, namespace, name } = scaledKey(policy);
  return kind === 'VirtualMachine'
    ? cache.get('VirtualMachine', namespace, name)
    : cache.get('VirtualMachinePool', namespace, name);
}

/** The labels of the target's VMs. */
export function machineLabels(target: Target): Labels | undefined {
  return target.kind === 'VirtualMachinePool' ? labelsOf(target) : target.metadata.labels;
}

/** The load balancers that send requests to the target's VMs, those that it will have included. */
export function balancersOf(target: Target, cache: ObjectCache): readonly LoadBalancer[] {
  return selecting(cache, 'LoadBalancer', target.metadata.namespace ?? '', machineLabels(target)).filter(
    (balancer) => !isTerminating(balancer),
  );
}

function machinesOf(target: Target, cache: ObjectCache): readonly VirtualMachine[] {
  if (target.kind === 'VirtualMachine') return [target];
  return membersOf(cache.index(machineGroups).ofOwner(target.metadata.uid ?? ''));
}

function resourcesOf(target: Target): VirtualMachine['spec']['resources'] {
  return target.kind === 'VirtualMachine' ? target.spec.resources : target.spec.template.spec.resources;
}

/** Everything that the next decision is made from. */
export function inputOf(
  policy: ScalingPolicy,
  standing: Standing,
  target: Target,
  memory: ScalingMemory | undefined,
  turn: ScalingScene,
): ScalingInput {
  const machines = machinesOf(target, turn.cache);
  const wanted = resourcesOf(target);
  const balancers = balancersOf(target, turn.cache);
  const quota = quotaRoomOf(target, turn.cache);
  const refused = standing.vertical ? machines.find(isRefused) : undefined;
  const starts = machines.flatMap(({ status }) =>
    status?.startedAt ? [fromTimestamp(status.startedAt)] : [],
  );
  return {
    spec: policy.spec,
    horizontal: standing.horizontal,
    vertical: standing.vertical,
    replicas: target.kind === 'VirtualMachine' ? 1 : target.spec.replicas,
    zeroByPolicy: target.kind === 'VirtualMachinePool' && target.spec.replicas === 0 && isCountScaled(target),
    size: sizeOf(wanted),
    vms: machines.map((vm) => ({ vm, usage: measuredUsage(vm, turn.world) })),
    balancers: balancers.flatMap(({ metadata }) => {
      return turn.world.balancer(`${metadata.namespace}/${metadata.name}`) ?? [];
    }),
    totals: totalsOf(policy, turn),
    resizing: machines.filter((vm) => isResizing(vm, wanted) && !isRefused(vm)).length,
    live: policy.spec.vertical?.update !== 'Restart' && machines.every((vm) => isLive(vm, turn.cache)),
    startedAtMs: starts.length === 0 ? turn.nowMs : Math.min(...starts),
    nowMs: turn.nowMs,
    ...(memory ? { memory } : {}),
    ...(quota ? { quota } : {}),
    ...(refused ? { blocked: { message: refusalOf(refused), alsoShrinking: false } } : {}),
  };
}

function refusalOf({ metadata, status }: VirtualMachine): string {
  return `${metadata.name}: ${findCondition(status?.conditions, 'Resized')?.message}`;
}

/** How the VMs would come to a decision's new size. */
export interface Way {
  /** What stands against it, if anything: hypervisors that cannot change a running guest, hosts without room. */
  readonly obstacle?: ScalingInput['blocked'];
  /** In words; absent where the size stays, or no VM has a host yet. */
  readonly text?: string;
}

/** Asks each VM of the target that has a host how it would come to the decided size. */
export function wayTo(input: ScalingInput, { size }: ScalingDecision, turn: ScalingScene): Way {
  if (deepEqual(size, input.size)) return {};
  const beyond = beyondQuota(input, size);
  if (beyond) return { obstacle: beyond };
  const resources = quantitiesOf(size);
  const counts = new Map<string, number>();
  for (const { vm } of input.vms) {
    if (vm.status?.host === undefined || isTerminating(vm)) continue;
    const wanted = { ...vm, spec: { ...vm.spec, resources } };
    const method = resizeMethodOf(wanted, turn, input.spec.vertical?.update);
    if (method.type === 'Refused') return { obstacle: obstacleFor(vm, size, method) };
    counts.set(method.type, (counts.get(method.type) ?? 0) + 1);
  }
  const parts = wayTexts.flatMap(([type, text]) => {
    const count = counts.get(type) ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? 'VM' : 'VMs'} ${text}`];
  });
  return parts.length === 0 ? {} : { text: parts.join(', ') };
}

/** What grows beyond a quota is refused; what shrinks never is. */
function beyondQuota({ quota, size }: ScalingInput, wanted: Resources): ScalingInput['blocked'] {
  const grows = (['cpu', 'memory'] as const).filter((name) => wanted[name] > size[name]);
  if (!quota || grows.every((name) => wanted[name] <= quota.size[name])) return undefined;
  return { message: `${quota.sizeBy} allows no VMs of ${sizeText(wanted)}`, alsoShrinking: false };
}

const wayTexts = [
  ['InPlace', 'in place'],
  ['Migrate', 'by way of a host with room (live migration)'],
  ['Restart', 'by a restart'],
  ['Relocate', 'by a restart on another host'],
] as const;

function obstacleFor(
  { metadata, status }: VirtualMachine,
  size: Resources,
  { reason, why }: Extract<ResizeMethod, { type: 'Refused' }>,
): NonNullable<ScalingInput['blocked']> {
  const { name } = metadata;
  if (reason === 'NoHeadroom') {
    return { message: `no room for ${name} with ${sizeText(size)}: ${why}`, alsoShrinking: false };
  }
  const message = `${name} on ${status?.hypervisor ?? ''} stays as it is: ${why}; spec.vertical.update Auto would allow it`;
  return { message, alsoShrinking: true };
}

/** True when another size costs the VM no restart. */
function isLive(vm: VirtualMachine, cache: ObjectCache): boolean {
  const features = featuresOf(vm, cache);
  return features?.cpuHotplug === true && features.memoryHotplug === true;
}

/** Sets the decided number and size, owned by the scaling manager. */
export function resize(policy: ScalingPolicy, target: Target, decision: ScalingDecision, turn: Turn): void {
  const same = deepEqual(decision.size, sizeOf(resourcesOf(target)));
  const resources = same ? resourcesOf(target) : quantitiesOf(decision.size);
  const update = policy.spec.vertical?.update;
  const rule = update === 'Auto' ? undefined : update;
  const metadata = same ? target.metadata : withAnnotation(target.metadata, annotations.resize, rule);
  if (target.kind === 'VirtualMachine') {
    turn.update({ ...target, metadata, spec: { ...target.spec, resources } }, managers.scaling);
    return;
  }
  const { template } = target.spec;
  const next = { ...template, spec: { ...template.spec, resources } };
  const spec = { ...target.spec, replicas: decision.replicas, template: next };
  turn.update({ ...target, metadata, spec }, managers.scaling);
}

/** The size fields of a status: those of the directions that the policy has. */
export function sizesOf(
  policy: ScalingPolicy,
  cache: ObjectCache,
): Partial<NonNullable<ScalingPolicy['status']>> {
  const target = targetObject(policy, cache);
  const pool = target?.kind === 'VirtualMachinePool' ? target : undefined;
  const wanted = target && policy.spec.vertical ? resourcesOf(target) : undefined;
  return {
    currentReplicas: pool?.status?.replicas,
    desiredReplicas: pool?.spec.replicas,
    currentResources: wanted && presentSize(target, wanted, cache),
    desiredResources: wanted,
  };
}

/** The size of the first VM that has not got the wanted one yet. */
function presentSize(
  target: Target | undefined,
  wanted: VirtualMachine['spec']['resources'],
  cache: ObjectCache,
): VirtualMachine['spec']['resources'] {
  const machines = target ? machinesOf(target, cache) : [];
  return machines.find((vm) => isResizing(vm, wanted))?.status?.resources ?? wanted;
}

/** Leaves the fields that scaling has set to nobody, so that the next `apply` may claim them. */
export function giveUpFields(target: KubeObject, turn: Turn): void {
  const { managedFields } = target.metadata;
  const kept = managedFields?.filter(({ manager }) => manager !== managers.scaling);
  if (kept === undefined || kept.length === managedFields?.length) return;
  const metadata = withAnnotation({ ...target.metadata, managedFields: kept }, annotations.resize, undefined);
  turn.update({ ...target, metadata });
}
