import { afterAll, expect, test } from 'vitest';
import { type KubeObject } from '../../src/model/object.ts';
import { fleetText } from '../support/fleet.ts';
import { readStored } from '../support/stored.ts';
import { type RunResult, Sandbox } from '../support/vctl.ts';

const sandbox = new Sandbox();
afterAll(() => sandbox.dispose());

const fleet = { hosts: 2, machines: 20 };
for (const prefix of ['a-', 'b-', 'c-']) {
  sandbox.write(`${prefix}fleet/all.yaml`, fleetText({ ...fleet, prefix }));
}

function applyAtOnce(state: string, prefixes: readonly string[]): Promise<RunResult[]> {
  return Promise.all(
    prefixes.map((prefix) => sandbox.run(['apply', '-f', `${prefix}fleet`, '--timeout', '1h'], { state })),
  );
}

function phaseOf({ status }: KubeObject): string | undefined {
  return (status as { phase?: string } | undefined)?.phase;
}

test.each([1, 2, 3, 4])('two folders applied to a new state at the same time, round %d', async (round) => {
  const state = `round-${round}`;
  const results = await applyAtOnce(state, ['a-', 'b-']);
  expect(results).toMatchObject([
    { exit: 0, stderr: '' },
    { exit: 0, stderr: '' },
  ]);
  const { objects } = await readStored(sandbox.path(state));
  const machines = objects.filter(({ kind }) => kind === 'VirtualMachine');
  expect(machines).toHaveLength(2 * fleet.machines);
  expect(new Set(machines.map(phaseOf))).toEqual(new Set(['Running']));
  expect(objects.filter(({ kind }) => kind === 'Host').map(phaseOf)).toEqual(Array(4).fill('Ready'));
});

test('the same folder applied three times at the same time · each is done, and there is one of each object', async () => {
  const results = await applyAtOnce('same', ['c-', 'c-', 'c-']);
  expect(results.map(({ exit }) => exit)).toEqual([0, 0, 0]);
  const { objects } = await readStored(sandbox.path('same'));
  expect(objects.filter(({ kind }) => kind === 'VirtualMachine')).toHaveLength(fleet.machines);
});
