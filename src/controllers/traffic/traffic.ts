import { fromTimestamp, toTimestamp } from '../../base/clock.ts';
import { deepEqual } from '../../base/deep.ts';
import { durationMs } from '../../base/duration.ts';
import { type Traffic, type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating, keyOf } from '../../model/object.ts';
import { type TrafficRequest, type TrafficTarget } from '../../model/ports.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controller } from '../../engine/controller.ts';
import { standingOf } from './members.ts';
import { type Refusal, trafficPattern } from './pattern.ts';
import { selectMachines } from '../machines/lookup.ts';
import { trafficTo } from './lookup.ts';

const finalizer = 'vctl.dev/traffic';

/** Has load flow to a load balancer, a tenant or to VMs directly. */
export const trafficController = controller<'Traffic'>({
  kind: 'Traffic',
  alwaysMeasured: true,
  watches: {
    LoadBalancer: ({ metadata }, cache, other) =>
      other ? [] : trafficTo(cache, 'LoadBalancer', metadata.namespace ?? '', metadata.name).map(keyOf),
    Tenant: ({ metadata }, cache, other) =>
      other ? [] : trafficTo(cache, 'Tenant', metadata.namespace ?? '', metadata.name).map(keyOf),
    VirtualMachine: (vm, cache, other) => {
      const relabelled = other === undefined || !deepEqual(vm.metadata.labels, other.metadata.labels);
      if (!relabelled && runs(vm) === runs(other)) return [];
      return trafficTo(cache, 'VirtualMachine', vm.metadata.namespace ?? '', vm.metadata.name)
        .filter(({ spec }) => relabelled || spec.unit === 'Requests')
        .filter(
          ({ spec: { to } }) => to.name !== undefined || matchesSelector(to.selector, vm.metadata.labels),
        )
        .map(keyOf);
    },
  },
  reconcile(object, turn) {
    const name = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (isTerminating(object)) {
      turn.world.removeTraffic(name);
      turn.removeFinalizer(object, finalizer);
      return {};
    }
    const traffic = turn.addFinalizer(object, finalizer);
    const startedAt =
      traffic.status?.startedAt ?? traffic.metadata.creationTimestamp ?? toTimestamp(turn.nowMs);
    const plan = planOf(traffic, name, fromTimestamp(startedAt), turn.cache);
    if (!plan.ok) {
      turn.world.removeTraffic(name);
      const { reason, message } = plan;
      turn.updateStatus(traffic, { startedAt, offered: undefined }, [
        { type: 'Ready', status: 'False', reason, message },
      ]);
      return {};
    }
    turn.world.ensureTraffic(plan.request);
    const seen = turn.figures ? turn.world.traffic(name) : undefined;
    const figures = seen ? { offered: Math.round(seen.offered * 1e4) / 1e4 } : {};
    turn.updateStatus(traffic, { startedAt, ...figures }, [
      { type: 'Ready', status: 'True', reason: 'Flowing', message: plan.message },
    ]);
    return {};
  },
});

type Plan = { readonly ok: true; readonly request: TrafficRequest; readonly message: string } | Refusal;

function planOf(traffic: Traffic, name: string, startMs: number, cache: ObjectCache): Plan {
  const aim = aimOf(traffic, cache);
  if (!aim.ok) return aim;
  const load = trafficPattern(traffic.spec);
  if (!load.ok) return load;
  const { unit, noise } = traffic.spec;
  const { target, message } = aim;
  const request = { name, target, unit, pattern: load.pattern, poisson: noise === 'Poisson', startMs };
  return { ok: true, request, message };
}

type Aim = { readonly ok: true; readonly target: TrafficTarget; readonly message: string } | Refusal;

/** Where the load goes. Whether a load balancer or a tenant can serve it is theirs to say. */
function aimOf({ metadata, spec }: Traffic, cache: ObjectCache): Aim {
  const { namespace = '' } = metadata;
  const { kind, name = '' } = spec.to;
  if (kind === 'VirtualMachine') return aimAtMachines(namespace, spec, cache);
  if (!cache.get(kind, namespace, name)) {
    return notFound(
      `there is no ${kind} "${name}" in namespace "${namespace}": apply one, or change spec.to`,
    );
  }
  const type = kind === 'Tenant' ? 'Route' : 'Balancer';
  return {
    ok: true,
    target: { type, name: `${namespace}/${name}` },
    message: `its requests go to ${kind} ${name}`,
  };
}

/**
 * CPU and memory load is laid on all VMs that match, whether they run or not: the world feels it only in those that do. Requests
 * are split among those that run, as whoever sends them would soon notice that the others do not answer.
 */
function aimAtMachines(namespace: string, spec: Traffic['spec'], cache: ObjectCache): Aim {
  const { name, selector } = spec.to;
  const one = name === undefined ? undefined : cache.get('VirtualMachine', namespace, name);
  const matching = selector ? selectMachines(cache, namespace, selector) : one ? [one] : [];
  const whom = selector ? 'no VM of the namespace matches spec.to.selector' : `there is no VM "${name}"`;
  if (matching.length === 0) return notFound(whom);
  const loaded = spec.unit !== 'Requests' ? matching : matching.filter(runs);
  if (loaded.length === 0) {
    const message = one ? `${one.metadata.name} does not run` : `none of ${matching.length} VMs runs`;
    return { ok: false, reason: 'TargetNotRunning', message };
  }
  const uids = loaded.map(({ metadata }) => metadata.uid ?? '');
  return {
    ok: true,
    target: { type: 'Machines', uids, serviceTimeMs: durationMs(spec.serviceTime) },
    message: one ? `it loads ${one.metadata.name}` : `it loads ${loaded.length} VMs`,
  };
}

function notFound(message: string): Aim {
  return { ok: false, reason: 'TargetNotFound', message };
}

function runs(vm: VirtualMachine): boolean {
  const standing = standingOf(vm);
  return standing === 'Serves' || standing === 'Drains';
}
