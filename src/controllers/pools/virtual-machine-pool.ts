import { recordPrefix } from '../../rollout/revisions.ts';
import { type ConditionInput } from '../../model/conditions.ts';
import { type VirtualMachine, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { isTerminating, type ObjectKey } from '../../model/object.ts';
import { formatSelector, matchesSelector } from '../../model/selectors.ts';
import { annotations, labels, withAnnotation } from '../../model/annotations.ts';
import { controller, type Result } from '../../engine/controller.ts';
import { type MachineGroup } from '../machines/groups.ts';
import { nextSliceAtMs } from '../../engine/slices.ts';
import { managers } from '../../engine/ownership.ts';
import { availableOf, isAvailable, youngOf } from './availability.ts';
import { leastWorth, longestReady, unreadyOf } from './choice.ts';
import { createMembers, labelsOf, revisionOf, settleMembership } from './members.ts';
import { scaleInShares } from './scale.ts';
import { beginUpdate, endUpdate, forgetRecord, type PoolUpdate } from './rollout.ts';
import { failureConditions, heldBack } from './quota.ts';
import { figuresText, isComplete, isSettled, poolConditions, type PoolStanding, tallyOf } from './status.ts';
import { countUnserved, poolsServed } from './serving.ts';
import { isRescaled } from '../../rollout/revisions.ts';
import { byNeed, grows, type Limits, limitsOf, planResize, planRollout } from '../../rollout/plan.ts';
import { type Turn } from '../../engine/turn.ts';
import { selecting } from '../machines/selecting.ts';
import { machineGroups } from '../machines/groups.ts';
import { quotas } from '../cluster/quota-index.ts';
import { amountOf } from '../../model/amount.ts';

/** Keeps so many VMs of one template, and replaces them one after the other when it changes. */
export const virtualMachinePoolController = controller<'VirtualMachinePool'>({
  kind: 'VirtualMachinePool',
  notes: { prefix: recordPrefix, byObject: true },
  watches: {
    LoadBalancer: poolsServed,
    // Room that has come about below a quota is for those that wait for it.
    ResourceQuota: ({ metadata }, cache) => cache.index(quotas).held(metadata.namespace ?? ''),
    VirtualMachine: (vm, cache) => {
      const { namespace = '', ownerReferences } = vm.metadata;
      const owner = ownerReferences?.find((reference) => reference.controller === true);
      if (owner) return owner.kind === 'VirtualMachinePool' ? [keyOfPool(namespace, owner.name)] : [];
      return selecting(cache, 'VirtualMachinePool', namespace, vm.metadata.labels).map((pool) =>
        keyOfPool(namespace, pool.metadata.name),
      );
    },
  },
  reconcile(pool, turn) {
    if (isTerminating(pool)) return {};
    if (!matchesSelector(pool.spec.selector, labelsOf(pool))) return refuse(pool, turn);
    const update = beginUpdate(pool, turn);
    const { effective, record, hold } = update;
    if (!effective) return holdBack(pool, update, turn);
    settleMembership(effective, turn);
    const limits = limitsFor(effective);
    const isHeld = hold === 'Paused' && record.underWay;
    const isMidUpdate =
      isRescaled(record, pool.spec.replicas) && groupsOf(effective, turn).outdated.length > 0;
    const scaled = isHeld || isMidUpdate ? scaleMidUpdate(effective, update, limits, turn) : undefined;
    const rolled = isHeld ? undefined : roll(effective, limits, turn);
    const refusal = scaled ?? rolled;
    resize(effective, limits, turn);
    return report(pool, effective, { ...update, refusal }, turn);
  },
  gone: forgetRecord,
});

function keyOfPool(namespace: string, name: string): ObjectKey {
  return { kind: 'VirtualMachinePool', namespace, name };
}

/** VMs that are to be off serve nobody: then there is nothing to be careful of. */
function limitsFor({ spec }: VirtualMachinePool): Limits {
  const limits = limitsOf(spec.replicas, spec.strategy);
  return spec.template.spec.runPolicy === 'Always' ? limits : { ...limits, unavailable: spec.replicas };
}

/** Admission refuses this where it can; made all the same, the pool would lose each VM as it made it. */
function refuse(pool: VirtualMachinePool, turn: Turn): Result {
  const message = `the selector ${formatSelector(pool.spec.selector)} does not match the template's own labels: make them agree`;
  turn.updateStatus(pool, {}, [{ type: 'Ready', status: 'False', reason: 'SelectorMismatch', message }]);
  return {};
}

/** A pool that was paused from its first day has nothing to make VMs from yet. */
function holdBack(pool: VirtualMachinePool, update: PoolUpdate, turn: Turn): Result {
  const none = { complete: false, replicas: 0, ready: 0, updated: 0, text: '' };
  const { status, conditions } = endUpdate(pool, update, none, turn);
  const message = 'spec.paused is true, and no VM was ever made: set it to false to begin';
  const ready: ConditionInput = { type: 'Ready', status: 'False', reason: 'Paused', message };
  const figures = { replicas: 0, readyReplicas: 0, selector: formatSelector(pool.spec.selector) };
  turn.updateStatus(pool, { ...figures, ...status }, [ready, ...conditions]);
  return {};
}

/** Answers why no more VMs were made. */
function scaleMidUpdate(
  pool: VirtualMachinePool,
  { record, hold }: PoolUpdate,
  limits: Limits,
  turn: Turn,
): string | undefined {
  const { count: change, refusal } = scaleInShares(pool, record, limits, turn);
  const when = hold === 'Paused' ? 'while its update is paused' : 'in mid-update: each revision by its share';
  if (change > 0) turn.event(pool, 'Normal', 'Created', `${count(change)} ${when}`);
  if (change < 0) turn.event(pool, 'Normal', 'Removed', `${count(-change)} ${when}`);
  return refusal;
}

/** The pool's groups, those of the present template's revision apart. */
function groupsOf(
  pool: VirtualMachinePool,
  turn: Turn,
): { updated: MachineGroup[]; outdated: MachineGroup[] } {
  const revision = revisionOf(pool.spec.template);
  const groups = turn.cache.index(machineGroups).ofOwner(pool.metadata.uid ?? '');
  return {
    updated: groups.filter((group) => group.labels[labels.revision] === revision),
    outdated: groups.filter((group) => group.labels[labels.revision] !== revision),
  };
}

/** Makes and removes VMs, for another count and for another template; answers why no more were made. */
function roll(pool: VirtualMachinePool, limits: Limits, turn: Turn): string | undefined {
  const { updated, outdated } = groupsOf(pool, turn);
  const fresh = availableOf(updated, pool, turn.nowMs);
  const unserved = outdated.length > 0 ? countUnserved(pool, updated, turn.cache) : 0;
  const available = { ...fresh, ready: Math.max(0, fresh.ready - unserved) };
  const old = availableOf(outdated, pool, turn.nowMs);
  const plan = planRollout(pool.spec.replicas, old, available, limits);
  const idle = Math.min(plan.removeOutdated, old.count - old.ready);
  const going = [
    ...leastWorth(outdated, idle, (vm) => isAvailable(vm, pool, turn.nowMs)),
    // All of these go in the end: which one now matters to nobody, and there may be thousands of turns.
    ...longestReady(outdated, plan.removeOutdated - idle),
    ...leastWorth(updated, plan.removeUpdated),
  ];
  for (const vm of going) turn.delete(vm);
  if (going.length > 0) turn.event(pool, 'Normal', 'Removed', `${count(going.length)} removed`);
  const made = createMembers(pool, plan.create, turn);
  if (made.count > 0) {
    turn.event(
      pool,
      'Normal',
      'Created',
      `${count(made.count)} of revision ${revisionOf(pool.spec.template)}`,
    );
  }
  return made.refusal;
}

function count(machines: number): string {
  return machines === 1 ? '1 VM' : `${machines} VMs`;
}

/** Gives VMs of the present revision the template's size: the idle ones at once, the others by turns. */
function resize(pool: VirtualMachinePool, limits: Limits, turn: Turn): void {
  const { updated } = groupsOf(pool, turn);
  const wanted = amountOf(pool.spec.template.spec.resources);
  const others = updated
    .filter(({ size }) => size.cpuMillis !== wanted.cpuMillis || size.memoryBytes !== wanted.memoryBytes)
    .sort((a, b) => byNeed(wanted)(a.size, b.size));
  if (others.length === 0) return;
  const { ready, count: all } = availableOf(updated, pool, turn.nowMs);
  const sizes = {
    readyToResize: tallyOf(others).ready,
    resizing: sum(updated, (group) => group.resizing),
    resizingReady: sum(updated, (group) => group.resizingReady),
    ready,
    unready: all - ready,
  };
  const growing = others.some(({ size }) => grows(size, wanted));
  for (const vm of unreadyOf(others)) giveSize(vm, pool, turn);
  const allowed = planResize(pool.spec.replicas, sizes, limits, growing);
  for (const vm of longestReady(others, allowed)) giveSize(vm, pool, turn);
}

function giveSize(vm: VirtualMachine, pool: VirtualMachinePool, turn: Turn): void {
  const { resources } = pool.spec.template.spec;
  const rule = pool.metadata.annotations?.[annotations.resize];
  const metadata = withAnnotation(vm.metadata, annotations.resize, rule);
  turn.update({ ...vm, metadata, spec: { ...vm.spec, resources } }, managers.pool);
}

function sum(groups: readonly MachineGroup[], figure: (group: MachineGroup) => number): number {
  return groups.reduce((total, group) => total + figure(group), 0);
}

/** `effective` is the pool with the template that its VMs are to have; `refusal` is why no more were made. */
function report(
  pool: VirtualMachinePool,
  effective: VirtualMachinePool,
  update: PoolUpdate & { readonly refusal: string | undefined },
  turn: Turn,
): Result {
  const { updated, outdated } = groupsOf(effective, turn);
  const wanted = amountOf(effective.spec.template.spec.resources);
  const sized = updated.filter(
    ({ size }) => size.cpuMillis === wanted.cpuMillis && size.memoryBytes === wanted.memoryBytes,
  );
  const all = [...updated, ...outdated];
  const total = tallyOf(all);
  const young = youngOf(all, pool, turn.nowMs);
  const available = total.ready - young.count;
  const standing = {
    replicas: pool.spec.replicas,
    total,
    young: young.count,
    updated: tallyOf(sized).count,
    refused: sum(sized, (group) => group.refused.size),
    groups: all,
    unserved: outdated.length > 0 ? countUnserved(effective, updated, turn.cache) : 0,
  };
  const { status, conditions, requeueAtMs, goesOn, goBack } = endUpdate(
    pool,
    update,
    {
      complete: isComplete(standing),
      replicas: total.count,
      ready: available,
      updated: standing.updated - standing.refused,
      text: figuresText(standing),
    },
    turn,
  );
  turn.updateStatus(
    pool,
    {
      replicas: total.count,
      readyReplicas: total.ready,
      availableReplicas: available,
      selector: formatSelector(pool.spec.selector),
      ...status,
    },
    overridden(poolConditions(standing), [
      ...conditions,
      ...quotaConditions(pool, standing, update.refusal, turn),
    ]),
  );
  goBack?.();
  const sliceAtMs = nextSliceAtMs(pool.metadata.uid ?? '', turn);
  const nextAtMs = Math.min(requeueAtMs ?? Infinity, young.nextAtMs ?? Infinity, sliceAtMs ?? Infinity);
  return {
    settled: isSettled(standing) && !goesOn,
    ...(nextAtMs === Infinity ? {} : { requeueAtMs: nextAtMs }),
  };
}

function quotaConditions(
  pool: VirtualMachinePool,
  { replicas, total }: PoolStanding,
  refusal: string | undefined,
  turn: Turn,
): ConditionInput[] {
  const failures = failureConditions(pool, refusal, turn);
  const lacks = refusal !== undefined && total.count < replicas;
  return lacks ? [...failures, heldBack(refusal, total.ready, replicas)] : failures;
}

/** The conditions, those of `others` in the place of others of their type. */
function overridden(
  conditions: readonly ConditionInput[],
  others: readonly ConditionInput[],
): ConditionInput[] {
  const types = new Set(others.map(({ type }) => type));
  return [...conditions.filter(({ type }) => !types.has(type)), ...others];
}
