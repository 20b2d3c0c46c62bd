/** Placement as a plain scan of all hosts and all VMs: what the indexed one is held against. */
import { matchesSelector, type LabelSelector } from '../../src/model/selectors.ts';
import { isIncluded, judgeFacts, softTaintCount } from '../../src/placement/filters.ts';
import { capacityScore } from '../../src/placement/score.ts';
import { type PlaceOptions } from '../../src/placement/place.ts';
import {
  hostnameKey,
  namespaceOf,
  topologyValue,
  type HostView,
  type VmRequest,
} from '../../src/placement/types.ts';

export interface NaiveFleet {
  readonly hosts: Map<string, HostView>;
  readonly vms: Map<string, { readonly vm: VmRequest; readonly host: string }>;
}

export interface NaiveAnswer {
  readonly host: string;
  readonly score: number;
}

/** The best host and the second, by the rules' plain meaning. */
export function naivePlace(vm: VmRequest, fleet: NaiveFleet, options: PlaceOptions = {}): NaiveAnswer[] {
  const answers: NaiveAnswer[] = [];
  for (const host of fleet.hosts.values()) {
    const score = scoreOf(vm, host, fleet, options);
    if (score !== undefined) answers.push({ host: host.name, score });
  }
  return answers.sort((a, b) => b.score - a.score || (a.host < b.host ? -1 : 1)).slice(0, 2);
}

/** What a VM takes of a host, the VMM's overhead included. */
export function needOn(host: HostView, vm: VmRequest): { cpu: number; memory: number } {
  return { cpu: vm.cpuMillis, memory: vm.memoryBytes + host.memoryOverhead(vm) };
}

export function usedOf(host: HostView, fleet: NaiveFleet): { cpu: number; memory: number } {
  let cpu = 0;
  let memory = 0;
  for (const one of fleet.vms.values()) {
    if (one.host !== host.name) continue;
    const need = needOn(host, one.vm);
    cpu += need.cpu;
    memory += need.memory;
  }
  return { cpu, memory };
}

function scoreOf(
  vm: VmRequest,
  host: HostView,
  fleet: NaiveFleet,
  options: PlaceOptions,
): number | undefined {
  if (!judgeFacts(host, vm).ok) return undefined;
  const used = usedOf(host, fleet);
  const need = needOn(host, vm);
  const cpu = used.cpu + need.cpu;
  const memory = used.memory + need.memory;
  const { cpuMillis, memoryBytes } = host.allocatable;
  // As in kube-scheduler, an overfull host still takes what needs nothing of that resource.
  if ((need.cpu > 0 && cpu > cpuMillis) || (need.memory > 0 && memory > memoryBytes)) return undefined;
  const rules = rulePoints(vm, host, fleet, options);
  if (rules === undefined) return undefined;
  const taints = 3 * Math.floor(100 / (1 + softTaintCount(host, vm.placement.tolerations)));
  return capacityScore(options)(cpu, cpuMillis, memory, memoryBytes) + taints + rules;
}

function rulePoints(
  vm: VmRequest,
  host: HostView,
  fleet: NaiveFleet,
  options: PlaceOptions,
): number | undefined {
  const namespace = namespaceOf(vm.key);
  const { affinity = [], antiAffinity = [], topologySpread = [] } = vm.placement;
  const countIn = (
    selector: LabelSelector,
    key: string,
    value: string | undefined,
    among?: ReadonlySet<string>,
  ): number => {
    let count = 0;
    for (const other of fleet.vms.values()) {
      if (among?.has(other.host) === false) continue;
      const there = fleet.hosts.get(other.host);
      if (!there || value === undefined || topologyValue(there, key) !== value) continue;
      if (namespaceOf(other.vm.key) === namespace && matchesSelector(selector, other.vm.labels)) count++;
    }
    return count;
  };
  const valuesOf = (key: string, hosts: Iterable<HostView>): string[] => [
    ...new Set([...hosts].flatMap((one) => topologyValue(one, key) ?? [])),
  ];
  const wishes = [...affinity, ...antiAffinity].reduce((sum, term) => sum + (term.preferred ?? 0), 0);
  let points = 0;
  for (const [terms, near] of [
    [affinity, true],
    [antiAffinity, false],
  ] as const) {
    for (const term of terms) {
      const key = term.topologyKey ?? hostnameKey;
      const value = topologyValue(host, key);
      const isNear = countIn(term.selector, key, value) > 0;
      if (term.preferred !== undefined) {
        if (isNear === near) points += 2 * Math.floor((100 * term.preferred) / wishes);
      } else if (near) {
        const all = valuesOf(key, fleet.hosts.values()).some((one) => countIn(term.selector, key, one) > 0);
        const isFirst = !all && matchesSelector(term.selector, vm.labels);
        if (value === undefined || (!isNear && !isFirst)) return undefined;
      } else if (isNear) return undefined;
    }
  }
  const soft = topologySpread.filter((spread) => spread.whenUnsatisfiable === 'ScheduleAnyway').length;
  for (const spread of topologySpread) {
    const { topologyKey: key, selector } = spread;
    const value = topologyValue(host, key);
    const policies = {
      affinity: spread.nodeAffinityPolicy ?? 'Honor',
      taints: spread.nodeTaintsPolicy ?? 'Honor',
    };
    const able = [...fleet.hosts.values()].filter((one) => isIncluded(one, vm, policies));
    const names = new Set(able.map(({ name }) => name));
    const counts = valuesOf(key, able).map((one) => countIn(selector, key, one, names));
    const min = counts.length === 0 ? 0 : Math.min(...counts);
    const max = counts.length === 0 ? 0 : Math.max(...counts);
    const count = countIn(selector, key, value, names);
    if (spread.whenUnsatisfiable === 'ScheduleAnyway') {
      // Who asked for a strategy is not to be overruled by a spread that nobody asked for: it is worth 100/128 of a point.
      const isLast = spread.isImplicit && options.strategy !== undefined;
      const full = (isLast ? 1 : 2 * 128) * Math.floor(100 / soft);
      const part =
        max <= min
          ? full
          : Math.floor((full * (max - count)) / (max - min) / (isLast ? 1 : 128)) * (isLast ? 1 : 128);
      if (value !== undefined) points += part / 128;
    } else {
      const self = matchesSelector(selector, vm.labels) ? 1 : 0;
      if (value === undefined || count + self - min > (spread.maxSkew ?? 1)) return undefined;
    }
  }
  return isRepelled(vm, host, fleet) ? undefined : points;
}

function isRepelled(vm: VmRequest, host: HostView, fleet: NaiveFleet): boolean {
  for (const other of fleet.vms.values()) {
    const there = fleet.hosts.get(other.host);
    if (!there || namespaceOf(other.vm.key) !== namespaceOf(vm.key)) continue;
    for (const term of other.vm.placement.antiAffinity ?? []) {
      const key = term.topologyKey ?? hostnameKey;
      const value = topologyValue(host, key);
      if (term.preferred !== undefined || value === undefined) continue;
      if (topologyValue(there, key) === value && matchesSelector(term.selector, vm.labels)) return true;
    }
  }
  return false;
}
