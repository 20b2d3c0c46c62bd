/** What looks like YAML on the screen and is not: each with the advice that the parser's own words would not give. */
import { type TextProblem } from './text-problem.ts';

/** More of one kind are one mistake many times. */
const mostTold = 5;

/** Not allowed anywhere in YAML; a carriage return alone ends no line for most programs that read it. */
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)/g;

/** Control characters in the text, at their places. */
export function controlCharacters(text: string): TextProblem[] {
  const found: TextProblem[] = [];
  for (const { 0: char, index } of text.matchAll(control)) {
    if (found.length === mostTold) break;
    const isReturn = char === '\r';
    const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    found.push({
      code: 'CONTROL_CHARACTER',
      offset: index,
      message: isReturn
        ? 'a carriage return without a line feed ends no line in YAML'
        : `the control character U+${code} is not allowed in YAML`,
      help: isReturn
        ? 'save the file with line ends of Unix (LF)'
        : `remove it, or write "\\u${code.toLowerCase()}" in double quotes if it is meant`,
    });
  }
  return found;
}

const fullWidth: Readonly<Record<string, string>> = { '：': 'colon', '，': 'comma' };

function fullWidthProblem(char: string, offset: number): TextProblem {
  const name = fullWidth[char] ?? 'sign';
  return {
    code: 'FULLWIDTH_PUNCTUATION',
    offset,
    message: `"${char}" is a full-width ${name}, which YAML takes for a letter`,
    help: `write "${char === '：' ? ': ' : ', '}"`,
  };
}

function invisibleProblem(char: string, offset: number): TextProblem {
  const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const message = `U+${code} looks like a blank, or like nothing, and is a letter for YAML`;
  return { code: 'INVISIBLE_CHARACTER', offset, message, help: 'write a blank in its place, or remove it' };
}

/** Blanks that are none: no-break, ideographic, zero-width and the like, and a stray byte order mark. */
const invisible = /[\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]/;

/**
 * The slip in text without quotes that was meant as `key: value` or as an indented key; undefined when there is none.
 * `isKey`: the text is a key as it stands.
 */
export function plainSlip(source: string, offset: number, isKey: boolean): TextProblem | undefined {
  const colon = /^[A-Za-z_][\w./-]*\s*：/.exec(source);
  if (colon) return fullWidthProblem('：', offset + colon[0].length - 1);
  const glued = /^[A-Za-z_][\w./-]*:/.exec(source);
  const at = isKey ? source.search(invisible) : glued ? glued[0].length : 0;
  const char = at < 0 ? '' : source.charAt(at);
  return invisible.test(char) && (isKey || glued) ? invisibleProblem(char, offset + at) : undefined;
}

/** The slip that may be behind a syntax error at this offset: on its line, or on the one before. */
export function slipNear(text: string, offset: number): TextProblem | undefined {
  const end = text.indexOf('\n', offset);
  const start = text.lastIndexOf('\n', Math.max(0, text.lastIndexOf('\n', offset - 1) - 1)) + 1;
  const lines = text.slice(start, end < 0 ? undefined : end);
  // Within quotes and comments they are what they are.
  const bare = lines.replace(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#.*/g, (part) => ' '.repeat(part.length));
  const wide = bare.search(/[：，]/);
  if (wide >= 0) return fullWidthProblem(bare.charAt(wide), start + wide);
  const hidden = bare.search(invisible);
  return hidden >= 0 ? invisibleProblem(bare.charAt(hidden), start + hidden) : undefined;
}
