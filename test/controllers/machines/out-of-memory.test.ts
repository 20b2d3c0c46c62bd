import { describe, expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** MiB of memory that the programs of VM `web` want, from each time on. */
function memory(...levels: readonly (readonly [at: string, mebibytes: number])[]): string {
  const steps = levels.map(([at, value]) => `{at: ${at}, value: ${value}}`).join(', ');
  return `kind: Traffic
metadata: {name: heap}
spec: {to: {kind: VirtualMachine, name: web}, unit: Memory, pattern: {steps: [${steps}]}}`;
}

/** A policy that sizes VM `web`. */
function policy(update = 'Auto', max = '16Gi'): string {
  return `kind: ScalingPolicy
metadata: {name: web}
spec: {target: {kind: VirtualMachine, name: web}, vertical: {min: {cpu: 1, memory: 1Gi}, max: {cpu: 1, memory: ${max}}, update: ${update}}}`;
}

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, ...documents].join('\n---\n'));
  await engine.settle();
  return engine;
}

function status(engine: TestEngine) {
  return engine.get('VirtualMachine', 'web').status ?? {};
}

function machine(engine: TestEngine) {
  return engine.world.machine(engine.get('VirtualMachine', 'web').metadata.uid ?? '');
}

function gibibytes(engine: TestEngine): number {
  return (machine(engine)?.memoryBytes ?? 0) / 2 ** 30;
}

/** Of the VM, as `reason: message`, each once. */
function events(engine: TestEngine, reason: string): string[] {
  return engine
    .list('Event')
    .filter((event) => event.involvedObject?.name === 'web' && event.reason === reason)
    .map(({ message }) => message ?? '');
}

describe('a guest that wants more memory than it has', () => {
  test('goes down, says why, and starts again', async () => {
    const engine = await engineWith(
      xenHost('h1'),
      vm('web'),
      memory(['0s', 1000], ['30m', 2100], ['30m15s', 900]),
    );
    expect(status(engine)).toMatchObject({ restarts: 0 });
    expect(status(engine).lastTermination).toBeUndefined();
    await engine.advance(hour);
    expect(status(engine)).toMatchObject({
      phase: 'Running',
      restarts: 1,
      lastTermination: { reason: 'OutOfMemory', memory: '2Gi', count: 0 },
    });
    expect(machine(engine)).toMatchObject({ state: 'Running', bootCount: 2 });
    expect(events(engine, 'OutOfMemory')).toEqual([
      expect.stringMatching(/^out of memory .* after its start: its programs wanted more than 2Gi$/),
    ]);
  });

  test('is started less and less often, and its conditions name the reason', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'), memory(['0s', 3000]));
    await engine.advance(10 * minute);
    const early = status(engine).restarts ?? 0;
    expect(early).toBeGreaterThan(4);
    await engine.advance(hour);
    // Every 5 min, and a boot with up to a step of life.
    expect((status(engine).restarts ?? 0) - early).toBeLessThanOrEqual(12);
    expect(engine.condition(engine.get('VirtualMachine', 'web'), 'Ready')).toBe('False CrashLoopBackOff');
    expect(await engine.settle()).toEqual({ type: 'settled' });
  });

  test('another process goes on with what it wanted and how it ended', async () => {
    const run = async (reopen: boolean): Promise<unknown> => {
      let engine = await engineWith(xenHost('h1'), vm('web'), memory(['0s', 1000], ['10m', 3000]), policy());
      for (const ms of [11 * minute, 90 * second, 20 * minute]) {
        await engine.advance(ms);
        if (reopen) engine = engine.reopen();
        await engine.settle();
      }
      return { web: status(engine), machine: machine(engine) };
    };
    expect(await run(true)).toEqual(await run(false));
  });
});

describe('a policy for its size', () => {
  test('gives it more until it runs, by 1.2 and the margin each time, up to the next step', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'), memory(['0s', 4000]), policy());
    await engine.advance(10 * minute);
    const changes = (engine.get('ScalingPolicy', 'web').status?.history ?? []).map(({ to }) => to).reverse();
    expect(changes).toMatchInlineSnapshot(`
      [
        "1 CPU 3Gi",
        "1 CPU 6Gi",
      ]
    `);
    expect(gibibytes(engine)).toBeGreaterThan(4000 / 1024);
    expect(status(engine)).toMatchObject({ phase: 'Running' });
    // Each size was tried once: a repeat at the same size does not add up.
    expect(status(engine).restarts).toBe(changes.length);
    expect(engine.get('ScalingPolicy', 'web').status?.decision?.explanation).toMatchInlineSnapshot(`
      [
        "metric    cpu utilization cannot be read: none of 1 VMs has a usable sample (1 not ready yet, 0 without one)",
        "memory    3Gi, recommended 4.2Gi, bounds 1Gi to 16Gi",
        "rule      out of memory 12 s after its start",
        "way       1 VM in place",
        "since     hold at 1 CPU 6Gi at 00:12:30",
        "  metric    cpu utilization 0 % of a 80 % target (1 of 1 VMs sampled) → wish 0",
        "  cpu       1 CPU, recommended 1 CPU, 0.03 CPU without the limits, bounds 1 CPU to 1 CPU",
        "  memory    6Gi, recommended 4.6Gi, bounds 3.5Gi to 16Gi",
        "  vertical  at its minimum: cpu 0.03 CPU would be recommended, min.cpu is 1 CPU",
      ]
    `);
    const restarts = status(engine).restarts;
    await engine.advance(24 * hour);
    expect(status(engine).restarts).toBe(restarts);
    // Its usage with the margin of 15 % is 4.5Gi, and the next step above that 6Gi.
    expect(gibibytes(engine)).toBe(6);
  });

  test('says so when the maximum is not enough', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'), memory(['0s', 4000]), policy('Auto', '3Gi'));
    await engine.advance(30 * minute);
    expect(gibibytes(engine)).toBe(3);
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'ScalingLimited')).toBe('True MaximumSize');
  });
});
