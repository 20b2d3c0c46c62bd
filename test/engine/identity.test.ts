import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../support/engine.ts';

const pool =
  'kind: VirtualMachinePool\nmetadata: {name: web}\nspec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12}, resources: {cpu: 1, memory: 1Gi}}}}';
const documents = [xenHost('a'), xenHost('b'), vm('x'), vm('y'), pool];

/** Names, uids and times of what ran, in whatever order it was written. */
async function outcome(texts: readonly string[]): Promise<unknown> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, ...texts].join('\n---\n'));
  await engine.settle();
  return engine
    .list('VirtualMachine')
    .map(({ metadata, status }) => [metadata.name, metadata.uid, status?.host, status?.startedAt]);
}

test('the order of what is written changes nothing: not names, not uids, not times', async () => {
  expect(await outcome([...documents].reverse())).toEqual(await outcome(documents));
});

test('an object that has nothing to do with the others changes nothing for them', async () => {
  const other = 'kind: Namespace\nmetadata: {name: other}';
  expect(await outcome([other, ...documents])).toEqual(await outcome(documents));
});
