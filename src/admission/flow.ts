import { isRecord } from '../base/deep.ts';

/** Words that YAML would read as something else than text when they stand bare. */
const notText = /^(true|false|null|~|yes|no|on|off|y|n|[-+.]?[0-9].*)?$/i;

/** A value as YAML in flow style, to be pasted into a manifest: `{name: ubuntu, version: "24.04"}`. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (isRecord(value)) {
    const fields = Object.entries(value).map(([key, part]) => `${flowText(key)}: ${flowText(part)}`);
    return `{${fields.join(', ')}}`;
  }
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  const bare =
    /^[A-Za-z0-9][\w./%-]*$/.test(value) && (!notText.test(value) || /^[0-9]+[A-Za-z%]+$/.test(value));
  return bare ? value : JSON.stringify(value);
}
