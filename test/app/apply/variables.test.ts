import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { load } from '../../../src/app/apply/run-apply.ts';
import { asSync } from '../../../src/app/apply/variables.ts';

const folder = mkdtempSync(join(tmpdir(), 'vctl-vars-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const sync = file(
  'sync.yaml',
  'apiVersion: vctl.dev/v1alpha1\nkind: Sync\nmetadata: {name: s}\nspec: {source: {repo: /r, exclude: [docs/]}, substitute: {COUNT: 3, ZONE: a}}\n',
);

test.each<readonly [string, readonly string[], string | undefined, object]>([
  ['nothing', [], undefined, {}],
  [
    'types as in YAML',
    ['A=3', 'B=0.5', 'C=true', 'D=007', 'E=', 'F=a=b'],
    undefined,
    { variables: { A: 3, B: 0.5, C: true, D: '007', E: '', F: 'a=b' } },
  ],
  ['of a Sync', [], sync, { variables: { COUNT: 3, ZONE: 'a' }, exclude: ['docs/'] }],
  ['the flag goes before', ['ZONE=b'], sync, { variables: { COUNT: 3, ZONE: 'b' }, exclude: ['docs/'] }],
])('%s', (_name, assignments, from, expected) => {
  expect(asSync(assignments, from)).toEqual(expected);
});

test.each([
  [['A'], undefined, '--set-var A is not NAME=VALUE'],
  [['1A=2'], undefined, 'is not NAME=VALUE'],
  [[], join(folder, 'none.yaml'), 'no such file'],
  [[], file('two.yaml', 'kind: Host\n---\nkind: Host\n'), 'holds 0 Syncs, not one'],
])('refused · %s %s', (assignments, from, why) => {
  expect(() => asSync(assignments, from)).toThrow(why);
});

test.each<readonly [string, readonly string[], unknown, readonly string[]]>([
  ['${COUNT}', ['COUNT=3'], 3, []],
  ['${COUNT:-5}', ['COUNT=3'], 3, []],
  ['${COUNT:-five}', ['X=1'], 'five', []],
  ['${COUNT:-}', ['X=1'], '', []],
  ['${COUNT:-five}', ['COUNT='], 'five', []],
  ['a-${X}-${Y:-b:-c}', ['X=1'], 'a-1-b:-c', []],
  ['${COUNT}', ['X=1'], undefined, ['UNKNOWN_VARIABLE']],
  ['${COUNT}', [], '${COUNT}', []],
])('%s with %j', (text, assignments, value, problems) => {
  const path = file('m.yaml', `kind: X\nvalue: "${text}"\n`);
  const loaded = load({ paths: [path], recursive: false, ...asSync(assignments) });
  expect(loaded.diagnostics.map(({ code }) => code)).toEqual(problems);
  expect((loaded.objects[0]?.object as { value?: unknown } | undefined)?.value).toEqual(value);
});
