import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../support/vctl.ts';

const sandbox = new Sandbox();
afterAll(() => sandbox.dispose());

/** All that a state holds and all that has happened in it, as text. */
async function everything(state: string): Promise<string> {
  const objects = await sandbox.ok(['get', 'all', '-A', '-o', 'yaml', '--show-managed-fields'], { state });
  const events = await sandbox.ok(['get', 'events', '-A', '-o', 'yaml'], { state });
  return objects + events;
}

async function apply(state: string, ...flags: readonly string[]): Promise<string> {
  const said = await sandbox.ok(['apply', '-f', 'manifests/quickstart', ...flags], { state });
  return said.replace(/\d+\.\d+ s here/, '');
}

beforeAll(async () => {
  const [first, second] = await Promise.all([apply('first'), apply('second')]);
  expect(first).toBe(second);
});

test('the same manifests into two new states · the same bytes', async () => {
  const first = await everything('first');
  expect(first).toContain('kind: VirtualMachine\n');
  expect(first).toContain('kind: Event\n');
  expect(await everything('second')).toBe(first);
});

test('the same six hours later', async () => {
  await sandbox.ok(['advance', '6h'], { state: 'first' });
  await sandbox.ok(['advance', '6h'], { state: 'second' });
  expect(await everything('second')).toBe(await everything('first'));
});

test('another seed · another course of things', async () => {
  const other = await apply('other', '--seed', '2');
  expect(other).not.toBe(await apply('third'));
  expect(await everything('other')).not.toBe(await everything('third'));
});

test('the seed that a state has by default · the same as naming it', async () => {
  await apply('named', '--seed', '1');
  await apply('unnamed');
  expect(await everything('named')).toBe(await everything('unnamed'));
});
