import { expect, test } from 'vitest';
import { secretIn, shownAddress } from '../../src/model/repository-address.ts';

const key = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';

test.each<readonly [string, string | undefined, string?]>([
  ['https://example.com/a/b.git', undefined],
  ['ssh://git@example.com/a/b.git', undefined],
  ['git@example.com:a/b.git', undefined],
  ['example.com:a/b.git', undefined],
  ['/srv/git/a@b:c.git', undefined],
  ['C:\\git\\a', undefined],
  ['file:///srv/git/a#1', undefined],
  [`https://${key}@example.com/a`, 'a user or a token', 'https://***@example.com/a'],
  [`https://x-access-token:${key}@example.com/a`, 'a password', 'https://***@example.com/a'],
  [`https://u%3A${key}@example.com/a`, 'a password', 'https://***@example.com/a'],
  [`https://alice@example.com/a`, 'a user or a token', 'https://***@example.com/a'],
  [`HTTPS://${key}@example.com`, 'a user or a token', 'HTTPS://***@example.com'],
  [`https://a@b@${key}@example.com/a`, 'a user or a token', 'https://***@example.com/a'],
  [
    `https://example.com/a.git?access_token=${key}`,
    'a query, in which tokens are handed over',
    'https://example.com/a.git?***',
  ],
  [
    `https://example.com/a.git#${key}`,
    'a query, in which tokens are handed over',
    'https://example.com/a.git#***',
  ],
  [`ssh://${key}@example.com/a`, 'a token', 'ssh://***@example.com/a'],
  [`ssh://git:${key}@example.com/a`, 'a password', 'ssh://***@example.com/a'],
  [`git://${key}@example.com/a`, 'a user or a token', 'git://***@example.com/a'],
  [`${key}@example.com:a/b.git`, 'a token', '***@example.com:a/b.git'],
  [`oauth2:${key}@example.com:a/b.git`, 'a password', '***@example.com:a/b.git'],
  [`glpat-abcdefgh@example.com:a/b`, 'a token', '***@example.com:a/b'],
])('%s', (address = '', secret, changed) => {
  const shown = changed ?? address;
  expect(secretIn(address)).toBe(secret);
  expect(shownAddress(address)).toBe(shown);
  if (secret !== undefined) expect(shownAddress(address)).not.toMatch(/ghp_|alice|glpat/);
});
