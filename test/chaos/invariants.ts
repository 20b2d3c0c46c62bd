/** What must hold of every world, however it came about. Each answers with what is wrong, a line each. */
import { cpuMillis, memoryBytes } from '../../src/base/quantity.ts';
import { type State } from '../../src/app/state.ts';
import { type Manager } from '../../src/engine/manager.ts';
import { isTerminating, keyOf, keyText } from '../../src/model/object.ts';
import { machinePrefix } from '../../src/sim/core.ts';
import { type SavedMachine } from '../../src/sim/machine.ts';
import { type Document } from './estate.ts';

export type Invariants = (
  state: State,
  manager: Manager,
  declared: ReadonlyMap<string, Document>,
) => Promise<readonly string[]>;

/** At every moment, in any weather. */
export const momentary: Invariants = async (state, manager, declared) => {
  const problems: string[] = [];
  const { cache } = manager;
  const machines = await savedMachines(state);
  const hosts = new Map(cache.list('Host').map((host) => [host.metadata.name, host]));
  const taken = new Map<string, { cpu: number; memory: number }>();
  for (const vm of cache.list('VirtualMachine')) {
    const name = `vm/${vm.metadata.name}`;
    const { host: on, mode, resources } = vm.status ?? {};
    const host = on === undefined ? undefined : hosts.get(on);
    if (vm.spec.mode !== undefined && mode !== undefined && vm.spec.mode !== mode)
      problems.push(`${name} runs in mode ${mode}, not ${vm.spec.mode}`);
    const machine = machines.get(vm.metadata.uid ?? '');
    if (host === undefined) continue;
    if (mode === 'Para' && host.status?.architecture === 'Hosted')
      problems.push(`${name} is paravirtualized on the hosted ${on}`);
    if (
      machine &&
      machine.request.hostUid !== host.metadata.uid &&
      machine.targetHostUid !== host.metadata.uid &&
      !isTerminating(vm)
    )
      problems.push(`${name} is said to be on ${on}, and is not`);
    const sum = taken.get(on ?? '') ?? { cpu: 0, memory: 0 };
    sum.cpu += cpuMillis(resources?.cpu ?? vm.spec.resources.cpu);
    sum.memory += memoryBytes(resources?.memory ?? vm.spec.resources.memory);
    taken.set(on ?? '', sum);
  }
  for (const [name, sum] of taken) {
    const allocatable = hosts.get(name)?.status?.allocatable;
    if (allocatable === undefined) continue;
    if (sum.cpu > cpuMillis(allocatable.cpu) || sum.memory > memoryBytes(allocatable.memory))
      problems.push(`${name} has promised ${sum.cpu}m and ${sum.memory} bytes`);
  }
  for (const [key, { kind, metadata }] of declared) {
    const { namespace = '', name } = metadata;
    if (cache.find({ kind, namespace, name }) === undefined)
      problems.push(`${key} was acknowledged, and is gone`);
  }
  return problems;
};

/** Once all has come to rest. */
export const lasting: Invariants = async (state, manager, declared) => {
  const problems: string[] = [];
  const { cache } = manager;
  const uids = new Set<string>();
  for (const object of cache.all()) {
    uids.add(object.metadata.uid ?? '');
    if (isTerminating(object)) problems.push(`${keyText(keyOf(object))} is still being deleted`);
  }
  for (const object of cache.all()) {
    for (const owner of object.metadata.ownerReferences ?? [])
      if (!uids.has(owner.uid)) problems.push(`${keyText(keyOf(object))} has an owner that is gone`);
    const isOwned = object.metadata.ownerReferences !== undefined;
    const isMade = ['Event', 'Hypervisor', 'Namespace', 'Lease'].includes(object.kind);
    if (!isOwned && !isMade && !declared.has(`${object.kind}/${object.metadata.name}`))
      problems.push(`${keyText(keyOf(object))} is nobody's`);
  }
  for (const [uid, { request }] of await savedMachines(state))
    if (!uids.has(uid)) problems.push(`the machine of ${request.name} runs on for nobody`);
  const before = await state.store.revision();
  await manager.settle(manager.nowMs);
  const after = await state.store.revision();
  if (before !== after) problems.push(`it writes ${after - before} objects although nothing has changed`);
  return problems;
};

async function savedMachines({ store }: State): Promise<Map<string, SavedMachine>> {
  const entries = await store.listPrivate(machinePrefix);
  return new Map(entries.map(({ key, value }) => [key.slice(machinePrefix.length), value as SavedMachine]));
}
