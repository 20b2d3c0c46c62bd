/** Texts of several JSON values one after the other, as `kubectl get -o json | jq -c .items[]` gives them. Pure. */

export interface Piece {
  readonly text: string;
  /** Of its first character in the whole. */
  readonly offset: number;
}

/**
 * The values of a stream of JSON, or undefined when the text is none: when it is one document, or YAML. Pieces may also
 * be parted by `---`. The last one may be broken off.
 */
export function jsonStream(text: string): readonly Piece[] | undefined {
  if (!/^[\s\ufeff]*[{[]/.test(text)) return undefined;
  const pieces: Piece[] = [];
  let at = 0;
  for (;;) {
    at = nextStart(text, at);
    if (at === text.length) break;
    const opener = text.charAt(at);
    if (opener !== '{' && opener !== '[') return undefined;
    const end = endOf(text, at);
    pieces.push({ text: text.slice(at, end), offset: at });
    // What is not JSON from the start is read as YAML, as a whole.
    if (pieces.length === 1 && !isJson(text.slice(at, end))) return undefined;
    at = end;
  }
  return pieces.length > 1 ? pieces : undefined;
}

function nextStart(text: string, from: number): number {
  const gap = /(?:[\s\ufeff]|(?<=^|\n)(?:---|\.\.\.)(?=\s|$))*/y;
  gap.lastIndex = from;
  return from + (gap.exec(text)?.[0].length ?? 0);
}

/** Behind the bracket that closes the one at `start`; the end of the text when none does. */
function endOf(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    switch (text.charAt(at)) {
      case '"':
        for (at++; at < text.length && text.charAt(at) !== '"'; at++) if (text.charAt(at) === '\\') at++;
        break;
      case '{':
      case '[':
        depth++;
        break;
      case '}':
      case ']':
        if (--depth === 0) return at + 1;
        break;
    }
  }
  return text.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
