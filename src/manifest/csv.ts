/** Comma-separated values as RFC 4180 has them: quoted fields, doubled quotes, any line ending. */

/** The rows of a text, each a list of fields; empty lines are left out. Undefined on an unclosed quote. */
export function parseCsv(text: string): string[][] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  let index = 0;
  while (index < text.length) {
    const field = readField(text, index);
    if (!field) return undefined;
    row.push(field.value);
    index = field.end;
    const separator = text[index];
    index += separator === '\r' && text[index + 1] === '\n' ? 2 : 1;
    if (separator === ',') {
      if (index === text.length) row.push('');
      continue;
    }
    pushRow(rows, row);
    row = [];
  }
  pushRow(rows, row);
  return rows;
}

function pushRow(rows: string[][], row: string[]): void {
  if (row.length > 1 || (row.length === 1 && row[0] !== '')) rows.push(row);
}

/** The field that starts at `start`, and where it ends: at a comma, a line's end or the text's. */
function readField(text: string, start: number): { value: string; end: number } | undefined {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++;
    return { value: text.slice(start, end), end };
  }
  let value = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return undefined;
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      // What follows the closing quote up to the separator is not CSV; it is kept, as spreadsheets do.
      const rest = /[^,\r\n]*/y;
      rest.lastIndex = quote + 1;
      const tail = rest.exec(text)?.[0] ?? '';
      return { value: value + tail, end: quote + 1 + tail.length };
    }
    value += '"';
    from = quote + 2;
  }
}
