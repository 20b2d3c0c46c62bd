/** The filters that look at a host's facts alone, in the order in which a refusal is reported. */
import { type VirtualizationMode } from '../model/ports.ts';
import { type InclusionPolicies } from './inclusion.ts';
import { type HostView, type PlacementRules, type Taint, type Toleration, type VmRequest } from './types.ts';

/** The part of a request that the filters of this file look at. */
export type Demand = Pick<VmRequest, 'mode' | 'paravirtualized' | 'placement'>;

/** A host's facts judged for one demand: the mode in which the guest would run, or why it cannot. */
export type FactsVerdict =
  { readonly ok: true; readonly mode: VirtualizationMode } | { readonly ok: false; readonly reason: string };

/** Judges a host's readiness, cordon, taints, labels, hypervisor and modes. */
export function judgeFacts(host: HostView, demand: Demand): FactsVerdict {
  const reason =
    passingRefusal(host, demand.placement.tolerations) ?? structuralRefusal(host, demand.placement);
  return reason === undefined ? chooseMode(host, demand) : { ok: false, reason };
}

/** True when a spread with these policies goes by the host. */
export function isIncluded(host: HostView, demand: Demand, { affinity, taints }: InclusionPolicies): boolean {
  const { placement } = demand;
  if (taints === 'Honor' && passingRefusal(host, placement.tolerations) !== undefined) return false;
  return (
    affinity === 'Ignore' || (structuralRefusal(host, placement) === undefined && chooseMode(host, demand).ok)
  );
}

function passingRefusal(host: HostView, tolerations: readonly Toleration[] = []): string | undefined {
  if (!host.ready)
    return host.notReadyReason === undefined ? 'not ready' : `not ready (${host.notReadyReason})`;
  if (host.unschedulable) return 'cordoned';
  const taint = host.taints.find(
    (candidate) => candidate.effect !== 'PreferNoSchedule' && !isTolerated(candidate, tolerations),
  );
  return taint && `untolerated taint {${formatTaint(taint)}}`;
}

function structuralRefusal(host: HostView, rules: PlacementRules): string | undefined {
  for (const key in rules.hostSelector) {
    if (host.labels[key] !== rules.hostSelector[key]) {
      return `host labels do not match hostSelector {${formatLabels(rules.hostSelector)}}`;
    }
  }
  const allowed = rules.hypervisors ?? [];
  if (allowed.length > 0 && !allowed.includes(host.hypervisor.name)) {
    return `hypervisor ${host.hypervisor.name} is not one of ${allowed.join(', ')}`;
  }
  return undefined;
}

/**
 * The mode in which the guest would run on the host: the wanted one, or the hypervisor's first that the guest
 * can run. When none will do, the reason is that of the wanted or of the first one.
 */
export function chooseMode(host: HostView, demand: Pick<Demand, 'mode' | 'paravirtualized'>): FactsVerdict {
  const candidates = demand.mode === undefined ? host.hypervisor.modes : [demand.mode];
  let first: string | undefined;
  for (const mode of candidates) {
    const refusal = modeRefusal(host, mode, demand.paravirtualized);
    if (refusal === undefined) return { ok: true, mode };
    first ??= refusal;
  }
  return { ok: false, reason: first ?? `hypervisor ${host.hypervisor.name} offers no virtualization mode` };
}

function modeRefusal(host: HostView, mode: VirtualizationMode, paravirtualized: boolean): string | undefined {
  const { name, architecture, modes, requiresHardwareAssist } = host.hypervisor;
  if (mode === 'Para' && architecture !== 'BareMetal') {
    return 'virtualization mode Para needs a bare-metal hypervisor';
  }
  if (mode === 'Para' && !paravirtualized) return 'virtualization mode Para needs a paravirtualized guest';
  if (!modes.includes(mode)) return `hypervisor ${name} has no virtualization mode ${mode}`;
  if (requiresHardwareAssist?.[mode] === true && !host.hardwareAssist) {
    return `virtualization mode ${mode} on ${name} needs hardware assistance`;
  }
  return undefined;
}

/** True when one of the tolerations puts up with the taint, by the rules of Kubernetes. */
export function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some((toleration) => {
    if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
    const exists = toleration.operator === 'Exists';
    if (toleration.key === undefined || toleration.key === '') return exists;
    if (toleration.key !== taint.key) return false;
    return exists || (toleration.value ?? '') === (taint.value ?? '');
  });
}

/** How many PreferNoSchedule taints of the host are not tolerated. */
export function softTaintCount(host: HostView, tolerations: readonly Toleration[] = []): number {
  let count = 0;
  for (const taint of host.taints) {
    if (taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)) count++;
  }
  return count;
}

function formatTaint(taint: Taint): string {
  const value = taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`;
  return `${taint.key}${value}: ${taint.effect}`;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  return Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key] ?? ''}`)
    .join(',');
}
