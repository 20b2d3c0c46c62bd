import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openState, worldTime } from '../../src/app/state.ts';
import { uniform } from '../../src/base/random.ts';
import { currentHolder, probeHolder } from '../../src/store/lease-holder.ts';
import { decideLease, type LeaseRecord } from '../../src/store/lease.ts';
import { fleetText } from '../support/fleet.ts';
import { essence, printedName, readStored, type Stored } from '../support/stored.ts';
import { type RunResult, Sandbox } from '../support/vctl.ts';

/** States that are worked on at the same time; more would only wait for one another on a small machine. */
const parallel = 2;

/** World time at which states are compared, ms after their beginning: later than any of them settles. */
const endMs = 600_000;

const sandbox = new Sandbox();
beforeAll(() => sandbox.write('fleet.yaml', fleetText({ hosts: 20, machines: 300 })));
afterAll(() => sandbox.dispose());

/** The moment of the k-th of `count` kills, as a share of the run: spread evenly, drawn from a seed within. */
function shareOf(k: number, count: number): number {
  return (k + uniform(42, 'kill', k)) / count;
}

describe.each([
  { path: 'manifests/quickstart', kills: 30 },
  { path: 'fleet.yaml', kills: 20 },
])('$path', ({ path, kills }) => {
  const args = ['apply', '-f', path, '--timeout', '1h'];
  let whole: Stored;
  let wholeMs = Infinity;

  beforeAll(async () => {
    for (const state of ['whole', 'again']) {
      const startedAt = performance.now();
      await sandbox.ok(args, { state: `${state}-${kills}` });
      wholeMs = Math.min(wholeMs, performance.now() - startedAt);
    }
    await bringToEnd(`whole-${kills}`);
    whole = await readStored(sandbox.path(`whole-${kills}`));
  });

  /**
   * An apply ends when all has settled, and a killed one may go on from a moment at which it has: only at the same
   * moment have the scaling policies decided the same.
   */
  async function bringToEnd(state: string): Promise<void> {
    const opened = await openState({ path: sandbox.path(state), create: false });
    const leftMs = opened.epochMs + endMs - (await worldTime(opened));
    await opened.store.close();
    await sandbox.ok(['advance', `${leftMs}ms`], { state });
  }

  /** Runs the killed apply, then a second one, and holds what must be true of both. */
  async function killAndGoOn(state: string, killed: RunResult): Promise<void> {
    const acknowledged = killed.stdout.split('\n').filter((line) => line.endsWith(' created'));
    const before = await readStored(sandbox.path(state));
    const names = new Set(before.objects.map(printedName));
    for (const line of acknowledged) expect(names, state).toContain(line.split(' ')[0]);
    expect(await leaseBlocks(sandbox.path(state)), state).toBe(false);

    const next = await sandbox.run(args, { state });
    expect(next, state).toMatchObject({ exit: 0, stderr: '' });
    const actions = next.stdout.split('\n').filter((line) => / (created|unchanged|configured)$/.test(line));
    const expected = actions.map((line) => {
      const name = line.split(' ')[0] ?? '';
      return `${name} ${names.has(name) ? 'unchanged' : 'created'}`;
    });
    expect(actions, state).toEqual(expected);
    // One transaction: all of it or nothing.
    expect(new Set(actions.map((line) => line.split(' ')[1])).size, state).toBe(1);

    await bringToEnd(state);
    const after = await readStored(sandbox.path(state));
    expect(after.objects.map(essence), state).toEqual(whole.objects.map(essence));
  }

  test(`killed at ${kills} moments · what was acknowledged is there, and the next apply ends alike`, async () => {
    const queue = Array.from({ length: kills }, (_, k) => k);
    let killedCount = 0;
    const work = async (): Promise<void> => {
      for (let k = queue.shift(); k !== undefined; k = queue.shift()) {
        const state = `kill-${kills}-${k}`;
        const delayMs = shareOf(k, kills) * wholeMs;
        const killed = await sandbox.run(args, {
          state,
          onStart: (child) => setTimeout(() => child.kill('SIGKILL'), delayMs),
        });
        if (killed.exit === 'SIGKILL') killedCount++;
        await killAndGoOn(state, killed);
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    // The rest ended before their time, on a machine that has become faster meanwhile.
    expect(killedCount).toBeGreaterThan(kills / 4);
  });

  test('killed as soon as it has acknowledged', async () => {
    const state = `acknowledged-${kills}`;
    const killed = await sandbox.run(args, {
      state,
      onOutput: (_stdout, child) => child.kill('SIGKILL'),
    });
    expect(killed.exit).toBe('SIGKILL');
    expect(killed.stdout).toContain(' created\n');
    await killAndGoOn(state, killed);
  });
});

/** Whether a process that wants the state's lease right now would have to wait for it. */
async function leaseBlocks(path: string): Promise<boolean> {
  const { store } = await openState({ path, create: false });
  const lease = (await store.getPrivate('lease')) as LeaseRecord | undefined;
  await store.close();
  return decideLease(lease, currentHolder(), lease?.renewedAtMs ?? 0, probeHolder).type === 'Wait';
}
