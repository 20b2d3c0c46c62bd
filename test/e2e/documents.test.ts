/**
 * README.md and the pages of manifests/, src/ and test/: their commands run, and print what the pages say.
 * `npm run docs:update` writes what is printed now; commit only changes whose cause you understand. The notation
 * stands in test/README.md; test/documents.test.ts checks it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playPage } from '../support/page-player.ts';
import { projectRoot, readPages } from '../support/pages.ts';

const rewrite = process.env['VCTL_REWRITE'] === '1';

const pages = readPages().filter(({ page }) => page.pieces.length > 0);

// README.md compares three worlds over five seeds, which is most of what all of this takes.
test.each(pages)('$name', { timeout: 600_000 }, async ({ name, text, page }) => {
  const played = await playPage(text, page);
  if (rewrite) writeFileSync(join(projectRoot, name), played.text);
  else expect.soft(played.text).toBe(text);
  expect(played.problems).toEqual([]);
});
