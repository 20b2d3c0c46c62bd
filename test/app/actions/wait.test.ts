import { describe, expect, test } from 'vitest';
import { ExitCode, UserError } from '../../../src/base/errors.ts';
import { parseResources } from '../../../src/app/resources.ts';
import { runWait, type WaitReport } from '../../../src/app/actions/run-wait.ts';
import { memoryState, type State } from '../../../src/app/state.ts';
import { parseGoal, standingOf } from '../../../src/app/actions/wait-for.ts';
import { type KubeObject } from '../../../src/model/object.ts';
import { vm, xenHost } from '../../support/engine.ts';
import { applyText } from '../../support/state.ts';

const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'VirtualMachine',
  metadata: { name: 'web', generation: 2 },
  status: {
    observedGeneration: 2,
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Running', message: 'up', lastTransitionTime: '' },
      { type: 'Scheduled', status: 'False', reason: 'No', message: 'none', lastTransitionTime: '' },
    ],
  },
};

describe('what is waited for', () => {
  test.each<[string, KubeObject | undefined, boolean, string]>([
    ['condition=Ready', object, true, 'Ready is True (Running: up)'],
    ['condition=ready=true', object, true, 'Ready is True (Running: up)'],
    ['condition=Scheduled', object, false, 'Scheduled is False (No: none)'],
    ['condition=Scheduled=False', object, true, 'Scheduled is False (No: none)'],
    ['condition=Effective', object, false, 'Effective is not known yet'],
    ['condition=Ready', undefined, false, 'not there'],
    [
      'condition=Ready',
      { ...object, metadata: { name: 'web', generation: 3 } },
      false,
      'Ready was True before its last change',
    ],
    ["jsonpath='{.status.phase}'=Running", object, true, '.status.phase is Running'],
    ['jsonpath={.status.phase}="Running"', object, true, '.status.phase is Running'],
    ['jsonpath=.status.phase=Stopped', object, false, '.status.phase is Running'],
    ['jsonpath={.status.host}', object, false, '.status.host is not there'],
    ['jsonpath={.status.phase}', object, true, '.status.phase is Running'],
    ['delete', undefined, true, 'deleted'],
    ['delete', object, false, 'still there, and nobody has asked for its deletion'],
  ])('%s of %o', (goal, seen, met, text) => {
    expect(standingOf(parseGoal(goal), seen)).toEqual({ met, text });
  });

  test.each(['ready', 'condition', 'condition=', 'jsonpath=x'])('"%s" is refused', (text) => {
    expect(() => parseGoal(text)).toThrow(`"${text}" is nothing to wait for`);
  });
});

const catalogue = `kind: Hypervisor
metadata: {name: xen}
spec: {product: Xen, architecture: BareMetal, modes: [Para, Full]}
`;

async function waiting(...documents: string[]): Promise<State> {
  const state = await memoryState();
  await applyText(state, [catalogue, ...documents].map((text) => `${text}\n`).join('---\n'), { wait: false });
  return state;
}

function wait(state: State, args: readonly string[], goal: string, timeout = '5m'): Promise<WaitReport> {
  const scope = { namespace: 'default', selector: undefined };
  return runWait(state, { wanted: parseResources(args), scope, goal: parseGoal(goal), timeout });
}

describe('waiting', () => {
  test('until the VM is up, and no longer', async () => {
    const state = await waiting(xenHost('h1'), vm('web'));
    const { objects, worldMs } = await wait(state, ['vm/web'], 'condition=Ready');
    expect(objects).toMatchObject([{ name: 'virtualmachine.vctl.dev/web', met: true }]);
    expect(worldMs).toBeGreaterThan(0);
    const again = await wait(state, ['vm/web'], 'condition=Ready');
    expect(again.worldMs).toBe(0);
  });

  test('for all of a kind', async () => {
    const state = await waiting(xenHost('h1'), vm('a'), vm('b'));
    const { objects } = await wait(state, ['vm'], "jsonpath='{.status.phase}'=Running");
    expect(objects.map(({ text }) => text)).toEqual(['.status.phase is Running', '.status.phase is Running']);
  });

  test('in vain: the time is up, and it says how the object stands', async () => {
    const state = await waiting(xenHost('h1'), vm('web'));
    const failure = await wait(state, ['vm/web'], 'condition=Ready', '2s').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ exitCode: ExitCode.TimedOut });
    expect((failure as UserError).message).toContain('timed out after 2s of world time');
    expect((failure as UserError).message).toContain('virtualmachine.vctl.dev/web: Ready is False');
  });

  test('in vain: nothing is under way that could bring it about', async () => {
    const failure = await wait(await waiting(vm('web')), ['vm/web'], 'condition=Ready').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ exitCode: ExitCode.TimedOut });
    expect((failure as UserError).message).toContain('nothing is under way any more');
  });

  test('until it is deleted', async () => {
    const state = await waiting(xenHost('h1'), vm('web'));
    await wait(state, ['vm/web'], 'condition=Ready');
    const key = { kind: 'VirtualMachine', namespace: 'default', name: 'web' };
    await state.store.commit({ writes: [{ type: 'delete', key }], nowMs: 0 });
    expect((await wait(state, ['vm/web'], 'delete')).objects).toMatchObject([{ met: true, text: 'deleted' }]);
    expect(await state.store.get(key)).toBeUndefined();
    expect((await wait(state, ['vm/web'], 'delete')).worldMs).toBe(0);
  });

  test('for a selector that matches nothing', async () => {
    const request = { wanted: parseResources(['vm']), goal: parseGoal('condition=Ready'), timeout: '5m' };
    const scope = { namespace: 'default', selector: 'app=typo' };
    const state = await waiting(xenHost('h1'), vm('web'));
    await expect(runWait(state, { ...request, scope })).rejects.toThrow("no object matches -l 'app=typo'");
  });

  test('for a name that is not there', async () => {
    await expect(wait(await waiting(), ['vm/gone'], 'condition=Ready')).rejects.toThrow('not found');
  });
});
