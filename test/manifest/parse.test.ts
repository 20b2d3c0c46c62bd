import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nothingLive } from '../support/nothing-live.ts';
import { checkManifests } from '../../src/manifest/check.ts';
import { loadTexts } from '../../src/manifest/load.ts';
import { parseText } from '../../src/manifest/parse.ts';

const text = `# a host
kind: Host
metadata:
  labels: {a/b: x, "c~d": y}
spec:
  taints:
    - key: k
      effect: NoSchedule
---
kind: Other
`;

describe('places', () => {
  const [first, second] = parseText(text).objects;
  test.each([
    ['', 2, 1],
    ['/kind', 2, 1],
    ['/metadata/labels/a~1b', 4, 12],
    ['/metadata/labels/c~0d', 4, 20],
    ['/spec/taints/0', 7, 7],
    ['/spec/taints/0/effect', 8, 7],
    ['/spec/taints/3/key', 6, 3],
    ['/spec/capacity/cpu', 5, 1],
    ['/status', 2, 1],
  ])('%s is at %d:%d', (pointer, line, column) => {
    expect(first?.position(pointer)).toEqual({ line, column });
  });

  test('of the second document', () => expect(second?.position('/kind')).toEqual({ line: 10, column: 1 }));

  test('in an aliased value: where the alias stands', () => {
    const [object] = parseText('a: &x {b: 1}\nc: *x\n').objects;
    expect(object?.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(object?.position('/c/b')).toEqual({ line: 2, column: 1 });
  });
});

describe('streams of JSON', () => {
  const host = (name: string): string => `{"kind":"Host","metadata":{"name":"${name} \\"{[\\\\"}}`;
  const names = (given: string): unknown[] =>
    parseText(given).objects.map(
      ({ value }) => (value as { metadata: { name: string } }).metadata.name.split(' ')[0],
    );

  test.each<[string, string, readonly string[]]>([
    ['one a line', `${host('a')}\n${host('b')}\n`, ['a', 'b']],
    ['without anything between them', host('a') + host('b') + host('c'), ['a', 'b', 'c']],
    [
      'indented',
      [host('a'), host('b')].map((one) => JSON.stringify(JSON.parse(one), null, 2)).join('\n'),
      ['a', 'b'],
    ],
    [
      'indented by tabs',
      [host('a'), host('b')].map((one) => JSON.stringify(JSON.parse(one), null, '\t')).join('\n'),
      ['a', 'b'],
    ],
    ['parted by dashes', `---\n${host('a')}\n---\n${host('b')}\n`, ['a', 'b']],
    [
      'a list among them',
      `{"kind":"List","items":[${host('a')},${host('b')}]}\n${host('c')}`,
      ['a', 'b', 'c'],
    ],
    ['a single one', ` ${host('a')} `, ['a']],
  ])('%s', (_name, given, expected) => {
    expect(parseText(given).problems).toEqual([]);
    expect(names(given)).toEqual(expected);
  });

  test('have the places of the whole text', () => {
    const given = `${host('a')} {"kind":"Host",\n"metadata":{"name":"b"}}\n{"kind": oops: }`;
    const { objects, problems } = parseText(given);
    expect(objects[1]?.position('/kind')).toEqual({ line: 1, column: host('a').length + 3 });
    expect(objects[1]?.position('/metadata/name')).toEqual({ line: 2, column: 13 });
    expect(problems.map(({ line }) => line)).toEqual(problems.map(() => 3));
    expect(problems.length).toBeGreaterThan(0);
  });

  test('YAML that begins with a bracket is no stream', () => {
    expect(parseText('{kind: Host}\n').objects.map(({ value }) => value)).toEqual([{ kind: 'Host' }]);
    expect(parseText('{a: "}"}\n---\n{b: 1} # {\n').objects.map(({ value }) => value)).toEqual([
      { a: '}' },
      { b: 1 },
    ]);
  });

  test('any values, one after the other, are those values', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { minKeys: 1 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 2, maxLength: 4 }),
        fc.constantFrom('', '\n', ' \n\t', '\n---\n'),
        (values, between) => {
          // Keys and numbers that are refused on purpose are no matter of streams.
          const texts = values.map((one) => JSON.stringify(one));
          fc.pre(texts.every((one) => parseText(one).problems.length === 0));
          const parsed = parseText(texts.join(between)).objects.map(({ value: one }) => one);
          expect(parsed).toEqual(
            texts.flatMap((one) => parseText(one).objects.map(({ value: single }) => single)),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a byte order mark', () => {
  test.each([
    ['after the line that parts documents', 'a: 1\n---\n\ufeffb: 2\n'],
    ['before it', 'a: 1\n\ufeff---\nb: 2\n'],
    ['at the beginning', '\ufeffa: 1\n---\nb: 2\n'],
  ])('%s is none of the text', (_name, given) => {
    expect(parseText(given)).toMatchObject({
      objects: [{ value: { a: 1 } }, { value: { b: 2 } }],
      problems: [],
    });
  });
});

describe('values', () => {
  test.each([
    ['JSON', '{"a": [1, true, null, "x"], "b": 1e3}', { a: [1, true, null, 'x'], b: 1000 }],
    ['JSON indented by tabs', '{\n\t"a": 1,\n\t"b": [\n\t\t2\n\t]\n}\n', { a: 1, b: [2] }],
    [
      'YAML 1.1 words are text',
      'a: yes\nb: off\nc: 22:30\nd: 1_000',
      { a: 'yes', b: 'off', c: '22:30', d: '1_000' },
    ],
    ['octal and hexadecimal of YAML 1.2', 'a: 0o10\nb: 0x1F', { a: 8, b: 31 }],
    ['numbers as field names', '1: a\n2.50: b', { 1: 'a', '2.50': 'b' }],
    ['byte order mark and Windows line ends', '\uFEFFa: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
    ['dates stay text', 'a: 2000-01-01', { a: '2000-01-01' }],
  ])('%s', (_name, given, value) => {
    const parsed = parseText(given);
    expect(parsed.problems).toEqual([]);
    expect(parsed.objects.map((object) => object.value)).toEqual([value]);
  });
});

describe('hostile texts end in a problem, soon', () => {
  test.each([
    ['lists nested beyond the stack', '['.repeat(100_000), 'TOO_DEEP'],
    ['closed ones', '['.repeat(3000) + ']'.repeat(3000), 'TOO_DEEP'],
    ['keys of keys', '? '.repeat(20_000), 'TOO_DEEP'],
    ['lists that all end at once', `${'- '.repeat(20_000)}a\nb: 1`, 'TOO_DEEP'],
    ['with brackets in text', '["]", '.repeat(20_000), 'TOO_DEEP'],
    ['only for us, not for the library', `a: ${'['.repeat(150)}${']'.repeat(150)}`, 'TOO_DEEP'],
    ['maps', Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''), 'TOO_DEEP'],
    [
      'a map with very many fields',
      `${Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join('\n')}\nk1: 2\n`,
      'DUPLICATE_KEY',
    ],
  ])('%s', (_name, given, code) => expect(parseText(given).problems[0]?.code).toBe(code));
});

test('whatever the text, it ends in diagnostics and never in an exception', async () => {
  const piece = fc.constantFrom(
    ...[
      'kind: Host',
      'apiVersion: vctl.dev/v1alpha1',
      'metadata: {name: a}',
      'spec:',
      '- a',
      '---',
      '...',
      '&a',
      '*a',
    ],
    ...[
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ': ',
      '\n',
      '\n  ',
      '\t',
      '!!map',
      '!<x>',
      '%YAML 1.1',
      '|',
      '>',
      '? ',
      '#',
      '\0',
    ],
  );
  const yamlish = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), yamlish), async (given) => {
      const { diagnostics } = await checkManifests(loadTexts([{ file: 'm', text: given }]), nothingLive);
      for (const { line, column } of diagnostics) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});
