import { expect, test } from 'vitest';
import {
  addRunning,
  advance,
  finishOperations,
  host,
  machine,
  minuteMs,
  newWorld,
  worldWithHosts,
} from './builders.ts';

test('a new host powers on, as an operation, and is then on', () => {
  const world = newWorld();
  world.ensureHost(host('a'));
  expect(world.host('a')).toMatchObject({ state: 'PoweringOn', bootCount: 0, speed: 1, networkLost: false });
  expect(world.operations()).toMatchObject([{ subject: 'host/a', activity: 'powering on' }]);
  world.advanceTo(world.operations()[0]!.endsAtMs);
  expect(world.host('a')).toMatchObject({ state: 'On', bootCount: 1 });
  expect(world.takeChanges()).toEqual([{ type: 'Host', name: 'a' }]);
  expect(world.nextEventAtMs()).toBeUndefined();
});

test('asking again for the same host changes nothing', () => {
  const world = worldWithHosts(host('a'));
  world.ensureHost(host('a'));
  expect(world.takeDirty()).toEqual([]);
  expect(world.takeChanges()).toEqual([]);
});

test('changed facts are taken over without a reboot', () => {
  const world = worldWithHosts(host('a'));
  world.ensureHost(host('a', { pricePerHour: 2 }));
  expect(world.host('a')?.state).toBe('On');
  expect(world.takeDirty().map((entry) => entry.key)).toEqual(['world/host/a']);
});

test('a crash for a time loses the machines and repairs itself', () => {
  const world = worldWithHosts(host('a'), host('b'));
  addRunning(world, machine('vm-1', 'a'), machine('vm-2', 'b'));
  world.takeChanges();
  expect(world.inject({ hostUid: 'a', type: 'Crash', forMs: 30 * minuteMs })).toEqual({ ok: true });
  expect(world.host('a')).toMatchObject({ state: 'Crashed', repairAtMs: world.nowMs + 30 * minuteMs });
  expect(world.machine('vm-1')?.state).toBe('Lost');
  expect(world.machine('vm-2')?.state).toBe('Running');
  expect(world.operationCount()).toBe(0);
  expect(world.takeChanges()).toEqual([
    { type: 'Host', name: 'a' },
    { type: 'Machine', namespace: 'default', name: 'vm-1' },
  ]);
  advance(world, 30 * minuteMs);
  expect(world.host('a')?.state).toBe('PoweringOn');
  finishOperations(world);
  expect(world.host('a')).toMatchObject({ state: 'On', bootCount: 2 });
  expect(world.host('a')).not.toHaveProperty('repairAtMs');
  expect(world.machine('vm-1')?.state).toBe('Lost');
});

test('a crash without an end stays until it is cleared', () => {
  const world = worldWithHosts(host('a'));
  world.inject({ hostUid: 'a', type: 'Crash' });
  advance(world, 1e9);
  expect(world.host('a')?.state).toBe('Crashed');
  world.clearFaults('a');
  finishOperations(world);
  expect(world.host('a')?.state).toBe('On');
});

test('slow and network loss come and go, each in its own time', () => {
  const world = worldWithHosts(host('a'));
  world.inject({ hostUid: 'a', type: 'Slow', speed: 0.25, forMs: 1000 });
  world.inject({ hostUid: 'a', type: 'NetworkLoss', forMs: 2000 });
  expect(world.host('a')).toMatchObject({ state: 'On', speed: 0.25, networkLost: true });
  advance(world, 1000);
  expect(world.host('a')).toMatchObject({ speed: 1, networkLost: true });
  advance(world, 1000);
  expect(world.host('a')).toMatchObject({ speed: 1, networkLost: false });
  expect(world.nextEventAtMs()).toBeUndefined();
});

test('a crash while powering on stops that; a removed host takes its machines along', () => {
  const world = newWorld();
  world.ensureHost(host('a'));
  world.inject({ hostUid: 'a', type: 'Crash' });
  expect(world.operationCount()).toBe(0);
  expect(world.nextEventAtMs()).toBeUndefined();
  world.clearFaults('a');
  finishOperations(world);
  addRunning(world, machine('vm', 'a'));
  world.takeDirty();
  world.removeHost('a');
  expect(world.host('a')).toBeUndefined();
  expect(world.machine('vm')?.state).toBe('Lost');
  expect(world.takeDirty()).toContainEqual({ key: 'world/host/a', value: undefined });
});

test.each([
  ['a fault of an unknown host', { hostUid: 'x', type: 'Crash' as const }, 'there is no host x'],
  ['a speed of 0', { hostUid: 'a', type: 'Slow' as const, speed: 0 }, 'speed 0 of a slow host'],
  ['a speed above 1', { hostUid: 'a', type: 'Slow' as const, speed: 2 }, 'speed 2 of a slow host'],
])('%s is refused', (_name, fault, reason) => {
  const world = worldWithHosts(host('a'));
  const answer = world.inject(fault);
  expect(answer).toMatchObject({ ok: false });
  expect(!answer.ok && answer.reason).toContain(reason);
  expect(world.takeDirty()).toEqual([]);
});
