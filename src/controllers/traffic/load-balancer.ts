import { type ConditionInput, findCondition, isTrue } from '../../model/conditions.ts';
import { type LoadBalancer } from '../../model/kinds/index.ts';
import { isTerminating, keyOf } from '../../model/object.ts';
import { balancerName, requestOf } from './balancer-request.ts';
import { examine, figuresOf, panicCondition, readiness, type Findings } from './balancer-status.ts';
import { controller, type SharedLook } from '../../engine/controller.ts';
import { isUrgent, looksTheSame, membersOf, standingOf } from './members.ts';
import { type Turn } from '../../engine/turn.ts';
import { selectMachines } from '../machines/lookup.ts';
import { selecting } from '../machines/selecting.ts';

const finalizer = 'vctl.dev/balancer';

/** Has requests spread over the VMs that a selector matches, and tells which of them get any. */
export const loadBalancerController = controller<'LoadBalancer'>({
  kind: 'LoadBalancer',
  alwaysMeasured: true,
  watches: {
    VirtualMachine: (vm, cache, other) => {
      if (other && looksTheSame(other, vm)) return [];
      const { namespace = '', labels } = vm.metadata;
      const urgent = isUrgent(vm, other);
      return selecting(cache, 'LoadBalancer', namespace, labels).map((balancer) =>
        urgent || !isLarge(balancer) ? keyOf(balancer) : shared(balancer),
      );
    },
    // Those that call one which comes or goes.
    LoadBalancer: (called, cache, other) =>
      other
        ? []
        : cache
            .list('LoadBalancer', called.metadata.namespace)
            .filter(({ spec }) => spec.calls?.includes(called.metadata.name))
            .map(keyOf),
  },
  reconcile(object, turn) {
    const name = balancerName(object);
    if (isTerminating(object)) {
      turn.world.removeBalancer(name);
      turn.removeFinalizer(object, finalizer);
      return {};
    }
    const balancer = turn.addFinalizer(object, finalizer);
    const { namespace = '' } = balancer.metadata;
    const selected = selectMachines(turn.cache, namespace, balancer.spec.selector);
    const known = turn.world.health(name);
    const members = membersOf(selected, (uid) => known?.get(uid)?.healthy === true);
    turn.world.ensureBalancer(requestOf(balancer, members));
    const found = examine(balancer, members, turn.world, turn.figures);
    const missing = (balancer.spec.calls ?? []).filter(
      (call) => !turn.cache.get('LoadBalancer', namespace, call),
    );
    report(balancer, found, readiness(found, selected.length, missing), turn);
    return { settled: found.checking === 0 };
  },
});

/** A look walks over all members: from so many on, those that come in the same second of world time share one. */
const largeFrom = 100;
const sharedEveryMs = 1000;

function isLarge({ status }: LoadBalancer): boolean {
  return (status?.backends?.length ?? 0) >= largeFrom;
}

function shared(balancer: LoadBalancer): SharedLook {
  return { key: keyOf(balancer), everyMs: sharedEveryMs };
}

function report(balancer: LoadBalancer, found: Findings, ready: ConditionInput, turn: Turn): void {
  const figures = turn.figures ? figuresOf(turn.world.balancer(balancerName(balancer))) : {};
  const before = findCondition(balancer.status?.conditions, 'Ready');
  const next = turn.updateStatus(
    balancer,
    { backends: found.backends, readyBackends: found.ready, ...figures },
    [ready, ...panicCondition(balancer, found, balancer.status?.conditions)],
  );
  if (next === balancer) return;
  tellEjections(balancer, found, turn);
  tellPanic(balancer, next, turn);
  for (const name of failures(balancer, found, turn)) {
    turn.event(
      balancer,
      'Warning',
      'BackendFailed',
      `${name} fails its health checks and gets no more requests`,
    );
  }
  if (ready.status === 'True' && before?.status !== 'True')
    turn.event(balancer, 'Normal', 'Ready', ready.message);
  if (ready.status === 'False' && isTrue(balancer.status?.conditions, 'Ready')) {
    turn.event(balancer, 'Warning', ready.reason, ready.message);
  }
}

function tellEjections(balancer: LoadBalancer, { backends }: Findings, turn: Turn): void {
  const before = new Map(balancer.status?.backends?.map((backend) => [backend.name, backend.ejectedUntil]));
  for (const { name, ejectedUntil } of backends) {
    const old = before.get(name);
    if (old === ejectedUntil) continue;
    if (ejectedUntil === undefined) {
      turn.event(balancer, 'Normal', 'BackendReturned', `${name} is no longer ejected`);
    } else {
      const message = `too many requests to ${name} have failed in a row: it gets none until ${ejectedUntil}`;
      turn.event(balancer, 'Warning', 'BackendEjected', message);
    }
  }
}

function tellPanic(before: LoadBalancer, after: LoadBalancer, turn: Turn): void {
  const panic = findCondition(after.status?.conditions, 'Panic');
  if (!panic || panic.status === findCondition(before.status?.conditions, 'Panic')?.status) return;
  if (panic.status === 'True') turn.event(after, 'Warning', 'Panic', panic.message);
  else turn.event(after, 'Normal', 'PanicOver', panic.message);
}

/** Names of those that got requests until now and do no more, though nobody took them out. */
function failures({ metadata, status }: LoadBalancer, { backends }: Findings, turn: Turn): readonly string[] {
  const stay = new Set(
    backends.filter((one) => one.ready || one.draining || one.ejectedUntil).map(({ name }) => name),
  );
  const lost = status?.backends?.filter(({ name, ready }) => ready && !stay.has(name)) ?? [];
  return lost
    .map(({ name }) => turn.cache.get('VirtualMachine', metadata.namespace ?? '', name))
    .filter((vm) => vm && ['Serves', 'Off'].includes(standingOf(vm)))
    .map((vm) => vm?.metadata.name ?? '');
}
