import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nothingLive } from '../support/nothing-live.ts';
import { checkManifests } from '../../src/manifest/check.ts';
import { loadTexts } from '../../src/manifest/load.ts';

/**
 * Bad manifests and exactly what is said about each: sections of `=== name`, the manifest, `>>>`, the text.
 * VCTL_REWRITE=1 writes what is said now; commit only changes whose cause you understand.
 */
const file = join(import.meta.dirname, 'diagnostics.transcript');
const rewrite = process.env['VCTL_REWRITE'] === '1';

interface Section {
  readonly name: string;
  readonly manifest: string;
  readonly said: string;
}

const sections: Section[] = readFileSync(file, 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((text) => {
    const [head = '', said = ''] = text.split('>>>\n');
    const end = head.indexOf('\n');
    return { name: head.slice(0, end), manifest: head.slice(end + 1), said: said.trim() };
  });

/** Characters that nobody sees, or that no text file should have. */
function typed(manifest: string): string {
  return manifest.replaceAll('<TAB>', '\t').replaceAll('<ESC>', '\u001b').replaceAll('<NBSP>', '\u00a0');
}

async function say(manifest: string): Promise<string> {
  const { diagnostics } = await checkManifests(
    loadTexts([{ file: 'm.yaml', text: typed(manifest) }]),
    nothingLive,
  );
  return diagnostics
    .map(({ line, column, severity, code, message, help }) => {
      const advice = help === undefined ? '' : `\n    ${help}`;
      return `${line}:${column} ${severity} ${code}: ${message}${advice}\n`;
    })
    .join('');
}

describe('what is said about a bad manifest', () => {
  test.each(sections.map((section) => [section.name, section] as const))('%s', async (_name, section) => {
    const said = await say(section.manifest);
    if (!rewrite) expect(said.trim()).toBe(section.said);
  });

  test.runIf(rewrite)('rewrite the transcript', async () => {
    const parts: string[] = [];
    for (const { name, manifest } of sections) {
      parts.push(`=== ${name}\n${manifest.trimEnd()}\n>>>\n${await say(manifest)}`);
    }
    writeFileSync(file, parts.join('\n'));
  });

  test('every section about a code shows that code', () => {
    for (const { name, said } of sections) {
      const code = /^[A-Z_0-9]{4,}/.exec(name)?.[0];
      if (code !== undefined) expect(said, name).toContain(` ${code}: `);
    }
  });
});
