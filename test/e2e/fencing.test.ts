/**
 * A process that stood still for longer than its lease (a suspended container, a paused virtual machine) must not
 * write its old world over that of the one that went on.
 */
import { type ChildProcess } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { sleep, wallClock } from '../../src/base/clock.ts';
import { withState } from '../../src/app/with-state.ts';
import { worldTime } from '../../src/app/state.ts';
import { acquireLease, defaultLeaseMs, leaseIn, leaseKey } from '../../src/store/lease.ts';
import { currentHolder } from '../../src/store/lease-holder.ts';
import { openLmdbStore } from '../../src/store/lmdb.ts';
import { Sandbox } from '../support/vctl.ts';
import { fleetText } from '../support/fleet.ts';

const sandbox = new Sandbox();
afterAll(() => sandbox.dispose());
sandbox.write('fleet.yaml', fleetText({ hosts: 2, machines: 10, prefix: '' }));

/** Waits until the process has the state's lease, and stops it there. */
async function pause(child: ChildProcess, state: string): Promise<void> {
  const store = await openLmdbStore({ path: sandbox.path(state), seed: 1 });
  try {
    for (let left = 600; left > 0; left--) {
      if (leaseIn(await store.getPrivate(leaseKey))?.holder.pid === child.pid) break;
      await sleep(20);
    }
  } finally {
    await store.close();
  }
  child.kill('SIGSTOP');
}

/** A process that cannot see the holder (another container) and comes when its lease is over. */
async function takeOver(state: string): Promise<void> {
  const store = await openLmdbStore({ path: sandbox.path(state), seed: 1 });
  const outcome = await acquireLease({
    store,
    me: { ...currentHolder(), pidNamespace: 'another' },
    clock: { now: () => wallClock.now() + 2 * defaultLeaseMs },
    liveness: () => 'Unproven',
  });
  expect(outcome.type).toBe('Acquired');
  await store.commit({ writes: [], private: [{ key: 'world/clock', value: { nowMs: 4e12 } }], nowMs: 4e12 });
  if (outcome.type === 'Acquired') await outcome.lease.release();
  await store.close();
}

test.each<readonly [string, readonly string[]]>([
  ['advance', ['advance', '720h']],
  ['apply --watch', ['apply', '-f', 'fleet.yaml', '--watch', '--speed', '60x']],
])('%s · paused beyond its lease, it ends with 5 and writes nothing more', async (name, args) => {
  const state = name.replaceAll(/\W/g, '');
  await sandbox.ok(['apply', '-f', 'fleet.yaml', '--no-wait'], { state });
  let paused: Promise<void> | undefined;
  const { exit, stderr } = await sandbox.run(args, {
    state,
    timeoutMs: 60_000,
    onStart: (child) => {
      paused = pause(child, state)
        .then(() => takeOver(state))
        .finally(() => child.kill('SIGCONT'));
    },
  });
  await paused;
  expect(stderr).toContain('has taken over the state while this process stood still');
  expect(exit).toBe(5);
  const nowMs = await withState(sandbox.path(state), {}, worldTime);
  expect(nowMs).toBe(4e12);
});
