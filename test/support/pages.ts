/** The pages of the project that promise something: README.md and those of the folders. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listDirectory } from '../../src/base/listing.ts';
import { type Page, parsePage } from './document.ts';

export const projectRoot = join(import.meta.dirname, '..', '..');

/** Reads all of them, in a fixed order. */
export function readPages(): readonly {
  readonly name: string;
  readonly text: string;
  readonly page: Page;
}[] {
  return ['README.md', ...['manifests', 'src', 'test'].flatMap(pagesBelow)].map((name) => {
    const text = readFileSync(join(projectRoot, name), 'utf8');
    return { name, text, page: parsePage(text) };
  });
}

function pagesBelow(folder: string): readonly string[] {
  return listDirectory(join(projectRoot, folder)).flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return pagesBelow(path);
    return name.endsWith('.md') ? [path] : [];
  });
}
