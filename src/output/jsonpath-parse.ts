/**
 * The template language of `kubectl -o jsonpath`: text in which `{…}` stands for a path, a quoted literal,
 * or `range`/`end`.
 * Source: https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
import { malformed, type Path, type TemplatePart } from './jsonpath-syntax.ts';
import { PathReader } from './jsonpath-read.ts';

interface OpenRange {
  readonly path: Path;
  readonly position: number;
  readonly body: TemplatePart[];
}

/**
 * Parses a template. One without any `{` that begins like a path (`.metadata.name`) is taken as that path.
 * Throws a UserError that names the position, counted from 1, of what is malformed.
 */
export function parseTemplate(template: string): readonly TemplatePart[] {
  if (!template.includes('{') && /^[.$[]/.test(template))
    return [{ type: 'path', path: parsePath(template) }];
  const parts: TemplatePart[] = [];
  const open: OpenRange[] = [];
  let position = 0;
  while (position < template.length) {
    const target = open.at(-1)?.body ?? parts;
    if (template[position] !== '{') {
      const brace = template.indexOf('{', position);
      const end = brace < 0 ? template.length : brace;
      target.push({ type: 'text', text: template.slice(position, end) });
      position = end;
      continue;
    }
    const start = position;
    const reader = new PathReader(template, position + 1);
    reader.skipBlanks();
    if (reader.takeWord('range')) {
      open.push({ path: reader.readPath(), position: start, body: [] });
    } else if (reader.takeWord('end')) {
      const range = open.pop();
      if (!range) throw malformed(template, start, '{end} without {range}');
      (open.at(-1)?.body ?? parts).push({ type: 'range', path: range.path, body: range.body });
    } else {
      target.push(readAction(reader));
    }
    reader.expect('}');
    position = reader.position;
  }
  const unclosed = open.at(-1);
  if (unclosed) throw malformed(template, unclosed.position, '{range} without {end}');
  return parts;
}

/** Parses one path, with or without braces and leading dot: `{.status.phase}`, `.status.phase`, `status.phase`. */
export function parsePath(text: string): Path {
  const braced = /^\s*\{(.*)\}\s*$/s.exec(text);
  const start = braced ? text.indexOf('{') + 1 : 0;
  const reader = new PathReader(text, start);
  reader.skipBlanks();
  const path = reader.readPath({ bareStart: true });
  reader.skipBlanks();
  const end = braced ? text.lastIndexOf('}') : text.length;
  if (reader.position !== end) throw malformed(text, reader.position, reader.unexpected());
  return path;
}

function readAction(reader: PathReader): TemplatePart {
  if (reader.atQuote()) return { type: 'text', text: reader.readQuoted() };
  return { type: 'path', path: reader.readPath() };
}
