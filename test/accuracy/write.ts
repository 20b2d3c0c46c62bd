/** Puts tables in their places in a document. See run.mjs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tables } from './tables.ts';

const [path = '', ...wanted] = process.argv.slice(2);
let text = readFileSync(path, 'utf8');
for (const [name, make] of Object.entries(tables)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const begin = `<!-- table: ${name} -->\n`;
  const end = `<!-- end: ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${path} has no place for the table ${name}`);
  process.stderr.write(`${name}\n`);
  text = `${text.slice(0, from + begin.length)}\n${make().join('\n')}\n\n${text.slice(to)}`;
  writeFileSync(path, text);
}
