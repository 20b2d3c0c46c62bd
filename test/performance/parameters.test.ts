import { describe, expect, test } from 'vitest';
import { performanceFields } from '../../src/performance/overrides.ts';
import { parametersOf } from '../../src/performance/overrides.ts';
import { defaultParameters } from '../../src/performance/parameters.ts';

function paths(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, part]) =>
    typeof part === 'object' && !('form' in (part as object))
      ? paths(part as object, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((part, key) => (part as Record<string, unknown>)[key], value);
}

function wrap(path: string, value: unknown): Record<string, unknown> {
  return path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >;
}

describe('parametersOf', () => {
  test.each(['Hosted', 'BareMetal'] as const)('%s · nothing set · the defaults', (architecture) => {
    expect(parametersOf({ architecture, performance: {} })).toEqual(defaultParameters(architecture));
  });

  test.each(paths(performanceFields))('%s · can be set, alone', (path) => {
    // Within the bounds of every field, and no default of any.
    const value = path === 'migration.slowdown' ? 0.9 : 1;
    const changed = parametersOf({ architecture: 'BareMetal', performance: wrap(path, value) });
    expect(at(changed, path)).toBe(value);
    const others = paths(performanceFields).filter((other) => other !== path);
    for (const other of others) expect(at(changed, other)).toBe(at(defaultParameters('BareMetal'), other));
  });

  test('every parameter has a field', () => {
    expect(paths(defaultParameters('Hosted')).sort()).toEqual(paths(performanceFields).sort());
  });

  test.each([
    ['a quantity', 'migration.bandwidth', '10M', 1e7],
    ['a binary quantity', 'memory.fixed', '32Mi', 32 * 2 ** 20],
    ['a duration', 'boot.linux', '1m30s', 90_000],
    ['a duration as number of ms', 'contention.slice', 30, 30],
    ['an absent value keeps the default', 'boot.linux', undefined, 12_000],
  ])('%s', (_name, path, value, expected) => {
    const changed = parametersOf({ architecture: 'BareMetal', performance: wrap(path, value) });
    expect(at(changed, path)).toBe(expected);
  });

  test.each([
    ['unknown group', { overheads: {} }, /spec\.performance\.overheads: unknown field/],
    ['unknown field', { boot: { linus: '3s' } }, /spec\.performance\.boot\.linus: unknown field/],
    ['inherited name', { boot: { constructor: 1 } }, /boot\.constructor: unknown field/],
    ['above its range', { overhead: { hostPath: 1.5 } }, /hostPath: 1.5 .* 0 to 1/],
    ['negative', { overhead: { trapping: { Oltp: -1 } } }, /trapping\.Oltp: -1 .* at least 0/],
    ['a rate of zero', { boot: { imageRate: 0 } }, /imageRate: 0 .* at least 1/],
    ['no number', { boot: { linux: 'soon' } }, /linux: "soon" .* duration/],
    ['infinite', { overhead: { trapping: { Web: Infinity } } }, /trapping\.Web/],
    ['a value for a group', { boot: 3 }, /spec\.performance\.boot: expected an object/],
  ])('refused · %s', (_name, performance: Record<string, unknown>, message) => {
    expect(() => parametersOf({ architecture: 'Hosted', performance })).toThrow(message);
  });
});
