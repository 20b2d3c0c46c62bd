import { describe, expect, test } from 'vitest';
import { fault } from '../../../src/app/actions/fault.ts';
import { power, type PowerVerb } from '../../../src/app/actions/power.ts';
import { scale, type ScaleRequest } from '../../../src/app/actions/scale.ts';
import { type State } from '../../../src/app/state.ts';
import { ExitCode } from '../../../src/base/errors.ts';
import { type VirtualMachine } from '../../../src/model/kinds/index.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';
import { vm, xenHost } from '../../support/engine.ts';
import { put } from '../../support/state.ts';

async function ask(state: State, verb: PowerVerb, ...names: string[]): Promise<string | undefined> {
  const report = await power(state, { verb, names, namespace: 'default', ...patient });
  return report.objects.map(({ action }) => action).join();
}

async function machine(state: State, name = 'a'): Promise<VirtualMachine> {
  const found = await stored(state, 'VirtualMachine', name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const pool = `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 1Gi}}}`;

async function firstMember(state: State): Promise<string> {
  return (await state.store.list('VirtualMachine')).items[0]?.metadata.name ?? '';
}

describe('start, stop, restart', () => {
  test('Always · stop makes it Halted, start Always again', async () => {
    const state = await stateWith(xenHost('one'), vm('a'));
    expect(await ask(state, 'stop', 'a')).toBe('stopped');
    expect(await machine(state)).toMatchObject({
      spec: { runPolicy: 'Halted' },
      status: { phase: 'Stopped' },
    });
    expect(await ask(state, 'stop', 'a')).toBe('unchanged');
    expect(await ask(state, 'start', 'vm/a')).toBe('started');
    expect(await machine(state)).toMatchObject({
      spec: { runPolicy: 'Always' },
      status: { phase: 'Running' },
    });
    expect(await ask(state, 'start', 'a', 'a')).toBe('unchanged');
  });

  test('Manual · keeps its policy and is switched by hand', async () => {
    const state = await stateWith(xenHost('one'), vm('a', 'runPolicy: Manual'));
    await ask(state, 'start', 'a');
    expect(await machine(state)).toMatchObject({
      spec: { runPolicy: 'Manual' },
      status: { phase: 'Running' },
    });
    await ask(state, 'stop', 'a');
    expect(await machine(state)).toMatchObject({
      spec: { runPolicy: 'Manual' },
      status: { phase: 'Stopped' },
    });
  });

  test('Manual and failed with its host · start runs it again, once', async () => {
    const state = await stateWith(xenHost('one'), vm('a', 'runPolicy: Manual'));
    await ask(state, 'start', 'a');
    await fault(state, { kind: 'Host', name: 'one', namespace: '', clear: false, type: 'Crash', ...patient });
    expect((await machine(state)).status?.phase).toBe('Failed');
    await fault(state, { kind: 'Host', name: 'one', namespace: '', clear: true, ...patient });
    expect((await machine(state)).status?.phase).toBe('Failed');
    const restarts = (await machine(state)).status?.restarts ?? 0;
    await ask(state, 'start', 'a');
    expect((await machine(state)).status).toMatchObject({ phase: 'Running', restarts: restarts + 1 });
    expect(await ask(state, 'start', 'a')).toBe('unchanged');
  });

  test('restart · boots again, each time it is asked for', async () => {
    const state = await stateWith(xenHost('one'), vm('a'));
    await ask(state, 'restart', 'a');
    await ask(state, 'restart', 'a');
    expect((await machine(state)).status).toMatchObject({ phase: 'Running', restarts: 2 });
  });

  test('of a pool · stop and start are its affair, restart is allowed', async () => {
    const state = await stateWith(xenHost('one'), pool);
    const name = await firstMember(state);
    await expect(ask(state, 'stop', name)).rejects.toMatchObject({
      exitCode: ExitCode.Refused,
      nextSteps: [
        expect.stringContaining('vctl scale vmp/web'),
        `or restart it: vctl restart ${name}`,
      ] as string[],
    });
    expect(await ask(state, 'restart', name)).toBe('restarted');
    expect((await machine(state, name)).status?.restarts).toBe(1);
  });

  test.each<[string, PowerVerb, string[], object]>([
    ['a restart of one that is off', 'restart', ['off'], { exitCode: ExitCode.Refused }],
    ['one of several', 'restart', ['a', 'off'], { exitCode: ExitCode.Refused }],
    ['nobody', 'stop', [], { exitCode: ExitCode.Usage }],
    ['another kind', 'stop', ['host/one'], { exitCode: ExitCode.Usage }],
    ['one that is not there', 'stop', ['nope'], { reason: 'NotFound' }],
  ])('refused: %s', async (_name, verb, names, error) => {
    const state = await stateWith(xenHost('one'), vm('a'), vm('off', 'runPolicy: Halted'));
    const before = await state.store.revision();
    await expect(ask(state, verb, ...names)).rejects.toMatchObject(error);
    expect(await state.store.revision()).toBe(before);
  });
});

describe('scale', () => {
  const request: ScaleRequest = {
    kind: 'VirtualMachinePool',
    name: 'web',
    namespace: 'default',
    replicas: 3,
    ...patient,
  };

  test('the pool follows', async () => {
    const state = await stateWith(xenHost('one'), pool);
    const report = await scale(state, { ...request, currentReplicas: 2 });
    expect(report).toMatchObject({ warnings: [], run: { outcome: { type: 'settled' } } });
    expect((await stored(state, 'VirtualMachinePool', 'web'))?.status?.readyReplicas).toBe(3);
  });

  test.each<[string, Partial<ScaleRequest>, object]>([
    ['the count is another', { currentReplicas: 5 }, { exitCode: ExitCode.Conflict }],
    ['a kind without a count', { kind: 'VirtualMachine' }, { exitCode: ExitCode.Usage }],
    ['less than nothing', { replicas: -1 }, { exitCode: ExitCode.Usage }],
    ['no such pool', { name: 'nope' }, { reason: 'NotFound' }],
  ])('refused: %s', async (_name, asked, error) => {
    const state = await stateWith(xenHost('one'), pool);
    await expect(scale(state, { ...request, ...asked })).rejects.toMatchObject(error);
    expect((await stored(state, 'VirtualMachinePool', 'web'))?.spec.replicas).toBe(2);
  });

  test('under a policy · warns that it will be set again', async () => {
    const state = await stateWith(xenHost('one'), pool);
    await put(
      state,
      'kind: ScalingPolicy\nmetadata: {name: grow}\nspec: {target: {kind: VirtualMachinePool, name: web}, horizontal: {minReplicas: 1, maxReplicas: 4}}',
    );
    const warned: unknown[] = [];
    await scale(state, { ...request, wait: false }, { onWritten: ({ warnings }) => warned.push(warnings) });
    expect(warned).toEqual([['sp/default/grow scales vmp/default/web and will set its count again']]);
  });
});
