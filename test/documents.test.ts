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
    'src/ARCHITECTURE.md: a block: a drawing',
    'test/README.md: a block: shows the notation itself',
    'test/README.md: a block: shows the notation itself',
  ]);
});
