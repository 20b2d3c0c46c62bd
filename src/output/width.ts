import stringWidth from 'string-width';

const plainAscii = /^[\x20-\x7e]*$/;
/** Columns of a terminal that the text takes; colour codes take none, East Asian wide characters two. */
export function widthOf(text: string): number {
  // Nearly every cell is plain ASCII, and segmenting graphemes is a hundred times dearer.
  return plainAscii.test(text) ? text.length : stringWidth(text);
}

/** Blanks up to `width` columns, after the text or, for `right`, before it. */
export function padTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
