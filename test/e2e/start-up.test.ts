/** What a command has to load before it can begin, counted: files and bytes, as these cost every call of it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const dist = join(import.meta.dirname, '..', '..', 'dist');
const staticImport = /(?:import|export)\s*(?:[\w*${}\s,]+from\s*)?"(\.[^"]+)"/g;

/** The files that are loaded with these, and their texts. */
function loadedWith(...names: readonly string[]): Map<string, string> {
  const loaded = new Map<string, string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    const text = readFileSync(file, 'utf8');
    loaded.set(file, text);
    for (const [, path = ''] of text.matchAll(staticImport)) load(join(dirname(file), path));
  };
  for (const name of names) load(join(dist, name));
  return loaded;
}

function bytes(loaded: ReadonlyMap<string, string>): number {
  return [...loaded.values()].reduce((sum, text) => sum + text.length, 0);
}

test.each([
  ['version', 10, 460_000],
  ['get', 32, 580_000],
])('%s · loads few files and bytes', (command, files, most) => {
  const loaded = loadedWith('main.js', `commands/${command}.js`);
  expect(loaded.size).toBeLessThanOrEqual(files);
  expect(bytes(loaded)).toBeLessThanOrEqual(most);
});

test('tables need neither schemas nor the YAML library', () => {
  for (const command of ['get', 'top', 'version']) {
    const text = [...loadedWith('main.js', `commands/${command}.js`).values()].join('\n');
    expect(text).not.toContain('x-kubernetes-validations');
    expect(text).not.toContain('YAMLParseError');
  }
});

test("what oclif needs for help or for a developer's checkout runs only then", () => {
  const text = [...loadedWith('main.js').values()].join('\n');
  expect(text).toMatch(/tinyglobby_1=__lazily\(/);
  expect(text).toMatch(/ejs_1=__lazily\(/);
});
