import { compareText } from '../base/listing.ts';
import { humanCpu, humanMemory } from '../base/quantity.ts';
import { type Eligibility } from './eligibility.ts';
import { type HostTable } from './host-table.ts';
import { judge, type BoundRule, type Rule } from './rules.ts';
import { type VmRequest } from './types.ts';

/** How many hosts were refused for one reason. A host short of CPU and of memory counts for both. */
export interface RefusalCount {
  readonly reason: string;
  readonly hosts: number;
  /** For a lack of capacity: what is needed and the most that one of these hosts has. */
  readonly detail?: string;
}

/** No host takes the VM. */
export interface Refused {
  readonly type: 'refused';
  /** For a person: `0/5 hosts are available: 2 insufficient memory (…), 3 …`. */
  readonly summary: string;
  readonly counts: readonly RefusalCount[];
}

/** What a refusal is found from. */
export interface RefusalInput {
  readonly vm: VmRequest;
  readonly table: HostTable;
  readonly eligibility: Eligibility;
  readonly rules: readonly BoundRule[];
  /** A host that is not to be chosen. */
  readonly avoidSlot?: number;
}

const presentHost = 'its present host';
const noCpu = 'insufficient cpu';
const noMemory = 'insufficient memory';

/** One reason of one host. */
export interface Refusal {
  /** What hosts are refused for, without the figures of one of them: to count alike ones. */
  readonly cause: string;
  /** For a person, with the figures. */
  readonly reason: string;
}

/** Why a host refuses the VM; an empty list for one that would take it. In the order of filters. */
export function reasonsOnHost(input: RefusalInput, slot: number): string[] {
  return refusalsOnHost(input, slot).map(({ reason }) => reason);
}

/** As `reasonsOnHost`, each with its cause. */
export function refusalsOnHost(input: RefusalInput, slot: number): Refusal[] {
  const { vm, table, eligibility } = input;
  if (slot === input.avoidSlot) return [{ cause: presentHost, reason: presentHost }];
  const reason = eligibility.reason[slot];
  if (reason !== undefined) return [{ cause: reason, reason }];
  const refusals: Refusal[] = [];
  const freeCpu = table.freeCpu(slot);
  const freeMemory = table.freeMemory(slot, vm);
  if (table.lacksCpu(slot, vm.cpuMillis)) {
    const figures = `needs ${humanCpu(vm.cpuMillis)}, free ${downCpu(freeCpu)}`;
    refusals.push({ cause: noCpu, reason: `${noCpu} (${figures})` });
  }
  if (table.lacksMemory(slot, vm)) {
    const figures = `needs ${humanMemory(vm.memoryBytes)}, free ${downMemory(freeMemory)}`;
    refusals.push({ cause: noMemory, reason: `${noMemory} (${figures})` });
  }
  const rule = refusingRule(input.rules, slot);
  if (refusals.length === 0 && rule !== undefined) {
    const value = rule.counter.axis.valueOf(rule.counter.axis.domainOf(slot));
    const where = value === undefined ? ', a label it lacks' : ` ${value}`;
    refusals.push({ cause: rule.reason, reason: `${rule.reason}${where}` });
  }
  return refusals;
}

/** The reasons of all hosts, counted; ordered by count, then text, as the scheduler of Kubernetes does. */
export function countRefusals(input: RefusalInput): RefusalCount[] {
  const { vm, table, eligibility } = input;
  const counts = new Map<string, number>(eligibility.refused);
  const add = (reason: string): void => void counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const cpu = new MostFree();
  const memory = new MostFree();
  for (const slot of table.ordered()) {
    if (slot === input.avoidSlot) {
      const own = eligibility.reason[slot];
      if (own !== undefined) decrement(counts, own);
      add(presentHost);
      continue;
    }
    if (eligibility.mode[slot] === undefined) continue;
    const lacksCpu = table.lacksCpu(slot, vm.cpuMillis);
    const lacksMemory = table.lacksMemory(slot, vm);
    if (lacksCpu) cpu.see(slot, table.freeCpu(slot));
    if (lacksMemory) memory.see(slot, table.freeMemory(slot, vm));
    const rule = lacksCpu || lacksMemory ? undefined : refusingRule(input.rules, slot);
    if (rule) add(rule.reason);
  }
  const refusals: RefusalCount[] = [...counts].map(([reason, hosts]) => ({ reason, hosts }));
  const nameOf = (slot: number): string => table.hosts[slot]?.name ?? '';
  if (cpu.hosts > 0) {
    const detail = `needs ${humanCpu(vm.cpuMillis)}, most free ${nameOf(cpu.slot)} ${downCpu(cpu.free)}`;
    refusals.push({ reason: noCpu, hosts: cpu.hosts, detail });
  }
  if (memory.hosts > 0) {
    const most = `${nameOf(memory.slot)} ${downMemory(memory.free)}`;
    const detail = `needs ${humanMemory(vm.memoryBytes)}, most free ${most}`;
    refusals.push({ reason: noMemory, hosts: memory.hosts, detail });
  }
  return refusals.sort((a, b) => a.hosts - b.hosts || compareText(a.reason, b.reason));
}

function refusingRule(rules: readonly BoundRule[], slot: number): Rule | undefined {
  return rules.find((bound) => judge(bound, slot) < 0)?.rule;
}

/** One line for a condition: `0/5 hosts are available: 2 insufficient memory (…), 3 …`. */
export function summarize(refusals: readonly RefusalCount[], hosts: number): string {
  if (hosts === 0) return '0/0 hosts are available: there is no host';
  const parts = refusals.map(
    ({ hosts: count, reason, detail }) => `${count} ${reason}${detail === undefined ? '' : ` (${detail})`}`,
  );
  return `0/${hosts} hosts are available: ${parts.join(', ')}`;
}

/** The host with the most free among those seen; the first seen among equals. */
class MostFree {
  hosts = 0;
  slot = -1;
  free = 0;
  see(slot: number, free: number): void {
    if (this.hosts === 0 || free > this.free) {
      this.slot = slot;
      this.free = free;
    }
    this.hosts++;
  }
}

function decrement(counts: Map<string, number>, reason: string): void {
  const count = (counts.get(reason) ?? 0) - 1;
  if (count > 0) counts.set(reason, count);
  else counts.delete(reason);
}

/** Free memory for people, rounded down, so that it never looks like enough when it is not. */
function downMemory(bytes: number): string {
  let tenth = 1;
  for (const unit of [2 ** 10, 2 ** 20, 2 ** 30, 2 ** 40]) if (Math.abs(bytes) >= unit) tenth = unit / 10;
  return humanMemory(Math.floor(bytes / tenth) * tenth);
}

/** Free CPU for people, rounded down to a hundredth of a core. */
function downCpu(millis: number): string {
  return humanCpu(Math.floor(millis / 10) * 10);
}
