import { expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { decodeObject } from '../../src/store/encoding.ts';
import { explainFailure, isReadOnly } from '../../src/store/failure.ts';

const said = (message: string, freeBytes: number | undefined): string => {
  const error = explainFailure('/st', new Error(message), () => freeBytes);
  return error instanceof UserError ? error.message : 'not explained';
};

test.each<readonly [string, number | undefined, RegExp]>([
  ['Input/output error', 0, /no space left/],
  ['Input/output error', 4096, /no space left/],
  ['Input/output error', 1e9, /is damaged/],
  ['Input/output error', undefined, /is damaged/],
  ['No space left on device', 1e9, /no space left/],
  ['MDB_CORRUPTED: Located page was wrong type', 0, /is damaged/],
  ['Read-only file system: Attempting to setup locks', 0, /no permission to read and write/],
])('%s with %s bytes left', (message, freeBytes, sentence) => {
  expect(said(message, freeBytes)).toMatch(sentence);
});

test.each([
  ['EROFS: read-only file system, open', true],
  ['Permission denied', true],
  ['MDB_INVALID: not an LMDB file', false],
])('%s · read only: %s', (message, expected) => {
  expect(isReadOnly(new Error(message))).toBe(expected);
});

test.each(['null', '3', '[]', '{}', '{"kind":"Host"}', '{"kind":"Host","metadata":{}}', '{"kind":"Ho'])(
  'a record that holds %s is damaged, not a bug',
  (text) => {
    const error = ((): unknown => {
      try {
        return decodeObject(Buffer.from(text));
      } catch (cause) {
        return explainFailure('/st', cause);
      }
    })();
    expect(error).toBeInstanceOf(UserError);
  },
);
