import { stringify } from 'yaml';
import { type KubeObject } from '../model/object.ts';
import { orderedObject, type ShownFields } from './ordered.ts';

/**
 * A JSON value as YAML: no folded lines, no anchors or aliases, sequences at their parent's column as
 * kubectl writes them. A text that YAML 1.1 would read as something else (`yes`, `1:30`, a timestamp) is
 * quoted, since the parsers of the field still do.
 *
 * The layout is written here and only unusual scalars are left to the library, whose documents of nodes
 * make it ten times slower; the text is exactly the library's.
 */
export function yamlText(value: unknown): string {
  return blockText(value, '') ?? libraryText(value);
}

/** The same by the library alone: slow, and what `yamlText` is held against. */
export function libraryText(value: unknown): string {
  return stringify(value, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    indentSeq: false,
    compat: 'yaml-1.1',
    blockQuote: !holdsIndentedText(value),
  });
}

/** The library's blocks (`|`) of a text that begins with a blank do not always read back: those are quoted. */
function holdsIndentedText(value: unknown): boolean {
  if (typeof value === 'string') return /^\s[^]*\n|^\n/.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsIndentedText);
}

/** One object as a YAML document, without `---`. */
export function objectYaml(object: KubeObject, shown: ShownFields = {}): string {
  return yamlText(orderedObject(object, shown));
}

/** The lines of a map or sequence that is not empty; undefined when it is none or holds what needs the library. */
function blockText(value: unknown, indent: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value) ? sequenceText(value, indent) : mapText(value, indent);
}

function mapText(map: object, indent: string): string | undefined {
  let text = '';
  for (const [key, value] of Object.entries(map) as [string, unknown][]) {
    if (value === undefined) continue;
    const name = keyText(key);
    const inline = inlineText(value);
    const block = inline === undefined ? blockText(value, Array.isArray(value) ? indent : `${indent}  `) : '';
    if (name === undefined || block === undefined) return undefined;
    text += `${indent}${name}:${inline === undefined ? `\n${block}` : ` ${inline}\n`}`;
  }
  return text === '' ? undefined : text;
}

function sequenceText(items: readonly unknown[], indent: string): string | undefined {
  let text = '';
  for (const item of items) {
    const inline = inlineText(item);
    // The item's first line stands behind its dash instead of its blanks.
    const block =
      inline === undefined ? blockText(item, `${indent}  `)?.slice(indent.length + 2) : `${inline}\n`;
    if (block === undefined) return undefined;
    text += `${indent}- ${block}`;
  }
  return text === '' ? undefined : text;
}

/** A scalar or an empty collection; undefined for what takes lines of its own or cannot be decided here. */
function inlineText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return scalarText(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : undefined;
  return Object.values(value).every((part) => part === undefined) ? '{}' : undefined;
}

/** Quantities, durations, words and sentences that no YAML reads as anything but text, unless they are one of the `reserved`: `e1` is a float. */
const plain =
  /^(?:[1-9][0-9]*(?:m|s|h|Ki|Mi|Gi|Ti)|[A-Za-z](?:[A-Za-z0-9_./()%+-]|[,;=](?=[A-Za-z0-9 ])| (?=[A-Za-z0-9(]))*)$/;
const reserved = /^(true|false|null|yes|no|on|off|y|n|e[-+]?[0-9]+)$/i;
/** Whole numbers and timestamps as text: what the fields of objects hold most that needs quotes. */
const quoted = /^(0|[1-9]\d{0,14}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)$/;
const decimal = /^-?(0|[1-9]\d*)(\.\d+)?$/;

function scalarText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      if (plain.test(value) && !reserved.test(value)) return value;
      return quoted.test(value) ? `"${value}"` : librarySingleLine(value);
    case 'number':
      return decimal.test(String(value)) ? String(value) : librarySingleLine(value);
    case 'boolean':
      return String(value);
    default:
      return value === null ? 'null' : undefined;
  }
}

/** Unusual keys are left to the library with all that is around them: their quotes depend on where they stand. */
function keyText(key: string): string | undefined {
  return plain.test(key) && !reserved.test(key) && key.length <= 1000 ? key : undefined;
}

/** A scalar that takes one line wherever it stands; undefined for long texts and those of several lines. */
function librarySingleLine(value: string | number): string | undefined {
  if (typeof value === 'string' && (value.includes('\n') || value.length > 1000)) return undefined;
  // As the value of a key, as it will stand: a text that stood alone could be taken for a document marker.
  const text = libraryText({ a: value });
  return text.slice('a: '.length, -1);
}
