/** Why a VM is where it is, or nowhere; for the present state of the hosts. Pure. */
import { wantsHost, wantsPower } from '../../../controllers/machines/plan.ts';
import { findCondition } from '../../../model/conditions.ts';
import { type VirtualMachine } from '../../../model/kinds/index.ts';
import { isTerminating } from '../../../model/object.ts';
import { isUnreached } from '../../../model/reachability.ts';
import { type Appraisal } from '../../../placement/appraise.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { sizeText } from '../describe/parts.ts';
import { type Snapshot } from '../../snapshot.ts';
import { type Explained, type WhyScene } from './explained.ts';
import { hostsData, hostsNodes, refusalText, takersOf } from './hosts.ts';
import { machineKey } from '../../../controllers/machines/key.ts';
import { victimsOf } from '../../../controllers/machines/preemption.ts';

/** Each host's verdict, what would be chosen now, and for one that waits, who could make room. */
export function whyMachine(vm: VirtualMachine, { snapshot, all }: WhyScene): Explained {
  const appraisals = snapshot.scheduler.appraise(vm);
  const { host } = vm.status ?? {};
  const view = { appraisals, all, ...(host === undefined ? {} : { present: host }) };
  return {
    answer: answerOf(vm, appraisals),
    nodes: [
      field('Asks for', askedText(vm)),
      ...(vm.status?.disk === undefined ? [] : [field('Disk', diskText(vm.status.disk, vm))]),
      ...(host === undefined
        ? pendingNodes(vm, appraisals, snapshot)
        : placedNodes(vm, appraisals, snapshot)),
      ...hostsNodes(view),
    ],
    data: { hosts: hostsData(view) },
  };
}

function answerOf(vm: VirtualMachine, appraisals: readonly Appraisal[]): string {
  const { host, nominatedHost } = vm.status ?? {};
  if (host !== undefined) {
    const unreached = isUnreached(vm) ? `; ${findCondition(vm.status?.conditions, 'Ready')?.message}` : '';
    return `it is on ${host} (${(vm.status?.phase ?? 'Pending').toLowerCase()}): ${placedText(vm, host)}${unreached}`;
  }
  if (isTerminating(vm)) return 'it is being deleted and wants no host';
  if (!wantsPower(vm)) return `it has no host because it is off (runPolicy ${vm.spec.runPolicy})`;
  if (!wantsHost(vm)) return findCondition(vm.status?.conditions, 'Ready')?.message ?? 'it wants no host';
  if (nominatedHost !== undefined) return `it waits until others have made room on ${nominatedHost}`;
  const best = takersOf(appraisals)[0];
  if (best) return `it has no host yet: ${best.host} would take it at the next turn`;
  return `it has no host: ${refusalText(appraisals)}`;
}

/** A host copies each image once; what takes longest of a first start is that. */
function diskText(disk: 'Copied' | 'Cloned', { status }: VirtualMachine): string {
  const host = status?.lastMigration ? 'the host that it came up on' : status?.host;
  return disk === 'Copied' ? `image copied to ${host}` : `cloned from the copy on ${host}`;
}

/** Why that host, in the words of the moment at which it was chosen. */
function placedText(vm: VirtualMachine, host: string): string {
  const scheduled = findCondition(vm.status?.conditions, 'Scheduled');
  const prefix = `${host}: `;
  if (scheduled?.status !== 'True') return 'it was put there';
  return scheduled.message.startsWith(prefix)
    ? `chosen for ${scheduled.message.slice(prefix.length)}`
    : `it has moved there since it was placed (${scheduled.message})`;
}

function askedText({ spec }: VirtualMachine): string {
  const { placement, resources, mode, priority } = spec;
  const parts = [
    sizeText(resources),
    `mode ${mode ?? 'any'}`,
    `priority ${priority}`,
    `strategy ${placement.strategy ?? 'LeastAllocated'}`,
  ];
  return parts.join(', ');
}

/** What would be chosen if it were placed now, and whether it can get there without stopping. */
function placedNodes(
  vm: VirtualMachine,
  appraisals: readonly Appraisal[],
  snapshot: Snapshot,
): DescribeNode[] {
  const { migrationTarget, preemptedBy } = vm.status ?? {};
  return [
    field('Chosen now', chosenNow(vm, appraisals)),
    ...(migrationTarget === undefined ? [] : [field('Moves to', migrationTarget)]),
    ...(preemptedBy === undefined
      ? []
      : [field('Makes room', `for vm/${preemptedBy}, which has a higher priority`)]),
    ...(migrationTarget === undefined ? [field('Can move to', movesText(vm, snapshot))] : []),
  ];
}

function chosenNow(vm: VirtualMachine, appraisals: readonly Appraisal[]): string {
  const takers = takersOf(appraisals);
  const [best] = takers;
  const own = takers.find(({ host }) => host === vm.status?.host);
  if (!best) return `nothing: ${refusalText(appraisals)}`;
  if (own === best) return `the same host again, with ${best.score} points`;
  if (!own) return `${best.host} with ${best.score} points; its own host would refuse it`;
  return `${best.host} with ${best.score} points; its own host has ${own.score}`;
}

/** Where a live migration would take it: the same hypervisor in the same mode. */
function movesText(vm: VirtualMachine, { cache, scheduler }: Snapshot): string {
  const { hypervisor = '', phase } = vm.status ?? {};
  if (phase !== 'Running')
    return `nowhere: it is ${(phase ?? 'Pending').toLowerCase()}, and only a running VM moves live`;
  if (cache.get('Hypervisor', '', hypervisor)?.spec.features.liveMigration !== true) {
    return `nowhere without a restart: hypervisor ${hypervisor} cannot migrate live`;
  }
  const target = scheduler.elsewhere(vm);
  return target.type === 'placed'
    ? `${target.host}, live (vctl migrate vm/${vm.metadata.name})`
    : `nowhere: ${target.summary}`;
}

function pendingNodes(
  vm: VirtualMachine,
  appraisals: readonly Appraisal[],
  snapshot: Snapshot,
): DescribeNode[] {
  if (!wantsHost(vm) || takersOf(appraisals).length > 0) return [];
  return [field('Preemption', preemptionText(vm, snapshot))];
}

function preemptionText(vm: VirtualMachine, { cache, scheduler }: Snapshot): string {
  const { nominatedHost } = vm.status ?? {};
  if (nominatedHost !== undefined) {
    const names = victimsOf(vm, cache).map((victim) => `vm/${victim.metadata.name}`);
    return `room is kept on ${nominatedHost}; still to go: ${names.join(', ') || 'nobody'}`;
  }
  if (vm.spec.preemption === 'Never') return 'none: spec.preemption is Never';
  const found = scheduler.preemption(vm);
  if (found) {
    const over =
      found.budgetViolations > 0 ? `, ${found.budgetViolations} of them against a disruption budget` : '';
    return `${found.victims.map(({ key }) => `vm/${key}`).join(', ')} would make room on ${found.host}${over}`;
  }
  const own = machineKey(vm);
  const lower = cache
    .list('VirtualMachine')
    .some(
      (one) =>
        one.status?.host !== undefined && one.spec.priority < vm.spec.priority && machineKey(one) !== own,
    );
  return lower
    ? `none: even without all VMs of a priority below ${vm.spec.priority} no host would take it, or enough are leaving`
    : `none: no VM with a host has a priority below ${vm.spec.priority}`;
}
