import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';
import { currentHolder, probeHolder } from '../../src/store/lease-holder.ts';
import {
  acquireLease,
  decideLease,
  LeaseLost,
  type LeaseHolder,
  type Liveness,
} from '../../src/store/lease.ts';
import { ExitCode } from '../../src/base/errors.ts';
import { createMemoryStore } from '../../src/store/memory.ts';

const me: LeaseHolder = { pid: 1, host: 'h', bootId: 'b', pidNamespace: 'n', startTicks: '5' };
const other: LeaseHolder = { ...me, pid: 2 };
const record = (holder: LeaseHolder, generation = 1) => ({
  holder,
  renewedAtMs: 1000,
  durationMs: 100,
  generation,
});

describe('decideLease', () => {
  const take = { type: 'Take' };
  const untilExpiry = { type: 'Wait', freeAtMs: 1100 };
  test.each<readonly [string, LeaseHolder | undefined, Liveness, number, unknown]>([
    ['nobody has it', undefined, 'Gone', 0, take],
    ['I have it', me, 'Running', 1000, take],
    ['here, running', other, 'Running', 1050, { type: 'Wait' }],
    ['here, running, too busy to renew', other, 'Running', 9999, { type: 'Wait' }],
    ['here, gone', other, 'Gone', 1000, take],
    ['here, perhaps running', other, 'Unproven', 1099, untilExpiry],
    ['here, perhaps running, expired', other, 'Unproven', 1100, take],
    ['my pid in an earlier life', { ...me, startTicks: '4' }, 'Gone', 1000, take],
    ['another host', { ...other, host: 'x' }, 'Gone', 1099, untilExpiry],
    ['another host, expired', { ...other, host: 'x' }, 'Running', 1100, take],
    ['another container of this host', { ...other, pidNamespace: 'm' }, 'Gone', 1099, untilExpiry],
    ['here, before a reboot', { ...other, bootId: 'c' }, 'Gone', 1000, take],
    ['another container, before a reboot', { ...other, bootId: 'c', pidNamespace: 'm' }, 'Gone', 1000, take],
  ])('%s', (_name, holder, liveness, nowMs, expected) => {
    expect(decideLease(holder && record(holder), me, nowMs, () => liveness)).toEqual(expected);
  });
});

describe('acquireLease', () => {
  const setUp = (liveness: Liveness = 'Unproven') => {
    const clock = new VirtualClock(1000);
    const store = createMemoryStore({ seed: 1 });
    const acquire = (holder: LeaseHolder) =>
      acquireLease({ store, me: holder, clock, durationMs: 100, liveness: () => liveness });
    const mustAcquire = async (holder: LeaseHolder) => {
      const outcome = await acquire(holder);
      if (outcome.type !== 'Acquired') throw new Error('not acquired');
      return outcome.lease;
    };
    return { clock, store, acquire, mustAcquire };
  };

  test('two at once · one gets it, the other hears who', async () => {
    const { acquire } = setUp();
    const outcomes = await Promise.all([acquire(me), acquire(other)]);
    expect(outcomes[0]).toMatchObject({ type: 'Acquired' });
    expect(outcomes[1]).toEqual({ type: 'Held', by: record(me), freeAtMs: 1100 });
  });

  test('released · free at once', async () => {
    const { acquire, mustAcquire } = setUp('Running');
    const lease = await mustAcquire(me);
    expect((await acquire(other)).type).toBe('Held');
    await lease.release();
    expect((await acquire(other)).type).toBe('Acquired');
  });

  test('renewed · lasts longer', async () => {
    const { clock, acquire, mustAcquire } = setUp();
    const lease = await mustAcquire(me);
    clock.moveTo(1090);
    expect(await lease.renew()).toBe(true);
    clock.moveTo(1150);
    expect((await acquire(other)).type).toBe('Held');
    clock.moveTo(1190);
    expect((await acquire(other)).type).toBe('Acquired');
  });

  test('lost · cannot be renewed, and its release leaves the new holder alone', async () => {
    const { clock, acquire, mustAcquire } = setUp();
    const lease = await mustAcquire(me);
    clock.moveTo(1100);
    await mustAcquire(other);
    expect(await lease.renew()).toBe(false);
    await lease.release();
    expect((await acquire(me)).type).toBe('Held');
  });
});

describe('the fence', () => {
  const setUp = async () => {
    const clock = new VirtualClock(1000);
    const store = createMemoryStore({ seed: 1 });
    const outcome = await acquireLease({ store, me, clock, durationMs: 100, liveness: () => 'Unproven' });
    if (outcome.type !== 'Acquired') throw new Error('not acquired');
    /** What a process with a handle of its own has made of the entry. */
    const becomes = (entry: unknown) => store.transactPrivate('lease', () => entry);
    const write = () => store.commit({ writes: [], private: [{ key: 'world/clock', value: 1 }], nowMs: 0 });
    return { store, lease: outcome.lease, becomes, write };
  };

  test.each<readonly [string, unknown, string | undefined]>([
    ['still mine', record(me), undefined],
    ['mine, renewed', { ...record(me), renewedAtMs: 1050 }, undefined],
    ['taken by another process', record(other, 2), 'process 2 on h has taken over'],
    ['taken, and given back again', { generation: 2 }, 'another process has taken over'],
    ['taken anew by this very process', record(me, 2), 'process 1 on h has taken over'],
    ['gone altogether', undefined, 'another process has taken over'],
  ])('%s', async (_name, entry, refusal) => {
    const { store, becomes, write } = await setUp();
    await becomes(entry);
    const outcomes = await Promise.all(
      [write(), store.transactPrivate('other', () => 1)].map((one) =>
        one.then(
          () => undefined,
          (error: unknown) => error as LeaseLost,
        ),
      ),
    );
    for (const error of outcomes) {
      if (refusal === undefined) expect(error).toBeUndefined();
      else {
        expect(error).toBeInstanceOf(LeaseLost);
        expect(error?.exitCode).toBe(ExitCode.Conflict);
        expect(error?.message).toContain(refusal);
      }
    }
    expect(await store.getPrivate('world/clock')).toBe(refusal === undefined ? 1 : undefined);
  });

  test('given back · the handle writes as anybody may', async () => {
    const { becomes, lease, write } = await setUp();
    await lease.release();
    await becomes(record(other, 2));
    await expect(write()).resolves.toBeDefined();
  });

  test('each taking has a generation of its own, also after the lease was given back', async () => {
    const { lease, store } = await setUp();
    await lease.release();
    const clock = new VirtualClock(0);
    await acquireLease({ store, me, clock, liveness: () => 'Running' });
    expect(await store.getPrivate('lease')).toMatchObject({ holder: me, generation: 2 });
  });
});

describe.runIf(process.platform === 'linux')('probeHolder', () => {
  // Above the largest pid that Linux gives.
  const unusedPid = 2 ** 22 + 1;
  test.each<readonly [string, Partial<LeaseHolder>, Liveness]>([
    ['this process', {}, 'Running'],
    ['its pid, started at another time', { startTicks: '1' }, 'Gone'],
    ['its pid, start unknown', { startTicks: undefined }, 'Unproven'],
    ['a pid that nobody has', { pid: unusedPid }, 'Gone'],
    ['an earlier boot', { bootId: 'other' }, 'Gone'],
    ['another user’s or the first process', { pid: 1, startTicks: undefined }, 'Unproven'],
  ])('%s', (_name, changes, expected) => {
    expect(probeHolder({ ...currentHolder(), ...changes })).toBe(expected);
  });
});
