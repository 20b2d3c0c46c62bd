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

/** A guest that uses all of its 16Gi, on its way from h0 to h1. */
async function moving(): Promise<{ engine: TestEngine; uid: string }> {
  const engine = await engineWith(
    host('h0'),
    large('g'),
    wanted('g', 16_384),
    host('h1', 'unschedulable: true'),
  );
  await engine.write(host('h1'));
  const moved = large('g').replace(
    'metadata: {name: g,',
    'metadata: {name: g, annotations: {vctl.dev/move-from: h0},',
  );
  await engine.write(moved);
  await engine.advance(2_000);
  expect(engine.get('VirtualMachine', 'g').status?.phase).toBe('Migrating');
  return { engine, uid: uidOf(engine, 'VirtualMachine', 'g') };
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
    const { engine } = await moving();
    expect(engine.get('VirtualMachine', 'g').status?.migrationTarget).toBe('h1');
    engine.world.inject({ hostUid: uidOf(engine, 'Host', 'h1'), type: 'Crash' });
    await engine.advance(60_000);
    const events = engine.list('Event').map(({ reason, message }) => `${reason}: ${message}`);
    expect(events).toContain('MigrationFailed: to h1: h1 has gone down; it stays on h0');
    expect(events.filter((text) => text.startsWith('Migrated'))).toEqual([]);
    expect(engine.get('VirtualMachine', 'g').status).toMatchObject({ phase: 'Running', host: 'h0' });
  });
});

describe('rounds, as the links change', () => {
  const seconds = (ms: number): number => ms / 1000;
  const link = 1.25e9;

  async function eight(): Promise<{ engine: TestEngine; names: string[]; move: (name: string) => void }> {
    const names = Array.from({ length: 8 }, (_, i) => `g${i}`);
    const engine = await engineWith(
      host('h0'),
      ...names.flatMap((name) => [large(name), wanted(name, 16_384)]),
      host('h1', 'unschedulable: true'),
    );
    const target = uidOf(engine, 'Host', 'h1');
    return {
      engine,
      names,
      move: (name) => void engine.world.migrate(uidOf(engine, 'VirtualMachine', name), target),
    };
  }
  const took = (engine: TestEngine, name: string): number => {
    const last = engine.world.machine(uidOf(engine, 'VirtualMachine', name))?.lastMigration;
    return seconds((last?.endedAtMs ?? NaN) - (last?.startedAtMs ?? NaN));
  };

  test('four, and four more in their midst: the link is always full, and nobody is faster than alone', async () => {
    const { engine, names, move } = await eight();
    const startMs = engine.world.nowMs;
    names.slice(0, 4).forEach(move);
    engine.world.advanceTo(startMs + 20_000);
    names.slice(4).forEach(move);
    engine.world.advanceTo(startMs + 300_000);
    const alone = (16 * 2 ** 30) / link;
    const all = names.map((name) => took(engine, name));
    for (const one of all) expect(one).toBeGreaterThan(4 * alone);
    // By hand: 20 s of a quarter of the link each, then an eighth each.
    const firsts = 20 + 8 * (alone - 20 / 4);
    for (const one of all.slice(0, 4)) expect(one).toBeCloseTo(firsts, 0);
    const ends = names.map(
      (name) => engine.world.machine(uidOf(engine, 'VirtualMachine', name))?.lastMigration?.endedAtMs ?? NaN,
    );
    expect(seconds(Math.max(...ends) - startMs)).toBeCloseTo(8 * alone, 0);
  });

  test('one that ends leaves its share to the other', async () => {
    const { engine, move } = await eight();
    const startMs = engine.world.nowMs;
    move('g0');
    engine.world.advanceTo(startMs + 5_000);
    move('g1');
    engine.world.advanceTo(startMs + 300_000);
    const alone = (16 * 2 ** 30) / link;
    expect(took(engine, 'g0')).toBeCloseTo(5 + 2 * (alone - 5), 1);
    expect(took(engine, 'g1')).toBeCloseTo(2 * alone - 5, 1);
  });

  test('a guest that writes has more to send again when the link gets narrower', async () => {
    const busy =
      'kind: Traffic\nmetadata: {name: busy}\nspec: {to: {kind: VirtualMachine, name: g0}, unit: Cpu, pattern: {constant: 1}, noise: None}';
    const sent = async (others: number): Promise<{ sentBytes: number; rounds: number }> => {
      const { engine, names, move } = await eight();
      await engine.write(busy);
      await engine.advance(60_000);
      move('g0');
      names.slice(1, 1 + others).forEach(move);
      engine.world.advanceTo(engine.world.nowMs + 600_000);
      const last = engine.world.machine(uidOf(engine, 'VirtualMachine', 'g0'))?.lastMigration;
      return { sentBytes: last?.sentBytes ?? NaN, rounds: last?.rounds ?? NaN };
    };
    const [quiet, crowded] = [await sent(0), await sent(7)];
    expect(crowded.sentBytes).toBeGreaterThan(quiet.sentBytes * 1.05);
    expect(crowded.rounds).toBeGreaterThanOrEqual(quiet.rounds);
  });
});

