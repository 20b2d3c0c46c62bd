import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { listDirectory } from '../../src/base/listing.ts';
import { formatTranscript, parseTranscript, playStep, type Step } from '../support/transcript.ts';
import { Sandbox } from '../support/vctl.ts';

/**
 * Whole behaviours, one file of test/scenarios each. VCTL_REWRITE=1 writes what is answered now; commit only
 * changes whose cause you understand.
 */
const folder = join(import.meta.dirname, '..', 'scenarios');
const rewrite = process.env['VCTL_REWRITE'] === '1';

const files = listDirectory(folder)
  .map((entry) => join(folder, entry.name))
  .filter((file) => file.endsWith('.transcript'));

test.each(files.map((file) => [basename(file, '.transcript'), file] as const))('%s', async (_name, file) => {
  const text = readFileSync(file, 'utf8');
  const sandbox = new Sandbox();
  try {
    const played: Step[] = [];
    for (const step of parseTranscript(text)) {
      played.push({ ...step, answer: await playStep(sandbox, step) });
    }
    const now = formatTranscript(played);
    if (rewrite) writeFileSync(file, now);
    else expect(now).toBe(text);
  } finally {
    sandbox.dispose();
  }
});
