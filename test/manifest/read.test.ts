import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSources, type ReadOptions } from '../../src/manifest/read.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vctl-read-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), file);
  }
}

/** The files that were read and the codes of what was not, both without the root. */
function read(paths: string[], options: ReadOptions = {}): { files: string[]; codes: string[] } {
  const { sources, diagnostics } = readSources(
    paths.map((path) => (path === '-' ? path : join(root, path))),
    options,
  );
  const short = (file = ''): string => file.replace(`${root}/`, '');
  return {
    files: sources.map(({ file }) => short(file)),
    codes: diagnostics.map(({ code, file }) => `${code} ${short(file)}`),
  };
}

describe('which files count', () => {
  test('of a directory: manifests by name, no others, no hidden ones', () => {
    put('d/b.yaml', 'd/a.yml', 'd/c.json', 'd/x.csv', 'd/.hidden.yaml', 'd/sub/e.yaml');
    expect(read(['d'])).toEqual({ files: ['d/a.yml', 'd/b.yaml', 'd/c.json'], codes: [] });
  });

  test('recursively: depth first, hidden directories left out', () => {
    put('d/b.yaml', 'd/a/z.yaml', 'd/c/y.yaml', 'd/.git/config.yaml');
    expect(read(['d'], { recursive: true }).files).toEqual(['d/a/z.yaml', 'd/b.yaml', 'd/c/y.yaml']);
  });

  test('a named file whatever its extension, once', () => {
    put('m.txt');
    expect(read(['m.txt', 'm.txt', './m.txt'])).toEqual({ files: ['m.txt'], codes: [] });
  });

  test('standard input', () => {
    expect(read(['-'], { stdin: 'kind: Host' })).toEqual({ files: ['-'], codes: [] });
    expect(read(['-'])).toEqual({ files: [], codes: ['FILE_UNREADABLE -'] });
  });

  test('links to files, not to directories', () => {
    put('real/a.yaml', 'd/b.yaml');
    symlinkSync(join(root, 'real/a.yaml'), join(root, 'd/link.yaml'));
    symlinkSync(join(root, 'd'), join(root, 'd/loop.yaml'));
    expect(read(['d'], { recursive: true })).toEqual({ files: ['d/b.yaml', 'd/link.yaml'], codes: [] });
  });
});

describe('what cannot be read', () => {
  test('is told for every path', () => {
    put('d/sub/a.yaml', 'e/x.txt');
    expect(read(['none.yaml', 'd', 'e'])).toEqual({
      files: [],
      codes: ['FILE_NOT_FOUND none.yaml', 'NO_MANIFESTS d', 'NO_MANIFESTS e'],
    });
    const help = readSources([join(root, 'd'), join(root, 'e')]).diagnostics.map((one) => one.help);
    expect(help).toEqual(['take its subdirectories too: --recursive (-R)', undefined]);
  });

  test('links that lead nowhere or in a circle', () => {
    mkdirSync(join(root, 'd'));
    symlinkSync(join(root, 'd/b.yaml'), join(root, 'd/a.yaml'));
    symlinkSync(join(root, 'd/a.yaml'), join(root, 'd/b.yaml'));
    symlinkSync(join(root, 'gone'), join(root, 'd/c.yaml'));
    expect(read(['d']).codes).toEqual([
      'FILE_UNREADABLE d/a.yaml',
      'FILE_UNREADABLE d/b.yaml',
      'FILE_NOT_FOUND d/c.yaml',
    ]);
  });

  test('bytes that are not UTF-8', () => {
    writeFileSync(join(root, 'a.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    expect(read(['a.yaml'])).toEqual({ files: [], codes: ['NOT_UTF8 a.yaml'] });
  });

  // The superuser may read everything, so there is nothing to see.
  test.skipIf(process.getuid?.() === 0)('a file without permission', () => {
    put('a.yaml');
    chmodSync(join(root, 'a.yaml'), 0);
    expect(read(['a.yaml']).codes).toEqual(['FILE_UNREADABLE a.yaml']);
  });
});

test.skipIf(process.platform === 'win32')(
  'a pipe or a device in a folder is refused, and the others are read',
  () => {
    put('d/a.yaml');
    execFileSync('mkfifo', [join(root, 'd/b.yaml')]);
    symlinkSync('/dev/zero', join(root, 'd/c.yaml'));
    expect(read(['d'])).toEqual({
      files: ['d/a.yaml'],
      codes: ['FILE_UNREADABLE d/b.yaml', 'FILE_UNREADABLE d/c.yaml'],
    });
  },
);
