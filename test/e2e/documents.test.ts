/**
 * README.md and the pages of manifests/, src/ and test/: their commands run, and print what the pages say.
 * `npm run docs:update` writes what is printed now; commit only changes whose cause you understand. The notation
 * stands in test/README.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { expect, test } from 'vitest';
import { listDirectory } from '../../src/base/listing.ts';
import { parsePage } from '../support/document.ts';
import { mentionProblem } from '../support/mentions.ts';
import { playPage } from '../support/page-player.ts';

const root = join(import.meta.dirname, '..', '..');
const rewrite = process.env['VCTL_REWRITE'] === '1';

const names = ['README.md', ...['manifests', 'src', 'test'].flatMap(pagesBelow)];
const pages = names.map((name) => {
  const text = readFileSync(join(root, name), 'utf8');
  return { name, text, page: parsePage(text) };
});

// README.md compares three worlds over five seeds, which is most of what all of this takes.
test.each(pages)('$name', { timeout: 600_000 }, async ({ name, text, page }) => {
  expect(page.problems).toEqual([]);
  const played = await playPage(text, page);
  if (rewrite) writeFileSync(join(root, name), played.text);
  else expect.soft(played.text).toBe(text);
  expect(played.problems).toEqual([]);
});

test('commands and scripts named within the text are there', async () => {
  const config = await Config.load(root);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const problems = pages.flatMap(({ name, page }) =>
    page.mentions.flatMap(({ line, text }) => {
      const problem = mentionProblem(text, config, Object.keys(scripts));
      return problem === undefined ? [] : [`${name}:${line}: ${problem}`];
    }),
  );
  expect(problems).toEqual([]);
});

test('what is not run, and why', () => {
  const left = pages.flatMap(({ name, page }) => [
    ...page.examples.map(({ reason }) => `${name}: a block: ${reason}`),
    ...page.pieces.flatMap((piece) =>
      piece.type === 'commands'
        ? piece.commands.flatMap(({ command, skip }) =>
            skip === undefined ? [] : [`${name}: ${command}: ${skip}`],
          )
        : [],
    ),
  ]);
  expect(left).toEqual([
    'README.md: npm ci: needs the network, and has run before the tests',
    'README.md: npm ci: needs the network, and has run before the tests',
    'README.md: npm test: it is what runs this',
    'README.md: vctl sync --repo https://git.example/world.git --path clusters/prod --prune --self-heal: its repository is an example',
    'test/README.md: a block: shows the notation itself',
    'test/README.md: a block: shows the notation itself',
  ]);
});

function pagesBelow(folder: string): readonly string[] {
  return listDirectory(join(root, folder)).flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return pagesBelow(path);
    return name.endsWith('.md') ? [path] : [];
  });
}
