import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyIn } from '../../../src/app/apply/run-apply.ts';

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
