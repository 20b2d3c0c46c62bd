import { type Infrastructure, type World } from '../../model/ports.ts';
import { type Core } from '../core.ts';
import { answersChecks } from '../health.ts';
import { type Scenery } from './scenery.ts';

/** What a world is asked for, and what is under way in it. */
export function infrastructureOf(
  core: Core,
  { hosts, machines, balancers, routes, traffic }: Scenery,
): Infrastructure & Pick<World, 'takeChanges' | 'operations' | 'operationCount' | 'answers' | 'isReachable'> {
  return {
    takeChanges: () => core.changes.take(),
    operations: () => core.operations.list(),
    operationCount: () => core.operations.count,

    host: (uid) => hosts.observe(uid),
    ensureHost: (request) => hosts.ensure(request),
    removeHost: (uid) => hosts.remove(uid),
    inject: (fault) => hosts.inject(fault),
    clearFaults: (uid) => hosts.clearFaults(uid),

    machine: (uid) => machines.observe(uid),
    answers: (uid) => {
      const machine = machines.get(uid);
      return answersChecks(machine, machine && hosts.get(machine.request.hostUid));
    },
    isReachable: (uid) => hosts.get(uid)?.reachable ?? false,
    provision: (request) => machines.provision(request),
    start: (uid) => machines.start(uid),
    stop: (uid) => machines.stop(uid),
    resize: (uid, cpuMillis, memoryBytes) => machines.resize(uid, cpuMillis, memoryBytes),
    reshape: (uid, cpuMillis, memoryBytes) => machines.reshape(uid, cpuMillis, memoryBytes),
    migrate: (uid, targetHostUid) => machines.migrate(uid, targetHostUid),
    destroy: (uid) => machines.destroy(uid),

    ensureBalancer: (request) => balancers.ensure(request),
    health: (name) => balancers.get(name)?.byMachine,
    isPanicking: (name) => balancers.isPanicking(name),
    removeBalancer: (name) => balancers.remove(name),
    ensureRoute: (request) => routes.ensure(request),
    removeRoute: (name) => routes.remove(name),
    ensureTraffic: (request) => traffic.ensure(request),
    removeTraffic: (name) => traffic.remove(name),
  };
}