describe('in the midst of a migration', () => {
  test('the VM is deleted: it goes once it has arrived, and holds no place anywhere', async () => {
    const { engine } = await moving();
    await engine.delete('VirtualMachine', 'g');
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.list('VirtualMachine')).toEqual([]);
    for (const one of ['h0', 'h1']) {
      expect(engine.get('Host', one).status).toMatchObject({ virtualMachines: 0, allocated: { cpu: '0' } });
    }
  });

  test('it is to be off: it stops where it arrives', async () => {
    const { engine } = await moving();
    await engine.write(large('g').replace('placement', 'runPolicy: Halted, placement'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.get('VirtualMachine', 'g').status).toMatchObject({ phase: 'Stopped', host: 'h1' });
  });

  test('the wish to move is taken back: what is under way arrives, and stays there', async () => {
    const { engine } = await moving();
    await engine.write(large('g').replace('metadata: {name: g,', 'metadata: {name: g, annotations: {},'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.get('VirtualMachine', 'g').status).toMatchObject({ phase: 'Running', host: 'h1' });
    expect(engine.get('VirtualMachine', 'g').status?.migrationTarget).toBeUndefined();
  });

  test('its source dies: it is lost, and starts anew once that is noticed', async () => {
    const { engine, uid } = await moving();
    engine.world.inject({ hostUid: uidOf(engine, 'Host', 'h0'), type: 'Crash' });
    await engine.advance(49_000);
    expect(engine.get('VirtualMachine', 'g').status?.phase).toBe('Migrating');
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.get('VirtualMachine', 'g').status).toMatchObject({ phase: 'Running', host: 'h1' });
    expect(engine.world.machine(uid)?.bootCount).toBe(1);
    const reasons = engine.list('Event').map(({ reason }) => reason);
    expect(reasons).toContain('HostLost');
    expect(reasons).not.toContain('Migrated');
  });

  test('its source is cut off: the migration has failed, and is made once that is back', async () => {
    const { engine } = await moving();
    engine.world.inject({ hostUid: uidOf(engine, 'Host', 'h0'), type: 'NetworkLoss', forMs: 200_000 });
    await engine.advance(120_000);
    expect(engine.get('VirtualMachine', 'g').status).toMatchObject({ phase: 'Running', host: 'h0' });
    expect(engine.condition(engine.get('VirtualMachine', 'g'), 'Ready')).toBe('False HostUnreachable');
    await engine.settle();
    await engine.advance(200_000);
    expect(engine.get('VirtualMachine', 'g').status).toMatchObject({ phase: 'Running', host: 'h1' });
    expect(engine.list('Event').map(({ reason }) => reason)).toContain('MigrationFailed');
  });
});
