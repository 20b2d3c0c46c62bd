import { describe, expect, test } from 'vitest';
import { type Acceptance, type MachineState } from '../../src/model/ports.ts';
import { type SimulatedWorld } from '../../src/sim/world.ts';
import {
  addRunning,
  advance,
  finishOperations,
  gib,
  host,
  machine,
  traits,
  worldWithHosts,
} from './builders.ts';

/** A world in which machine `m` on host `a` is in the given state; `b` is another host that is on. */
function worldWith(state: MachineState): SimulatedWorld {
  const world = worldWithHosts(host('a'), host('b'));
  world.provision(machine('m', 'a'));
  if (state === 'Provisioning') return world;
  finishOperations(world);
  if (state === 'Stopped') return world;
  world.start('m');
  if (state === 'Booting') return world;
  finishOperations(world);
  if (state === 'Resizing') world.resize('m', 3000, 4 * gib);
  if (state === 'Migrating') world.migrate('m', 'b');
  if (state === 'Stopping') world.stop('m');
  if (state === 'Lost') world.inject({ hostUid: 'a', type: 'Crash' });
  return world;
}

const asks: Record<string, (world: SimulatedWorld) => Acceptance> = {
  start: (world) => world.start('m'),
  stop: (world) => world.stop('m'),
  resize: (world) => world.resize('m', 4000, 8 * gib),
  reshape: (world) => world.reshape('m', 4000, 8 * gib),
  migrate: (world) => world.migrate('m', 'b'),
};

/** What each request leads to: a state, `-` when nothing is to be done, `x` when it is refused. */
const table: readonly (readonly [MachineState, string, string, string, string, string])[] = [
  ['Provisioning', 'x', '-', 'x', 'x', 'x'],
  ['Stopped', 'Booting', '-', 'x', 'Stopped', 'x'],
  ['Booting', '-', 'Stopping', 'x', 'x', 'x'],
  ['Running', '-', 'Stopping', 'Resizing', 'x', 'Migrating'],
  ['Resizing', '-', 'x', 'x', 'x', 'x'],
  ['Migrating', '-', 'x', 'x', 'x', '-'],
  ['Stopping', 'x', '-', 'x', 'x', 'x'],
  ['Lost', 'x', 'x', 'x', 'x', 'x'],
];
const transitions = table.flatMap(([state, ...results]) =>
  Object.keys(asks).map((ask, index) => [state, ask, results[index] as string] as const),
);

test.each(transitions)('%s · %s · %s', (state, ask, result) => {
  const world = worldWith(state);
  expect(world.machine('m')?.state).toBe(state);
  world.takeDirty();
  world.takeChanges();
  const answer = asks[ask]?.(world);
  expect(answer?.ok).toBe(result !== 'x');
  const expected = result === 'x' || result === '-' ? state : result;
  expect(world.machine('m')?.state).toBe(expected);
  const does = result !== 'x' && result !== '-';
  expect(world.takeDirty().map((entry) => entry.key)).toEqual(does ? ['world/machine/m'] : []);
  expect(world.takeChanges()).toHaveLength(does ? 1 : 0);
});

test('a machine goes its way from image to running', () => {
  const world = worldWithHosts(host('a'));
  expect(world.provision(machine('m', 'a'))).toEqual({ ok: true });
  expect(world.operations()).toEqual([
    { subject: 'vm/default/m', activity: 'provisioning image', endsAtMs: world.nowMs + 10_737 },
  ]);
  finishOperations(world);
  world.start('m');
  expect(world.operations()).toMatchObject([{ activity: 'booting' }]);
  finishOperations(world);
  expect(world.machine('m')).toEqual({
    ...{ uid: 'm', hostUid: 'a', state: 'Running', mode: 'Para', cpuMillis: 2000, memoryBytes: 4 * gib },
    ...{ startedAtMs: world.nowMs, bootCount: 1 },
  });
  expect(world.nextEventAtMs()).toBeUndefined();
});

test('images are copied to a host one after the other, to other hosts meanwhile', () => {
  const world = worldWithHosts(host('a'), host('b'));
  const startMs = world.nowMs;
  world.provision(machine('m1', 'a'));
  world.provision(machine('m2', 'a'));
  world.provision(machine('m3', 'b'));
  const endsMs = ['m1', 'm2', 'm3'].map((uid) => (world.machine(uid)?.operationEndsAtMs ?? 0) - startMs);
  expect(endsMs).toEqual([10_737, 21_474, 10_737]);
});

test('a live resize and a reshape leave the new size', () => {
  const world = worldWith('Running');
  world.resize('m', 4000, 8 * gib);
  expect(world.machine('m')).toMatchObject({ state: 'Resizing', cpuMillis: 2000 });
  finishOperations(world);
  expect(world.machine('m')).toMatchObject({ state: 'Running', cpuMillis: 4000, memoryBytes: 8 * gib });
  world.stop('m');
  finishOperations(world);
  world.reshape('m', 1000, gib);
  expect(world.machine('m')).toMatchObject({ state: 'Stopped', cpuMillis: 1000, memoryBytes: gib });
  expect(world.machine('m')).not.toHaveProperty('startedAtMs');
});

