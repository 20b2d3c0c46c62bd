/** Which VMs are a pool's, and what they come to. */
import { canonicalJson, deepEqual } from '../../base/deep.ts';
import { compareText } from '../../base/listing.ts';
import { hash32, nameSuffix } from '../../base/random.ts';
import { type VirtualMachine, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { controllerReference } from '../../model/object.ts';
import { type Labels, matchesSelector } from '../../model/selectors.ts';
import { labels } from '../../model/annotations.ts';
import { type MachineGroup, machineGroups } from '../machines/groups.ts';
import { managers } from '../../engine/ownership.ts';
import { type Allowance, allowedMembers } from './quota.ts';
import { takeSlice } from '../../engine/slices.ts';
import { type Turn } from '../../engine/turn.ts';

type Template = VirtualMachinePool['spec']['template'];

const revisions = new WeakMap<Template, string>();

/**
 * The name of a template's contents. Its resources do not belong to them: another size needs no other VM.
 */
export function revisionOf(template: Template): string {
  let revision = revisions.get(template);
  if (revision === undefined) {
    const { resources: _resources, ...spec } = template.spec;
    revision = hash32(canonicalJson({ metadata: template.metadata ?? {}, spec }))
      .toString(16)
      .padStart(8, '0');
    revisions.set(template, revision);
  }
  return revision;
}

/** The labels of the VMs that a pool makes. */
export function labelsOf(pool: VirtualMachinePool): Labels {
  return {
    ...pool.spec.template.metadata?.labels,
    [labels.pool]: pool.metadata.name,
    [labels.revision]: revisionOf(pool.spec.template),
  };
}

/**
 * Takes in the matching VMs that nobody manages, and lets go of those that match no longer. A VM has one
 * controller at most: pools whose selectors overlap never take from each other.
 */
export function settleMembership(pool: VirtualMachinePool, turn: Turn): void {
  const { uid = '', namespace = '' } = pool.metadata;
  const belongs = (group: MachineGroup): boolean => matchesSelector(pool.spec.selector, group.labels);
  const groups = turn.cache.index(machineGroups);
  for (const vm of membersOf(groups.ofOwner(uid).filter((group) => !belongs(group)))) release(vm, pool, turn);
  for (const vm of membersOf(groups.loose(namespace).filter(belongs))) adopt(vm, pool, turn);
}

/** The VMs of some groups, ordered by name. */
export function membersOf(groups: readonly MachineGroup[]): VirtualMachine[] {
  return groups
    .flatMap((group) => [...group.members.values()])
    .sort((a, b) => compareText(a.metadata.name, b.metadata.name));
}

/** A VM that is just what the pool would have made counts as such; any other is to be replaced. */
function adopt(vm: VirtualMachine, pool: VirtualMachinePool, turn: Turn): void {
  const { template } = pool.spec;
  const same = deepEqual({ ...vm.spec, resources: undefined }, { ...template.spec, resources: undefined });
  const { [labels.revision]: _revision, ...own } = vm.metadata.labels ?? {};
  turn.update(
    {
      ...vm,
      metadata: {
        ...vm.metadata,
        labels: {
          ...own,
          [labels.pool]: pool.metadata.name,
          ...(same ? { [labels.revision]: revisionOf(template) } : {}),
        },
        ownerReferences: [...(vm.metadata.ownerReferences ?? []), controllerReference(pool)],
      },
    },
    managers.pool,
  );
  turn.event(pool, 'Normal', 'Adopted', `${vm.metadata.name} matches the selector and had no owner`);
}

function release(vm: VirtualMachine, pool: VirtualMachinePool, turn: Turn): void {
  const { [labels.pool]: _pool, [labels.revision]: _revision, ...own } = vm.metadata.labels ?? {};
  const ownerReferences = vm.metadata.ownerReferences?.filter((owner) => owner.uid !== pool.metadata.uid);
  turn.update({ ...vm, metadata: { ...vm.metadata, labels: own, ownerReferences } }, managers.pool);
  turn.event(pool, 'Normal', 'Released', `${vm.metadata.name} no longer matches the selector`);
}

/**
 * Makes `wanted` VMs, or as many of them as the quotas and this moment's slice allow; answers how many. Names come from the pool's uid, the time and a counter, so that a VM's successor never
 * bears its name, and none is looked for twice.
 */
export function createMembers(pool: VirtualMachinePool, wanted: number, turn: Turn): Allowance {
  const { uid = '', name, namespace = '' } = pool.metadata;
  const { metadata, spec } = pool.spec.template;
  const allowed = allowedMembers(pool, wanted, turn.cache);
  const allowance = { ...allowed, count: takeSlice(uid, allowed.count, turn) };
  const shared = {
    namespace,
    labels: labelsOf(pool),
    ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
    ownerReferences: [controllerReference(pool)],
  };
  for (let made = 0, counter = 0; made < allowance.count; counter++) {
    const candidate = `${name}-${nameSuffix(`${uid}/${turn.nowMs}/${counter}`)}`;
    if (turn.cache.get('VirtualMachine', namespace, candidate)) continue;
    made++;
    turn.create('VirtualMachine', {
      apiVersion: pool.apiVersion,
      kind: 'VirtualMachine',
      metadata: { ...shared, name: candidate },
      spec,
    });
  }
  return allowance;
}
