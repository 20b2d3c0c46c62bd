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
  newWorld,
  Saved,
  traffic,
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
    ...{ startedAtMs: world.nowMs, bootCount: 1, disk: 'Copied' },
  });
  expect(world.nextEventAtMs()).toBeUndefined();
});

/** When each is provisioned, ms from `startMs` on. */
function diskEnds(world: SimulatedWorld, startMs: number, ...uids: string[]): number[] {
  return uids.map((uid) => (world.machine(uid)?.operationEndsAtMs ?? 0) - startMs);
}

describe('images', () => {
  test('others are copied to a host one after the other, to other hosts meanwhile', () => {
    const world = worldWithHosts(host('a'), host('b'));
    const startMs = world.nowMs;
    world.provision(machine('m1', 'a'));
    world.provision(machine('m2', 'a', { image: 'debian-13' }));
    world.provision(machine('m3', 'b'));
    expect(diskEnds(world, startMs, 'm1', 'm2', 'm3')).toEqual([10_737, 21_474, 10_737]);
  });

  test('the same is copied once: those who come meanwhile wait for that copy and clone it', () => {
    const world = worldWithHosts(host('a'));
    const startMs = world.nowMs;
    for (const name of ['m1', 'm2', 'm3']) world.provision(machine(name, 'a'));
    world.provision(machine('big', 'a', { imageBytes: 4 * gib }));
    expect(diskEnds(world, startMs, 'm1', 'm2', 'm3')).toEqual([10_737, 11_737, 11_737]);
    expect(diskEnds(world, startMs, 'big'), 'of another size it is another image').toEqual([10_737 + 21_475]);
    expect(['m1', 'm2'].map((uid) => world.machine(uid)?.disk)).toEqual(['Copied', 'Cloned']);
  });

  test('later ones are cloned, also when all that came before have gone, and after a crash', () => {
    const world = newWorld();
    world.ensureHost(host('a'));
    finishOperations(world);
    addRunning(world, machine('m1', 'a'));
    world.destroy('m1');
    world.inject({ hostUid: 'a', type: 'Crash', forMs: 1000 });
    advance(world, 1000);
    finishOperations(world);
    const saved = new Saved();
    saved.take(world);
    const again = newWorld(saved.entries());
    const startMs = world.nowMs;
    again.provision(machine('m2', 'a'));
    expect(diskEnds(again, startMs, 'm2')).toEqual([1000]);
  });

  test('a copy that breaks off has to be made again', () => {
    const world = worldWithHosts(host('a'));
    world.provision(machine('m1', 'a'));
    world.destroy('m1');
    const startMs = world.nowMs;
    world.provision(machine('m2', 'a'));
    expect(diskEnds(world, startMs, 'm2')).toEqual([10_737]);
  });
});

describe('boots at the same time', () => {
  const calm = { performance: { boot: { spread: 0 } } };
  const calmHost = (cpuMillis: number, fields = {}): ReturnType<typeof host> =>
    host('a', { cpuMillis, hypervisor: traits(calm), ...fields });

  /** Seconds that each of `count` boots takes that begin together on a host. */
  function bootSeconds(on: ReturnType<typeof host>, count: number): number {
    const world = worldWithHosts(on);
    const names = Array.from({ length: count }, (_, i) => `m${i}`);
    for (const name of names) world.provision(machine(name, 'a'));
    finishOperations(world);
    const startMs = world.nowMs;
    for (const name of names) world.start(name);
    finishOperations(world);
    return (world.nowMs - startMs) / 1000;
  }

  test.each([
    ['one', 16_000, 1, 12],
    ['six on eight cores: the disk alone', 8000, 6, 12 * (0.7 + 0.3 * 2.7)],
    ['six on four cores: half as much CPU again', 4000, 6, 12 * (0.7 * 1.5 + 0.3 * 2.7)],
    ['fifteen on eight cores', 8000, 15, 12 * (0.7 * (15 / 8) + 0.3 * (1 + 0.34 * 14))],
  ])('%s', (_name, cpuMillis, count, seconds) => {
    expect(bootSeconds(calmHost(cpuMillis), count)).toBeCloseTo(seconds, 2);
  });

  test('what is reserved is not there for boots; a slow host boots slowly', () => {
    expect(bootSeconds(calmHost(8000, { reservedCpuMillis: 4000 }), 6)).toBeCloseTo(12 * 1.86, 2);
    const world = worldWithHosts(calmHost(8000));
    world.provision(machine('m', 'a'));
    finishOperations(world);
    world.inject({ hostUid: 'a', type: 'Slow', speed: 0.5 });
    world.start('m');
    advance(world, 12_000);
    expect(world.machine('m')?.state).toBe('Booting');
    world.clearFaults('a');
    expect((world.machine('m')?.operationEndsAtMs ?? 0) - world.nowMs, 'half is left').toBe(6000);
  });

  test('who comes later slows the one before from then on, and goes faster once that is up', () => {
    const world = worldWithHosts(calmHost(8000));
    for (const name of ['m1', 'm2']) world.provision(machine(name, 'a'));
    finishOperations(world);
    const startMs = world.nowMs;
    world.start('m1');
    advance(world, 6000);
    world.start('m2');
    // 6 s are left, each of which takes 1.102 times as long.
    expect(diskEnds(world, startMs, 'm1')).toEqual([6000 + 6612]);
    advance(world, 6612);
    expect(world.machine('m1')?.state).toBe('Running');
    expect(diskEnds(world, startMs, 'm2')).toEqual([6000 + 6612 + 6000]);
  });

  test.each([
    ['stopped', (world: SimulatedWorld): unknown => world.stop('m2')],
    ['destroyed', (world: SimulatedWorld): unknown => world.destroy('m2')],
  ])('one that is %s in its midst slows no more', (_name, act) => {
    const world = worldWithHosts(calmHost(8000));
    for (const name of ['m1', 'm2']) world.provision(machine(name, 'a'));
    finishOperations(world);
    const startMs = world.nowMs;
    for (const name of ['m1', 'm2']) world.start(name);
    advance(world, 1102);
    act(world);
    expect(diskEnds(world, startMs, 'm1')).toEqual([1102 + 11_000]);
  });

  test('busy guests slow a boot, by what they want and from the next step on', () => {
    const world = worldWithHosts(calmHost(4000));
    const busy = Array.from({ length: 6 }, (_, i) => machine(`busy${i}`, 'a', { cpuMillis: 2000 }));
    addRunning(world, ...busy);
    world.ensureTraffic(
      traffic('t', {
        target: { type: 'Machines', uids: busy.map(({ uid }) => uid), serviceTimeMs: 1 },
        unit: 'Cpu',
        pattern: { type: 'Constant', value: 1 },
      }),
    );
    world.provision(machine('m', 'a'));
    advance(world, 15_000);
    const startMs = world.nowMs;
    world.start('m');
    // 13 cores are wanted, 4 are there.
    expect(diskEnds(world, startMs, 'm')[0]).toBeCloseTo(12_000 * (0.7 * (13 / 4) + 0.3), -1);
    world.removeTraffic('t');
    advance(world, 15_000);
    expect(diskEnds(world, startMs, 'm')[0]).toBeLessThan(15_000 + 12_000);
  });
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
