/** A rebalancing policy and the VMs in the terms of `placement`. */
import { fromTimestamp } from '../../base/clock.ts';
import { compareText } from '../../base/listing.ts';
import { durationMs } from '../../base/duration.ts';
import { isTrue } from '../../model/conditions.ts';
import { type Host, type RebalancePolicy, type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { type Metrics } from '../../model/ports.ts';
import { migrationOf } from '../../performance/migration.ts';
import { parametersOf } from '../../performance/overrides.ts';
import { type RebalanceInput, type RebalanceRules } from '../../placement/rebalance-trial.ts';
import { namespaceOf, type VmRequest } from '../../placement/types.ts';
import { annotations } from '../../model/annotations.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { isResizing } from '../scaling/inputs.ts';
import { liveRequestOf } from './requests.ts';
import { amountOf } from '../../model/amount.ts';

export type Move = NonNullable<NonNullable<RebalancePolicy['status']>['moves']>[number];

const hourMs = 3_600_000;

/** Everything that a plan is made from, except what the scheduler knows itself. */
export function rebalanceInput(
  policy: RebalancePolicy,
  { cache, world, nowMs }: { readonly cache: ObjectCache; readonly world: Metrics; readonly nowMs: number },
): Omit<RebalanceInput, 'waiting'> {
  return {
    rules: rulesOf(policy),
    active: policy.status?.active ?? false,
    history: recentMoves(policy, nowMs).map(({ vm, time }) => ({ vm, atMs: fromTimestamp(time) })),
    termsOf: (request) => termsOf(request, cache, world),
    nowMs,
  };
}

function rulesOf({ spec }: RebalancePolicy): RebalanceRules {
  return {
    strategy: spec.strategy,
    hostSelector: spec.hostSelector ?? {},
    ...spec.threshold,
    maxMovesPerHour: spec.maxMovesPerHour,
    paybackMs: durationMs(spec.payback),
  };
}

/** The moves that count for the churn budget at `nowMs`. */
export function recentMoves({ status }: RebalancePolicy, nowMs: number): readonly Move[] {
  return (status?.moves ?? []).filter(({ time }) => nowMs - fromTimestamp(time) < hourMs);
}

/** The older policy that selects one of this policy's hosts, if any. */
export function rivalOf(policy: RebalancePolicy, cache: ObjectCache): RebalancePolicy | undefined {
  const older = cache
    .list('RebalancePolicy')
    .filter((other) => !isTerminating(other) && isOlder(other, policy));
  if (older.length === 0) return undefined;
  const own = cache.list('Host').filter((host) => selectsHost(policy, host));
  return older.find((other) => own.some((host) => selectsHost(other, host)));
}

function isOlder({ metadata: a }: RebalancePolicy, { metadata: b }: RebalancePolicy): boolean {
  const byAge = compareText(a.creationTimestamp ?? '', b.creationTimestamp ?? '');
  return (byAge || compareText(a.name, b.name)) < 0;
}

/** True when the policy's labels select the host. */
export function selectsHost({ spec }: RebalancePolicy, { metadata }: Host): boolean {
  const labels: Readonly<Record<string, string>> = {
    'kubernetes.io/hostname': metadata.name,
    ...metadata.labels,
  };
  return Object.entries(spec.hostSelector ?? {}).every(([key, value]) => labels[key] === value);
}

/** The VM of a key of the fleet; undefined for what only holds a place. */
export function machineOf(key: string, cache: ObjectCache): VirtualMachine | undefined {
  const namespace = namespaceOf(key);
  return cache.get('VirtualMachine', namespace, key.slice(namespace.length + 1));
}

/** What a move takes, or why the VM cannot migrate live, or is not to now. */
function termsOf(
  request: VmRequest,
  cache: ObjectCache,
  world: Metrics,
): ReturnType<RebalanceInput['termsOf']> {
  const vm = machineOf(request.key, cache);
  const hypervisor = cache.get('Hypervisor', '', vm?.status?.hypervisor ?? '');
  if (!vm || !hypervisor) return 'it only holds a place';
  if (!hypervisor.spec.features.liveMigration) return `${hypervisor.metadata.name} has no live migration`;
  if (!isAtRest(vm)) return 'something else is going on with it';
  const size = amountOf(vm.status?.resources ?? vm.spec.resources);
  const usage = world.machineUsage(vm.metadata.uid ?? '');
  const { architecture, performance = {} } = hypervisor.spec;
  const migration = migrationOf(
    // Without a sample the worst is assumed: all memory is in use, and every vCPU busy writing.
    {
      usedBytes: usage?.memoryBytes ?? size.memoryBytes,
      busyCores: (usage?.cpuMillis ?? size.cpuMillis) / 1000,
    },
    parametersOf({ architecture, performance }),
  );
  return { request: liveRequestOf(vm), migrationMs: migration.totalMs, sentBytes: migration.sentBytes };
}

function isAtRest(vm: VirtualMachine): boolean {
  const { phase, migrationTarget, preemptedBy, conditions } = vm.status ?? {};
  return (
    phase === 'Running' &&
    migrationTarget === undefined &&
    preemptedBy === undefined &&
    !isTerminating(vm) &&
    isTrue(conditions, 'Ready') &&
    !isResizing(vm, vm.spec.resources) &&
    vm.metadata.annotations?.[annotations.moveFrom] === undefined
  );
}