describe('migration', () => {
  test('ends on the target, and goes on running all the time', () => {
    const world = worldWith('Migrating');
    const { startedAtMs } = world.machine('m') ?? {};
    expect(world.machine('m')).toMatchObject({ hostUid: 'a', targetHostUid: 'b' });
    finishOperations(world);
    expect(world.machine('m')).toMatchObject({ state: 'Running', hostUid: 'b', startedAtMs, bootCount: 1 });
    expect(world.machine('m')).not.toHaveProperty('targetHostUid');
    world.stop('m');
    world.inject({ hostUid: 'a', type: 'Crash' });
    expect(world.machine('m')?.state).toBe('Stopping');
  });

  test.each([
    ['a crash of the target', { hostUid: 'b', type: 'Crash' as const }, 'Running'],
    ['a crash of the source', { hostUid: 'a', type: 'Crash' as const }, 'Lost'],
    ['network loss of the target', { hostUid: 'b', type: 'NetworkLoss' as const }, 'Running'],
    ['network loss of the source', { hostUid: 'a', type: 'NetworkLoss' as const }, 'Running'],
  ])('%s leaves the machine %s', (_name, fault, state) => {
    const world = worldWith('Migrating');
    world.inject(fault);
    expect(world.machine('m')).toMatchObject({ state, hostUid: 'a' });
    expect(world.machine('m')).not.toHaveProperty('targetHostUid');
    finishOperations(world);
    advance(world, 1e6);
    expect(world.machine('m')).toMatchObject({ state, hostUid: 'a' });
  });

  test.each([
    ['to an unknown host', 'x', 'no such target host'],
    ['to a host of another product', 'kvm', 'from xen to kvm'],
    ['to a host that cannot', 'stiff', 'xen has no live migration'],
    ['to a host that is powering on', 'late', 'not on (PoweringOn)'],
    ['to a host that cannot be reached', 'cut', 'not reachable'],
  ])('%s is refused', (_name, target, reason) => {
    const world = worldWithHosts(
      host('a'),
      host('kvm', { hypervisor: traits({ name: 'kvm' }) }),
      host('stiff', { hypervisor: traits({ liveMigration: false }) }),
      host('cut'),
    );
    addRunning(world, machine('m', 'a'));
    world.ensureHost(host('late'));
    world.inject({ hostUid: 'cut', type: 'NetworkLoss' });
    const answer = world.migrate('m', target);
    expect(!answer.ok && answer.reason).toContain(reason);
    expect(world.machine('m')?.state).toBe('Running');
  });

  test('from a host that cannot is refused', () => {
    const world = worldWithHosts(host('a', { hypervisor: traits({ liveMigration: false }) }), host('b'));
    addRunning(world, machine('m', 'a'));
    expect(world.migrate('m', 'b')).toMatchObject({ ok: false });
  });
});

test.each([
  ['more CPU without CPU hotplug', { cpuHotplug: false }, 3000, 4, 'no CPU hotplug'],
  ['more memory without memory hotplug', { memoryHotplug: false }, 2000, 8, 'no memory hotplug'],
  ['less memory without memory hotplug', { memoryHotplug: false }, 2000, 2, 'no memory hotplug'],
  ['no CPU at all', {}, 0, 4, 'above 0'],
])('resize · %s is refused', (_name, fields, cpuMillis, memoryGib, reason) => {
  const world = worldWithHosts(host('a', { hypervisor: traits(fields) }));
  addRunning(world, machine('m', 'a'));
  const answer = world.resize('m', cpuMillis, memoryGib * gib);
  expect(!answer.ok && answer.reason).toContain(reason);
});

test('resize of the one resource that can be hot-plugged is done', () => {
  const world = worldWithHosts(host('a', { hypervisor: traits({ memoryHotplug: false }) }));
  addRunning(world, machine('m', 'a'));
  expect(world.resize('m', 4000, 4 * gib)).toEqual({ ok: true });
});

test('provision · refused on hosts that are not on, of other shapes, and of lost machines', () => {
  const world = worldWithHosts(host('a'), host('b'));
  world.inject({ hostUid: 'b', type: 'Crash' });
  expect(world.provision(machine('m', 'x'))).toMatchObject({ ok: false });
  expect(world.provision(machine('m', 'b'))).toMatchObject({ ok: false });
  expect(world.provision(machine('m', 'a', { cpuMillis: 0 }))).toMatchObject({ ok: false });
  expect(world.provision(machine('m', 'a'))).toEqual({ ok: true });
  world.takeDirty();
  expect(world.provision(machine('m', 'a'))).toEqual({ ok: true });
  expect(world.takeDirty()).toEqual([]);
  expect(world.provision(machine('m', 'a', { cpuMillis: 4000 }))).toMatchObject({ ok: false });
  world.inject({ hostUid: 'a', type: 'Crash' });
  expect(world.provision(machine('m', 'a'))).toMatchObject({ ok: false });
});

test('destroy removes a machine in any state, at once and for ever', () => {
  const world = worldWith('Migrating');
  world.destroy('m');
  expect(world.machine('m')).toBeUndefined();
  expect(world.operationCount()).toBe(0);
  expect(world.nextEventAtMs()).toBeUndefined();
  expect(world.takeDirty()).toContainEqual({ key: 'world/machine/m', value: undefined });
  expect(world.start('m')).toMatchObject({ ok: false });
  world.destroy('m');
  expect(world.takeDirty()).toEqual([]);
});
