import { describe, expect, test } from 'vitest';
import { advance, Happenings } from '../../../src/app/actions/advance.ts';
import { fault, type FaultRequest } from '../../../src/app/actions/fault.ts';
import { ExitCode } from '../../../src/base/errors.ts';
import { findCondition } from '../../../src/model/conditions.ts';
import { type KubeObject } from '../../../src/model/object.ts';
import { vm, xenHost } from '../../support/engine.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';

const onHost: FaultRequest = { kind: 'Host', name: 'one', namespace: 'default', clear: false, ...patient };

describe('fault', () => {
  test('a crash · VMs start elsewhere, and the host comes back after its time', async () => {
    const state = await stateWith(xenHost('one'), vm('a'), xenHost('two', 'unschedulable: true'));
    expect((await stored(state, 'VirtualMachine', 'a'))?.status?.host).toBe('one');
    const specs = (await stored(state, 'Host', 'one'))?.metadata.generation;
    const report = await fault(state, { ...onHost, type: 'Crash', for: '30m' });
    expect(report.objects[0]?.action).toBe('crashed for 30m');
    const crashed = await stored(state, 'Host', 'one');
    expect(findCondition(crashed?.status?.conditions, 'Ready')?.reason).toBe('Crashed');
    expect(crashed?.metadata.generation, 'no object is written by hand').toBe(specs);
    expect((await stored(state, 'VirtualMachine', 'a'))?.status?.phase).toBe('Pending');
    await advance(state, '40m');
    expect((await stored(state, 'VirtualMachine', 'a'))?.status).toMatchObject({
      phase: 'Running',
      host: 'one',
    });
  });

  test('without waiting · already durable', async () => {
    const state = await stateWith(xenHost('one'));
    const report = await fault(state, { ...onHost, type: 'NetworkLoss', wait: false });
    expect(report.run).toBeUndefined();
    await advance(state, '49s');
    expect((await stored(state, 'Host', 'one'))?.status?.phase).toBe('Ready');
    await advance(state, '1s');
    expect((await stored(state, 'Host', 'one'))?.status?.phase).toBe('NotReady');
  });

  test('cleared · ready again', async () => {
    const state = await stateWith(xenHost('one'));
    await fault(state, { ...onHost, type: 'Slow', speed: 0.25 });
    const slow = findCondition((await stored(state, 'Host', 'one'))?.status?.conditions, 'Ready');
    expect(slow?.message).toContain('25 % of its speed');
    expect((await fault(state, { ...onHost, clear: true })).objects[0]?.action).toBe('repaired');
    expect((await fault(state, { ...onHost, clear: true })).objects[0]?.action).toBe('has no fault');
    const well = findCondition((await stored(state, 'Host', 'one'))?.status?.conditions, 'Ready');
    expect(well?.message).toBe('one is on');
  });

  test.each<[string, Partial<FaultRequest>]>([
    ['of a VM', { kind: 'VirtualMachine', name: 'a', type: 'Crash' }],
    ['without a type', {}],
    ['a type and --clear', { type: 'Crash', clear: true }],
    ['a speed for a crash', { type: 'Crash', speed: 0.5 }],
    ['no speed at all', { type: 'Slow', speed: 0 }],
    ['a speed that is no number', { type: 'Slow', speed: NaN }],
    ['a duration that is none', { type: 'Crash', for: 'soon' }],
  ])('refused: %s', async (_name, asked) => {
    const state = await stateWith(xenHost('one'), vm('a'));
    await expect(fault(state, { ...onHost, ...asked })).rejects.toMatchObject({ exitCode: ExitCode.Usage });
  });

  test('of a VM · names its host', async () => {
    const state = await stateWith(xenHost('one'), vm('a'));
    await expect(
      fault(state, { ...onHost, kind: 'VirtualMachine', name: 'a', type: 'Slow' }),
    ).rejects.toMatchObject({
      nextSteps: expect.arrayContaining(['vctl fault host/one --type Slow']) as string[],
    });
  });
});

describe('advance', () => {
  test('moves world time by what was asked for, and counts what happened', async () => {
    const state = await stateWith(xenHost('one'), vm('a'));
    await fault(state, { ...onHost, type: 'Crash', for: '10m', wait: false });
    const report = await advance(state, '1h');
    expect(report.worldMs).toBe(3_600_000);
    expect(report.events).toMatchObject({ HostReady: 1, Running: 1 });
    expect(report.summary.machines.byPhase).toEqual({ Running: 1 });
    expect((await advance(state, '1h')).events).toEqual({});
  });

  test('interrupted · what has passed is kept', async () => {
    const state = await stateWith(xenHost('one'), vm('a'));
    const controller = new AbortController();
    const report = await advance(state, '1h', {
      signal: controller.signal,
      onTurn: () => controller.abort(),
    });
    expect(report.outcome.type).toBe('interrupted');
    expect((await advance(state, '1m')).worldMs).toBe(60_000);
  });

  test('counts an event by how much its count grew, and decisions that a history gained', () => {
    const record = new Happenings();
    const event = (count: number): KubeObject =>
      ({ apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, reason: 'Scaled', count }) as KubeObject;
    const policy = (...tos: string[]): KubeObject => ({
      apiVersion: 'v',
      kind: 'ScalingPolicy',
      metadata: { name: 'web', namespace: 'default' },
      status: { history: tos.map((to) => ({ time: `t${to}`, from: '1', to, reason: 'r' })) },
    });
    record.note(event(5), event(3));
    record.note(event(1), undefined);
    record.note(policy('2', '3'), undefined);
    record.note(policy('3', '4'), policy('2', '3'));
    expect(record.summary()).toEqual({
      events: { Scaled: 3 },
      decisions: [{ time: 't4', policy: 'sp/default/web', from: '1', to: '4', reason: 'r' }],
    });
  });
});
