import stringWidth from 'string-width';

const plainAscii = /^[\x20-\x7e]*$/;
const control = /[\u0000-\u001f\u007f-\u009f]/g;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Columns of a terminal that the text takes; colour codes take none, East Asian wide characters two. */
export function widthOf(text: string): number {
  // Nearly every cell is plain ASCII, and segmenting graphemes is a hundred times dearer.
  return plainAscii.test(text) ? text.length : stringWidth(text);
}

/**
 * The text with control characters written as escapes, so that a value from an object can neither break
 * the lines of a table nor command the terminal.
 */
export function printable(text: string): string {
  if (plainAscii.test(text)) return text;
  return text.replace(
    control,
    (char) => shortEscapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Blanks up to `width` columns, after the text or, for `right`, before it. */
export function padTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
