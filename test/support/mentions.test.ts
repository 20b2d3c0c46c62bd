import { join } from 'node:path';
import { Config } from '@oclif/core';
import { expect, test } from 'vitest';
import { mentionProblem } from './mentions.ts';

const config = await Config.load(join(import.meta.dirname, '..', '..'));

test.each([
  ['vctl', undefined],
  ['vctl drain', undefined],
  ['npx vctl get vm -A -o name', undefined],
  ['vctl sync status|diff|history', undefined],
  ['vctl sync --repo . --path manifests/quickstart --prune', undefined],
  ['npm run check', undefined],
  ['spec.replicas', undefined],
  ['vctl drian', 'no command'],
  ['vctl sync status|dfif', 'not for sync: dfif'],
  ['vctl rollout redo vmp/web', 'not for rollout: redo'],
  ['vctl get vm --al', 'no flag --al'],
  ['npm run chekc', 'no script'],
])('%s', (text, problem) => {
  const found = mentionProblem(text, config, ['check']);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});
