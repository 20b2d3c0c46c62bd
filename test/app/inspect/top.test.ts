import { expect, test } from 'vitest';
import { runTop, topTable, type TopRequest } from '../../../src/app/inspect/top.ts';
import { memoryState, type State } from '../../../src/app/state.ts';
import { Engine } from '../../../src/app/engine.ts';
import { renderTable } from '../../../src/output/table.ts';
import { vm, xenHost } from '../../support/engine.ts';
import { applyText } from '../../support/state.ts';

const manifests = [
  `kind: Hypervisor
metadata: {name: xen}
spec: {product: Xen, architecture: BareMetal, modes: [Para, Full], reserved: {cpu: 250m, memory: 512Mi}}`,
  xenHost('h1'),
  vm('idle'),
  vm('busy', 'profile: Compute', 'app: busy'),
  vm('off', 'runPolicy: Halted'),
  `kind: Traffic
metadata: {name: load}
spec: {to: {kind: VirtualMachine, name: busy}, unit: Cpu, noise: None, pattern: {constant: 0.5}}`,
].map((text) => `${text}\n`);

async function loaded(): Promise<State> {
  const state = await memoryState();
  await applyText(state, manifests.join('---\n'));
  const engine = await Engine.start(state);
  await engine.advance(60_000);
  await engine.stop();
  return state;
}

test('usage from the world as it was saved', async () => {
  const state = await loaded();
  const revision = await state.store.revision();
  const text = async (request: Partial<TopRequest> & Pick<TopRequest, 'of'>): Promise<string> => {
    const report = await runTop(state, { namespace: 'default', sortBy: 'name', ...request });
    return renderTable(topTable(report, request.namespace === undefined && 'namespace' in request));
  };
  expect(await text({ of: 'vms', sortBy: 'cpu' })).toMatchInlineSnapshot(`
    "NAME         CPU   CPU%      MEMORY   MEMORY%   REQ/S   HOST
    busy         0.5    50%       1.3Gi       65%       0   h1
    idle           0     0%         1Gi       50%       0   h1
    off    <unknown>          <unknown>
    "
  `);
  expect(await text({ of: 'vm', selector: 'app=busy', namespace: undefined })).toMatchInlineSnapshot(`
    "NAMESPACE   NAME   CPU   CPU%   MEMORY   MEMORY%   REQ/S   HOST
    default     busy   0.5    50%    1.3Gi       65%       0   h1
    "
  `);
  expect(await text({ of: 'hosts' })).toMatchInlineSnapshot(`
    "NAME    CPU   CPU%   MEMORY   MEMORY%   VMS   WATTS
    h1     0.75     9%    4.1Gi       13%     2   135.3
    "
  `);
  expect(await state.store.revision()).toBe(revision);
});

test('of a state whose world never ran', async () => {
  const state = await memoryState();
  await applyText(state, manifests.join('---\n'), { wait: false });
  const report = await runTop(state, { of: 'vms', namespace: 'default', sortBy: 'memory' });
  expect(report.items.map(({ name, cpuMillis }) => [name, cpuMillis])).toEqual([
    ['busy', undefined],
    ['idle', undefined],
    ['off', undefined],
  ]);
});

test('of what has no usage', async () => {
  const request = { of: 'tenant', namespace: undefined, sortBy: 'name' } as const;
  await expect(runTop(await memoryState(), request)).rejects.toThrow('there is no usage of tenant');
});
