import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { libraryText, yamlText } from '../../src/output/yaml-text.ts';

/** Texts near everything that YAML could take for something else. */
const odd = [
  ...[
    '',
    ' ',
    'y',
    'Yes',
    'NO',
    'on',
    'off',
    'null',
    'Null',
    '~',
    'true',
    'TRUE',
    '.inf',
    '.nan',
    '-',
    '--',
    '---',
  ],
  ...[
    '...',
    '? a',
    '?',
    ': a',
    'a: b',
    'a:b',
    'a:',
    'a #b',
    'a#b',
    '#',
    '&a',
    '*a',
    '!a',
    '!!str',
    '|',
    '>',
    '%a',
  ],
  ...[
    '@a',
    '`a',
    '"a"',
    "'a'",
    "it's",
    'a, b',
    'a,',
    '[a]',
    '{a}',
    'a]',
    '0',
    '00',
    '007',
    '0x1f',
    '0o7',
    '1_000',
  ],
  ...[
    '1e3',
    '1.',
    '.5',
    '-1',
    '+1',
    '1:30',
    '190:20:30',
    '2000-01-01',
    '2000-01-01T00:00:00Z',
    '<<',
    '=',
    'a\nb',
    ' a\nb',
    ' \n',
  ],
  ...[
    'a\n',
    '\n',
    'a\tb',
    ' a',
    'a ',
    'a  b',
    'é',
    '世界',
    '🙂',
    '\u0007',
    '\u2028',
    'a (b',
    'a; b',
    'key=value',
    'x'.repeat(1100),
  ],
  ...[
    '0/5 hosts are available: 1 insufficient memory',
    'rack1-a',
    '500m',
    '4Gi',
    'e1',
    'E+1',
    'e-0',
    'vctl.dev/v1alpha1',
    '12345678901234567890',
    '9007199254740993',
  ],
];
const text = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ maxLength: 8 }),
  fc.tuple(fc.constantFrom(...odd), fc.constantFrom(...odd)).map((parts) => parts.join('')),
);
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

describe('yamlText', () => {
  test.each(odd.map((value) => [JSON.stringify(value).slice(0, 40), value]))(
    'as the library · %s',
    (_name, value) => {
      for (const whole of [
        value,
        { key: value },
        [value],
        { [value]: 1 },
        { a: { b: 2, [value]: [] } },
        { a: [[value], { b: value }] },
      ]) {
        expect(yamlText(whole)).toBe(libraryText(whole));
      }
    },
  );

  test('exactly as the library, for any JSON', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(yamlText(value)).toBe(libraryText(value));
      }),
      { numRuns: 500 },
    );
  });

  test('reads back as it was', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(parse(yamlText(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test('undefined fields are left out', () => {
    expect(yamlText({ a: undefined, b: { c: undefined }, d: 1 })).toBe(libraryText({ b: {}, d: 1 }));
  });
});
