import { describe, expect, test } from 'vitest';
import {
  rollout,
  rolloutHistory,
  type RolloutRequest,
  templateText,
} from '../../../src/app/actions/rollout.ts';
import { rolloutStatus } from '../../../src/app/actions/rollout-status.ts';
import { type State } from '../../../src/app/state.ts';
import { ExitCode } from '../../../src/base/errors.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';
import { xenHost } from '../../support/engine.ts';
import { applyText } from '../../support/state.ts';

function pool(build: string, cpu = 1, spec = ''): string {
  return `kind: VirtualMachinePool
metadata: {name: web, annotations: {kubernetes.io/change-cause: to ${build}}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true, build: ${build}}, resources: {cpu: ${cpu}, memory: 1Gi}}}
  ${spec}`;
}

const target = { kind: 'VirtualMachinePool', name: 'web', namespace: 'default' } as const;

async function ask(state: State, verb: RolloutRequest['verb'], toRevision?: number): Promise<string> {
  const { objects } = await rollout(state, { ...target, ...patient, verb, toRevision });
  return objects.map(({ action }) => action).join();
}

async function machines(state: State): Promise<{ names: string; builds: string }> {
  const { items } = await state.store.list('VirtualMachine');
  const specs = items as readonly { spec?: { guest: { build: string } } }[];
  const names = items.map(({ metadata }) => metadata.name).join(' ');
  return { names, builds: specs.map(({ spec }) => spec?.guest.build).join(' ') };
}

describe('undo', () => {
  test('to the one before, and to any by number, with its size', async () => {
    const state = await stateWith(xenHost('one'), pool('a'));
    await applyText(state, pool('b', 2));
    await applyText(state, pool('c', 2));
    expect(await ask(state, 'undo')).toBe('back to revision 2');
    expect((await machines(state)).builds).toBe('b b');
    expect(await ask(state, 'undo', 1)).toBe('back to revision 1');
    expect((await machines(state)).builds).toBe('a a');
    const web = await stored(state, 'VirtualMachinePool', 'web');
    expect(web?.spec.template.spec.resources.cpu).toBe('1');
    expect(web?.metadata.annotations).toEqual({ 'kubernetes.io/change-cause': 'to a' });
    const history = await rolloutHistory(state, target);
    expect(history.map(({ number, changeCause }) => `${number} ${changeCause}`)).toEqual([
      '3 to c',
      '4 to b',
      '5 to a',
    ]);
    expect(templateText('web', history, 3)).toContain('build: c');
    expect(await ask(state, 'undo', 5)).toBe('unchanged');
  });

  test.each([
    ['nothing before', undefined, 'no earlier revision'],
    ['no such revision', 7, 'no revision 7'],
  ])('%s · refused', async (_name, number, message) => {
    const state = await stateWith(xenHost('one'), pool('a'));
    await expect(ask(state, 'undo', number)).rejects.toThrow(message);
  });
});

test('restart · other VMs from the same template, as often as asked', async () => {
  const state = await stateWith(xenHost('one'), pool('a'));
  const before = await machines(state);
  expect(await ask(state, 'restart')).toBe('restarted');
  const after = await machines(state);
  expect(after.builds).toBe('a a');
  expect(after.names).not.toBe(before.names);
  const quick = { ...target, wait: false, timeout: '1h', verb: 'restart' } as const;
  for (let i = 0; i < 2; i++) {
    expect((await rollout(state, quick)).objects).toMatchObject([{ action: 'restarted' }]);
  }
});

test('pause and resume · idempotent; a paused pool is neither restarted nor taken back', async () => {
  const state = await stateWith(xenHost('one'), pool('a'));
  expect(await ask(state, 'pause')).toBe('paused');
  expect(await ask(state, 'pause')).toBe('unchanged');
  await applyText(state, pool('b'));
  expect((await machines(state)).builds).toBe('a a');
  await expect(ask(state, 'restart')).rejects.toThrow('is paused');
  await expect(ask(state, 'undo')).rejects.toThrow('is paused');
  await expect(rolloutStatus(state, { ...target, ...patient })).rejects.toThrow('spec.paused is true');
  expect(await ask(state, 'resume')).toBe('resumed');
  expect((await machines(state)).builds).toBe('b b');
});

describe('status', () => {
  test('complete · nothing runs', async () => {
    const state = await stateWith(xenHost('one'), pool('a'));
    expect(await rolloutStatus(state, { ...target, ...patient })).toMatchObject({
      state: 'Complete',
      worldMs: 0,
    });
  });

  test('no progress · waits for the deadline and fails', async () => {
    const state = await stateWith(xenHost('one'), pool('a'));
    await applyText(state, pool('b', 99));
    const asked = rolloutStatus(state, { ...target, ...patient });
    await expect(asked).rejects.toMatchObject({ exitCode: ExitCode.Failure });
    await expect(asked).rejects.toThrow('no progress for 10m with revision 2');
  });

  test('a size for which there is no room · fails at once, and is complete when it is taken back', async () => {
    const state = await stateWith(xenHost('one'), pool('a'));
    await applyText(state, pool('a', 99));
    expect((await stored(state, 'VirtualMachinePool', 'web'))?.status).toMatchObject({
      readyReplicas: 2,
      updatedReplicas: 0,
    });
    const asked = rolloutStatus(state, { ...target, ...patient });
    await expect(asked).rejects.toMatchObject({ exitCode: ExitCode.Failure });
    await expect(asked).rejects.toThrow(/web-[a-z0-9]+: it keeps its size: its host has no room/);
    await applyText(state, pool('a', 2));
    expect(await rolloutStatus(state, { ...target, ...patient })).toMatchObject({ state: 'Complete' });
  });

  test('gone back by itself · fails; the mended manifest is applied without a conflict', async () => {
    const state = await stateWith(xenHost('one'), pool('a', 1, 'rollback: Automatic'));
    await applyText(state, pool('b', 99, 'rollback: Automatic'));
    await expect(rolloutStatus(state, { ...target, ...patient })).rejects.toThrow('revision 2 made no');
    await applyText(state, pool('c', 1, 'rollback: Automatic'));
    expect(await rolloutStatus(state, { ...target, ...patient })).toMatchObject({ state: 'Complete' });
    expect((await machines(state)).builds).toBe('c c');
  });

  test('another kind · a mistake', async () => {
    const state = await stateWith(xenHost('one'));
    const asked = rolloutStatus(state, { kind: 'Host', name: 'one', namespace: '', ...patient });
    await expect(asked).rejects.toMatchObject({ exitCode: ExitCode.Usage });
  });
});
