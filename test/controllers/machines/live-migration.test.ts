import { describe, expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const large = (name: string): string =>
  vm(name, 'placement: {hostSelector: {}}').replace('cpu: 1, memory: 2Gi', 'cpu: 1, memory: 16Gi');

const wanted = (name: string, mebibytes: number): string =>
  `kind: Traffic\nmetadata: {name: ${name}}\nspec: {to: {kind: VirtualMachine, name: ${name}}, unit: Memory, pattern: {constant: ${mebibytes}}, noise: None}`;

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, ...documents].join('\n---\n'));
  await engine.settle();
  await engine.advance(60_000);
  return engine;
}

const big = 'capacity: {cpu: 16, memory: 256Gi}';
const host = (name: string, spec = ''): string =>
  xenHost(name, spec).replace('capacity: {cpu: 8, memory: 32Gi}', big);

function uidOf(engine: TestEngine, kind: 'Host' | 'VirtualMachine', name: string): string {
  return engine.get(kind, name).metadata.uid ?? '';
}

describe('a live migration', () => {
  test('sends what the guest has in use, not its size, and tells how it went', async () => {
    const engine = await engineWith(
      host('h0'),
      large('g'),
      wanted('g', 512),
      host('h1', 'unschedulable: true'),
    );
    engine.world.migrate(uidOf(engine, 'VirtualMachine', 'g'), uidOf(engine, 'Host', 'h1'));
    engine.world.advanceTo(engine.world.nowMs + 10_000);
    const { lastMigration: last, hostUid } = engine.world.machine(uidOf(engine, 'VirtualMachine', 'g')) ?? {};
    expect(hostUid).toBe(uidOf(engine, 'Host', 'h1'));
    // 512 MiB at 10 Gbit/s are 429.5 ms.
    expect((last?.endedAtMs ?? 0) - (last?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(429);
    expect((last?.endedAtMs ?? 0) - (last?.startedAtMs ?? 0)).toBeLessThan(450);
    expect(last).toMatchObject({ rounds: 2 });
    expect(last?.sentBytes).toBeGreaterThanOrEqual(512 * 2 ** 20);
  });

  test('stops the guest for the last copy: nobody reaches it then', async () => {
    const engine = await engineWith(
      host('h0'),
      large('g'),
      wanted('g', 16_384),
      host('h1', 'unschedulable: true'),
    );
    const uid = uidOf(engine, 'VirtualMachine', 'g');
    engine.world.migrate(uid, uidOf(engine, 'Host', 'h1'));
    let downMs = 0;
    while (engine.world.machine(uid)?.state === 'Migrating') {
      if (!engine.world.answers(uid)) downMs++;
      engine.world.advanceTo(engine.world.nowMs + 1);
    }
    expect(downMs).toBeGreaterThan(0);
    expect(downMs).toBe(engine.world.machine(uid)?.lastMigration?.downtimeMs);
    expect(engine.world.answers(uid)).toBe(true);
  });

  test('eight at once share the link: 8 x 16Gi over 10 Gbit/s take 110 s at least', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `g${i}`);
    const engine = await engineWith(
      host('h0'),
      ...names.flatMap((name) => [large(name), wanted(name, 16_384)]),
      host('h1', 'unschedulable: true'),
    );
    const startMs = engine.world.nowMs;
    for (const name of names) {
      engine.world.migrate(uidOf(engine, 'VirtualMachine', name), uidOf(engine, 'Host', 'h1'));
    }
    engine.world.advanceTo(startMs + 300_000);
    const ends = names.map(
      (name) => engine.world.machine(uidOf(engine, 'VirtualMachine', name))?.lastMigration?.endedAtMs ?? 0,
    );
    const lastMs = Math.max(...ends) - startMs;
    expect(lastMs).toBeGreaterThanOrEqual((8 * 16 * 2 ** 30) / 1.25e6);
    expect(lastMs).toBeLessThan(130_000);
  });

  test('whose target dies has failed: a warning, and the VM stays', async () => {
    const engine = await engineWith(
      host('h0'),
      large('g'),
      wanted('g', 16_384),
      host('h1', 'unschedulable: true'),
    );
    await engine.write(host('h1'));
    await engine.write(
      large('g').replace('metadata: {name: g,', 'metadata: {name: g, annotations: {vctl.dev/move-from: h0},'),
    );
    await engine.advance(2_000);
    expect(engine.get('VirtualMachine', 'g').status).toMatchObject({
      phase: 'Migrating',
      migrationTarget: 'h1',
    });
    engine.world.inject({ hostUid: uidOf(engine, 'Host', 'h1'), type: 'Crash' });
    await engine.advance(60_000);
    const events = engine.list('Event').map(({ reason, message }) => `${reason}: ${message}`);
    expect(events).toContain('MigrationFailed: to h1: h1 has gone down; it stays on h0');
    expect(events.filter((text) => text.startsWith('Migrated'))).toEqual([]);
    expect(engine.get('VirtualMachine', 'g').status).toMatchObject({ phase: 'Running', host: 'h0' });
  });
});
