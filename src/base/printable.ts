const plainAscii = /^[\x20-\x7e]*$/;
/** Those of ASCII and Latin-1; and what reverses, hides or breaks text (Unicode TR 36, "Trojan source"). */
const control =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * The text with control characters written as escapes, so that a value from an object can neither break
 * the lines of a table nor command the terminal.
 */
export function printable(text: string): string {
  if (plainAscii.test(text)) return text;
  return text.replace(control, (char) => shortEscapes[char] ?? escaped(char.charCodeAt(0)));
}

function escaped(code: number): string {
  const digits = code.toString(16);
  return code < 256 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`;
}
