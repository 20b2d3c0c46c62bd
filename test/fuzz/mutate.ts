/** Inputs near to good ones, drawn from a seed: most bugs are one slip away from what works. */
import { type Random } from '../../src/base/random.ts';

const tokens = [
  ...[
    '',
    ' ',
    '\n',
    '\t',
    '\0',
    '\u0085',
    '\uFEFF',
    '\u202E',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '"',
    "'",
    ':',
    ',',
    '.',
  ],
  ...[
    '-',
    '--',
    '---',
    '...',
    '#',
    '&a',
    '*a',
    '!',
    '!!js',
    '|',
    '>',
    '%',
    '@',
    '`',
    '/',
    '\\',
    '=',
    '!=',
    '~',
    '^',
  ],
  ...[
    '$',
    '${',
    '*',
    '?',
    '+',
    '0',
    '-0',
    '1e309',
    '9'.repeat(40),
    '0x10',
    '1_000',
    'NaN',
    'null',
    'true',
    'on',
  ],
  ...[
    'in',
    'notin',
    'range',
    'end',
    '..',
    '@',
    '__proto__',
    'constructor',
    '≥',
    '🎈',
    'a'.repeat(300),
    'm',
    'Ki',
    'ms',
  ],
];

/** A text a few slips away from one of the given. */
export function mutateText(good: readonly string[], random: Random): string {
  let text = one(good, random) ?? '';
  for (let slips = 1 + Math.floor(random.next() * 4); slips > 0; slips--) {
    const at = Math.floor(random.next() * (text.length + 1));
    const to = Math.min(text.length, at + Math.floor(random.next() * 6));
    const kind = random.next();
    const insert = kind < 0.5 ? one(tokens, random) : kind < 0.7 ? text.slice(at, to).repeat(2) : '';
    text = text.slice(0, at) + (insert ?? '') + text.slice(to);
  }
  return text;
}

const values: readonly unknown[] = [
  ...[
    null,
    true,
    '',
    ' ',
    '-',
    'a',
    0,
    -1,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    [],
    {},
    [null],
    [[]],
    { a: null },
  ],
  ...[
    '0',
    '-1',
    '1e400',
    '0s',
    '-5m',
    '1ns',
    '999999h',
    '0Gi',
    '1m',
    '200%',
    '-1%',
    '0%',
    'a/b',
    'A_B',
    '*',
    '..',
  ],
  ...[
    '__proto__',
    'constructor',
    '\u202Eabc',
    'x'.repeat(300),
    '2000-01-01T00:00:00Z',
    '0 0 31 2 *',
    '* * * * *',
  ],
];

/** A value with a few of its parts replaced, left out, doubled or renamed. */
export function mutateValue(good: unknown, random: Random): unknown {
  let value = structuredClone(good);
  for (let slips = 1 + Math.floor(random.next() * 3); slips > 0; slips--) value = slip(value, random);
  return value;
}

function slip(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.next() < 0.9) {
    const at = Math.floor(random.next() * value.length);
    const kind = random.next();
    if (kind < 0.1) return [...(value as unknown[]), value[at]];
    if (kind < 0.2) return (value as unknown[]).filter((_, index) => index !== at);
    return (value as unknown[]).map((item, index) => (index === at ? slip(item, random) : item));
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && random.next() < 0.95) {
    const keys = Object.keys(value);
    const key = one(keys, random) ?? '';
    const { [key]: part, ...rest } = value as Record<string, unknown>;
    const kind = random.next();
    if (kind < 0.06) return rest;
    if (kind < 0.1) return { ...rest, [`${key}x`]: part };
    return { ...value, [key]: slip(part, random) };
  }
  if (typeof value === 'number' && random.next() < 0.5) return value * (one([0, -1, 0.5, 10], random) ?? 1);
  return one(values, random);
}

function one<T>(from: readonly T[], random: Random): T | undefined {
  return from[Math.floor(random.next() * from.length)];
}
