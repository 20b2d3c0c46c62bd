import { expect, test } from 'vitest';
import { parseTaintChange, taintHosts } from '../../../src/app/actions/taint.ts';
import { ExitCode } from '../../../src/base/errors.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';
import { vm, xenHost } from '../../support/engine.ts';

const old = 'taints: [{key: a, value: "1", effect: NoSchedule}, {key: a, effect: PreferNoSchedule}]';
const first = { key: 'a', value: '1', effect: 'NoSchedule' };
const second = { key: 'a', effect: 'PreferNoSchedule' };

test.each<[string, string, boolean, object[]]>([
  ['adds', 'one b=2:NoSchedule', false, [first, second, { key: 'b', value: '2', effect: 'NoSchedule' }]],
  ['adds without a value', 'one b:NoExecute', false, [first, second, { key: 'b', effect: 'NoExecute' }]],
  ['an empty value', 'host/one b=:NoSchedule', false, [first, second, { key: 'b', effect: 'NoSchedule' }]],
  ['the same again', 'one a=1:NoSchedule', false, [first, second]],
  ['another value', 'one a=2:NoSchedule', true, [{ ...first, value: '2' }, second]],
  ['takes away every effect', 'one a-', false, []],
  ['takes away one effect', 'one a:NoSchedule-', false, [second]],
  ['takes away what is not there', 'one z-', false, [first, second]],
])('%s', async (_name, words, overwrite, taints) => {
  const state = await stateWith(xenHost('one', old));
  await taintHosts(state, { words: words.split(' '), overwrite, ...patient });
  expect((await stored(state, 'Host', 'one'))?.spec.taints).toEqual(taints);
});

test('several hosts, by name and by labels, and their VMs leave', async () => {
  const state = await stateWith(xenHost('one'), xenHost('two'), xenHost('three'), vm('a'));
  const home = (await stored(state, 'VirtualMachine', 'a'))?.status?.host;
  const report = await taintHosts(state, {
    words: ['one', 'two', 'out=:NoExecute'],
    overwrite: false,
    ...patient,
  });
  expect(home).toBe('one');
  expect(report.objects.map(({ name, action }) => `${name} ${action}`)).toEqual([
    'host.vctl.dev/one tainted',
    'host.vctl.dev/two tainted',
  ]);
  expect((await stored(state, 'VirtualMachine', 'a'))?.status).toMatchObject({
    host: 'three',
    phase: 'Running',
  });
});

test.each<[string, string, object]>([
  ['no change', 'one', { exitCode: ExitCode.Usage }],
  ['no host', 'a=1:NoSchedule', { exitCode: ExitCode.Usage }],
  ['no such host', 'nope a=1:NoSchedule', { reason: 'NotFound' }],
  ['another value', 'one a=2:NoSchedule', { exitCode: ExitCode.Conflict }],
])('refused: %s', async (_name, words, error) => {
  const state = await stateWith(xenHost('one', old));
  const before = await state.store.revision();
  const asked = taintHosts(state, { words: words.split(' '), overwrite: false, ...patient });
  await expect(asked).rejects.toMatchObject(error);
  expect(await state.store.revision()).toBe(before);
});

test.each(['a=1', '=1:NoSchedule', 'a=1:Nonsense', 'a=1-', ':NoExecute', 'a:-'])('cannot read %s', (word) => {
  expect(() => parseTaintChange(word)).toThrow(word);
});
