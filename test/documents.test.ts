/** What can be told of the pages without running anything. That they tell the truth is for test/e2e/documents.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { expect, test } from 'vitest';
import { mentionProblem } from './support/mentions.ts';
import { projectRoot, readPages } from './support/pages.ts';

const pages = readPages();

test('every block has a mark, and every mark a block', () => {
  expect(pages.flatMap(({ name, page }) => page.problems.map((problem) => `${name}:${problem}`))).toEqual([]);
});

test('commands and scripts named within the text are there', async () => {
  const config = await Config.load(projectRoot);
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    scripts: object;
  };
  const problems = pages.flatMap(({ name, page }) =>
    page.mentions.flatMap(({ line, text }) => {
      const problem = mentionProblem(text, config, Object.keys(scripts));
      return problem === undefined ? [] : [`${name}:${line}: ${problem}`];
    }),
  );
  expect(problems).toEqual([]);
});

const left = pages.flatMap(({ name, page }) => [
  ...page.examples.map(({ line, reason }) => [`${name}:${line}: a block`, reason] as const),
  ...page.pieces.flatMap((piece) =>
    piece.type === 'commands'
      ? piece.commands.flatMap(({ line, command, skip }) =>
          skip === undefined ? [] : [[`${name}:${line}: ${command}`, skip] as const],
        )
      : [],
  ),
]);

// The names of these tests are the list of what does not run.
test.each(left)('%s: not run: %s', (_what, reason) => {
  expect(reason.split(' ').length, 'a reason is more than a word').toBeGreaterThan(1);
});
