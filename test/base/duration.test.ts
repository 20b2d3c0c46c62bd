import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalDuration, parseDuration } from '../../src/base/duration.ts';
import '../support/properties.ts';

test.each([
  ['1m', ['60s', '1m', '0h1m', '60000ms', '0.5m30s', '1m0s']],
  ['1m30s', ['90s', '1.5m', '1m30s']],
  ['48h', ['2d', '48h', '2880m']],
  ['0s', ['0', '0s', '0h']],
  ['1.005s', ['1005ms', '1.005s']],
  ['0.1ms', ['100us', '0.1ms', '100µs']],
  ['1ns', ['1ns']],
])('one spelling for each length of time · %s', (canonical, spellings) => {
  expect(spellings.map(canonicalDuration)).toEqual(spellings.map(() => canonical));
});

test.each(['', '5', '-5s', '1 m', 'soon'])('none for %j', (text) => {
  expect(canonicalDuration(text)).toBeUndefined();
});

test('is as long, and its own canonical form', () => {
  const part = fc
    .tuple(fc.nat(5000), fc.constantFrom('h', 'm', 's', 'ms', 'd', 'us'))
    .map((one) => one.join(''));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
      const text = parts.join('');
      const canonical = canonicalDuration(text) ?? '';
      expect(canonicalDuration(canonical)).toBe(canonical);
      expect(parseDuration(canonical)).toBeCloseTo(parseDuration(text) ?? NaN, 6);
    }),
  );
});
