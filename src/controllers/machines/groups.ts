/**
 * VirtualMachines counted by what makes them alike, kept current by one change at a time: the VMs of a pool
 * are a handful of groups, however many they are, and most questions about them are answered by the counts.
 */
import { type CacheIndex, type IndexDefinition } from '../../engine/cache-index.ts';
import { canonicalJson } from '../../base/deep.ts';
import { isTrue, findCondition } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating, type KubeObject } from '../../model/object.ts';
import { isUnreached } from '../../model/reachability.ts';
import { type Labels } from '../../model/selectors.ts';
import { type Amount, amountOf } from '../../model/amount.ts';

/** VMs of one namespace and owner with the same labels and the same wanted size. Never empty. */
export interface MachineGroup {
  readonly namespace: string;
  /** uid of the controller that manages them; '' for none. */
  readonly owner: string;
  readonly labels: Labels;
  readonly size: Amount;
  /** By uid, the one that has not changed for longest first. VMs that are being deleted are in no group. */
  readonly members: ReadonlyMap<string, VirtualMachine>;
  /** Ready ones. */
  readonly ready: number;
  /** Those that are not ready and will not become so by themselves, by uid. */
  readonly stuck: ReadonlyMap<string, VirtualMachine>;
  /** Under way to the size that they are to have, and those of them that are still ready. */
  readonly resizing: number;
  readonly resizingReady: number;
  /** Those that were to be resized and for which no host has room, by uid. */
  readonly refused: ReadonlyMap<string, VirtualMachine>;
}

interface Mutable extends MachineGroup {
  readonly members: Map<string, VirtualMachine>;
  ready: number;
  readonly stuck: Map<string, VirtualMachine>;
  resizing: number;
  resizingReady: number;
  readonly refused: Map<string, VirtualMachine>;
}

interface Place {
  readonly group: Mutable;
  readonly ready: boolean;
  readonly resizing: boolean;
}

export class MachineGroups implements CacheIndex {
  readonly #byText = new Map<string, Mutable>();
  /** uid of an owner -> its groups by text; `namespace/` -> those of VMs without an owner. */
  readonly #byOwner = new Map<string, Map<string, Mutable>>();
  /** namespace -> its groups by text. */
  readonly #byNamespace = new Map<string, Map<string, Mutable>>();
  /** uid of a VM -> how it is counted. */
  readonly #places = new Map<string, Place>();
  /** Labels are shared by all versions of an object: their text is made once. */
  readonly #labelTexts = new WeakMap<Labels, string>();

