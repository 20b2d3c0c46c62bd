import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const script = join(import.meta.dirname, '..', '..', 'src', 'build', 'side-by-side.mjs');
const folder = mkdtempSync(join(tmpdir(), 'vctl-scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scripts = { good: 'echo fine', bad: 'echo first && echo second && exit 3' };

function run(...names: string[]): { readonly said: string; readonly code: number | null } {
  const all = { ...scripts, all: `node ${script} ${names.join(' ')}` };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'a', version: '1.0.0', scripts: all }));
  const { stdout, status } = spawnSync('npm', ['run', '--silent', 'all'], { cwd: folder, encoding: 'utf8' });
  return { said: stdout, code: status };
}

test('all succeed · so does the whole, and each is told', () => {
  expect(run('good')).toEqual({ said: 'good: passed\nfine\n', code: 0 });
});

test('one fails · so does the whole, with what it said in one piece, and the others still run', () => {
  const { said, code } = run('bad', 'good');
  expect(code).toBe(1);
  expect(said).toContain('bad: failed\nfirst\nsecond\n');
  expect(said).toContain('good: passed\nfine\n');
});
