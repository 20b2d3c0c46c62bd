import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyIn, runApply } from '../../../src/app/apply/run-apply.ts';
import { memoryState } from '../../../src/app/state.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vctl-apply-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function apply(manifest: string, seed: number): ReturnType<typeof applyIn> {
  const file = join(folder, 'world.yaml');
  writeFileSync(file, manifest);
  const request = {
    paths: [file],
    recursive: false,
    force: false,
    prune: false,
    dryRun: 'none',
    wait: false,
    timeout: '5m',
  } as const;
  return applyIn(join(folder, 'state'), {}, { create: true, seed }, request, {});
}

test('refused manifests leave no state behind, so that its seed is still free to choose', async () => {
  const refused = await apply('apiVersion: v1\nkind: Namespace\nmetadata: {nam: x}\n', 1);
  expect(refused.diagnostics.map(({ code }) => code)).toContain('UNKNOWN_FIELD');
  expect(existsSync(join(folder, 'state'))).toBe(false);
  const applied = await apply('apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n', 2);
  expect(applied.objects.map(({ name, action }) => `${name} ${action}`)).toEqual(['namespace/x created']);
});

test('what was applied and cannot come about is unmet; what others have applied is not its business', async () => {
  const state = await memoryState();
  const apply = (stdin: string): ReturnType<typeof runApply> =>
    runApply(state, {
      ...{ paths: ['-'], recursive: false, force: false, prune: false },
      ...{ dryRun: 'none', wait: true, timeout: '1h', stdin },
    });
  const vm = (name: string): string => `apiVersion: vctl.dev/v1alpha1
kind: VirtualMachine
metadata: {name: ${name}}
spec: {guest: {os: debian-12}, resources: {cpu: 1, memory: 100Gi}}
`;
  expect((await apply(vm('a'))).unmet).toEqual(['vm/default/a']);
  expect((await apply('apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n')).unmet).toEqual([]);
  expect((await apply(vm('a'))).unmet).toEqual(['vm/default/a']);
});