  /** The groups that an object manages, in the order in which they came about. */
  ofOwner(uid: string): readonly MachineGroup[] {
    return [...(this.#byOwner.get(uid)?.values() ?? [])];
  }

  /** The groups of a namespace that nobody manages, in the order in which they came about. */
  loose(namespace: string): readonly MachineGroup[] {
    return [...(this.#byOwner.get(ownerKey('', namespace))?.values() ?? [])];
  }

  /** The groups of a namespace, in the order in which they came about. */
  inNamespace(namespace: string): Iterable<MachineGroup> {
    return this.#byNamespace.get(namespace)?.values() ?? [];
  }

  /** Counts a VM as it now is instead of as it was. */
  replace(vm: KubeObject | undefined, old: KubeObject | undefined): void {
    if (old?.metadata.uid !== undefined) this.#leave(old.metadata.uid);
    if (vm && !isTerminating(vm)) this.#enter(vm as VirtualMachine);
  }

  #enter(vm: VirtualMachine): void {
    const uid = vm.metadata.uid ?? '';
    const group = this.#groupFor(vm);
    const ready = isTrue(vm.status?.conditions, 'Ready');
    const size = sizeOf(vm);
    const resizing = size === 'Changing';
    group.members.set(uid, vm);
    if (ready) group.ready++;
    else if (isStuck(vm)) group.stuck.set(uid, vm);
    if (size === 'Refused') group.refused.set(uid, vm);
    if (resizing) group.resizing++;
    if (resizing && ready) group.resizingReady++;
    this.#places.set(uid, { group, ready, resizing });
  }

  #leave(uid: string): void {
    const place = this.#places.get(uid);
    if (!place) return;
    const { group, ready, resizing } = place;
    this.#places.delete(uid);
    group.members.delete(uid);
    group.stuck.delete(uid);
    group.refused.delete(uid);
    if (ready) group.ready--;
    if (resizing) group.resizing--;
    if (resizing && ready) group.resizingReady--;
    if (group.members.size === 0) this.#drop(group);
  }

  #groupFor(vm: VirtualMachine): Mutable {
    const { namespace = '', labels = noLabels } = vm.metadata;
    const owner = vm.metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid ?? '';
    const size = amountOf(vm.spec.resources);
    const text = this.#textOf(namespace, owner, labels, size);
    const known = this.#byText.get(text);
    if (known) return known;
    const group: Mutable = {
      namespace,
      owner,
      labels,
      size,
      members: new Map(),
      ready: 0,
      stuck: new Map(),
      resizing: 0,
      resizingReady: 0,
      refused: new Map(),
    };
    this.#byText.set(text, group);
    nested(this.#byOwner, ownerKey(owner, namespace)).set(text, group);
    nested(this.#byNamespace, namespace).set(text, group);
    return group;
  }

  #drop(group: Mutable): void {
    const text = this.#textOf(group.namespace, group.owner, group.labels, group.size);
    this.#byText.delete(text);
    this.#byOwner.get(ownerKey(group.owner, group.namespace))?.delete(text);
    this.#byNamespace.get(group.namespace)?.delete(text);
  }

  #textOf(namespace: string, owner: string, labels: Labels, size: Amount): string {
    let text = this.#labelTexts.get(labels);
    if (text === undefined) this.#labelTexts.set(labels, (text = canonicalJson(labels)));
    return `${namespace}/${owner}/${size.cpuMillis}/${size.memoryBytes}/${text}`;
  }
}

/** VirtualMachines by owner, labels and size. */
export const machineGroups: IndexDefinition<MachineGroups> = {
  kinds: ['VirtualMachine'],
  make: () => new MachineGroups(),
};

const noLabels: Labels = {};

function ownerKey(uid: string, namespace: string): string {
  return uid === '' ? `${namespace}/` : uid;
}

/** Not ready, and nothing will change that by itself: refused by every host, out of reach, off, or failed. */
function isStuck(vm: VirtualMachine): boolean {
  const { status } = vm;
  const refused =
    status?.host === undefined &&
    status?.nominatedHost === undefined &&
    findCondition(status?.conditions, 'Scheduled')?.status === 'False';
  if (refused || isUnreached(vm)) return true;
  return status?.phase === 'Failed' || (status?.phase === 'Stopped' && !isChanging(status));
}

/** Stopped only for as long as a change of its size takes. */
function isChanging(status: NonNullable<VirtualMachine['status']>): boolean {
  return findCondition(status.conditions, 'Ready')?.reason === 'Resizing';
}

/** How a VM stands towards the size that it is to have. Without a place it has none to be changed. */
function sizeOf({ spec, status }: VirtualMachine): 'AsWanted' | 'Changing' | 'Refused' {
  if (status?.resources === undefined) return 'AsWanted';
  if (status.phase === 'Resizing') return 'Changing';
  const has = amountOf(status.resources);
  const wants = amountOf(spec.resources);
  if (has.cpuMillis === wants.cpuMillis && has.memoryBytes === wants.memoryBytes) return 'AsWanted';
  // Refused for want of room: it tries again from time to time, and the others need not wait for that.
  return findCondition(status.conditions, 'Resized')?.status === 'False' ? 'Refused' : 'Changing';
}

function nested<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let inner = map.get(key);
  if (!inner) map.set(key, (inner = new Map<string, V>()));
  return inner;
}
