import { malformed, type Operand, type Operator, type Path, type Step } from './jsonpath-syntax.ts';

const operators: readonly Operator[] = ['==', '!=', '<=', '>=', '<', '>'];
/** What ends an unescaped field name. `-` and `/` do not, so labels can be written after a dot. */
const endsName = /[\s.,[\](){}@$'"=!<>?*]/;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Reads the parts of a path from left to right; every refusal names the position where it stands. */
export class PathReader {
  /** Of the next character, from 0. */
  position: number;
  constructor(
    private readonly text: string,
    start: number,
  ) {
    this.position = start;
  }

  /** `$`, `@` or nothing, then steps, up to the first character that can be none. */
  readPath(options: { readonly bareStart?: boolean } = {}): Path {
    this.skipBlanks();
    const start = this.position;
    const from = this.take('$') ? 'root' : 'current';
    if (from === 'current') this.take('@');
    const steps: Step[] = [];
    if (options.bareStart === true && this.position === start && /[\w\\]/.test(this.peek())) {
      steps.push({ type: 'field', name: this.readName() });
    }
    for (;;) {
      if (this.take('..')) {
        steps.push({ type: 'descent' });
        if (!this.atPathEnd() && this.peek() !== '[') steps.push(this.readFieldStep());
      } else if (this.take('.')) {
        // A lone `.` is the current object itself.
        if (!this.atPathEnd() && this.peek() !== '[') steps.push(this.readFieldStep());
      } else if (this.take('[')) steps.push(this.readBracket());
      else break;
    }
    if (this.position === start) throw this.refuse(this.unexpected());
    this.skipBlanks();
    return { from, steps };
  }

  private readFieldStep(): Step {
    if (this.take('*')) return { type: 'wildcard' };
    return { type: 'field', name: this.readName() };
  }

  private readName(): string {
    const start = this.position;
    let name = '';
    while (this.position < this.text.length && !endsName.test(this.peek())) {
      if (this.take('\\') && this.position >= this.text.length) throw this.refuse('nothing after "\\"');
      name += this.next();
    }
    if (this.position === start) throw this.refuse(this.unexpected());
    return name;
  }

  /** What stands between brackets, the closing one included. */
  private readBracket(): Step {
    const start = this.position - 1;
    this.skipBlanks();
    if (this.take('?(')) return this.readFilter();
    const members: Step[] = [];
    do {
      this.skipBlanks();
      if (this.position >= this.text.length) throw malformed(this.text, start, '"[" without "]"');
      members.push(this.readMember());
      this.skipBlanks();
    } while (this.take(','));
    if (this.position >= this.text.length) throw malformed(this.text, start, '"[" without "]"');
    this.expect(']');
    const [only] = members;
    return members.length === 1 && only ? only : { type: 'union', members };
  }

  private readMember(): Step {
    if (this.take('*')) return { type: 'wildcard' };
    if (this.atQuote()) {
      const name = this.readQuoted();
      // Not parsed here when empty or odd: then only the key itself can be meant.
      const plain = /^[\w-]+(\.[\w-]+)*$/.test(name) ? name.split('.') : [];
      const steps = plain.map((part): Step => ({ type: 'field', name: part }));
      return { type: 'key', name, path: { from: 'current', steps } };
    }
    return this.readIndexOrSlice();
  }

  private readIndexOrSlice(): Step {
    const start = this.readInteger();
    if (!this.take(':')) {
      if (start === undefined) throw this.refuse(this.unexpected());
      return { type: 'index', index: start };
    }
    const end = this.readInteger();
    const stepAt = this.position;
    const step = this.take(':') ? (this.readInteger() ?? 1) : 1;
    if (step < 1) throw malformed(this.text, stepAt, 'the step of a slice must be at least 1');
    return { type: 'slice', start, end, step };
  }

  private readInteger(): number | undefined {
    this.skipBlanks();
    const match = /^[+-]?\d+/.exec(this.text.slice(this.position, this.position + 20));
    if (!match) return undefined;
    this.position += match[0].length;
    this.skipBlanks();
    return Number(match[0]);
  }

  private readFilter(): Step {
    const left = this.readOperand();
    this.skipBlanks();
    const operator = operators.find((candidate) => this.take(candidate));
    const right = operator && this.readOperand();
    this.skipBlanks();
    this.expect(')');
    this.skipBlanks();
    this.expect(']');
    return { type: 'filter', left, comparison: operator && right && { operator, right } };
  }

  private readOperand(): Operand {
    this.skipBlanks();
    if (this.atQuote()) return { type: 'literal', value: this.readQuoted() };
    const word = /^(true|false|null|[+-]?\d+(\.\d+)?([eE][+-]?\d+)?)(?![\w.-])/.exec(
      this.text.slice(this.position),
    )?.[0];
    if (word === undefined) return { type: 'path', path: this.readPath() };
    this.position += word.length;
    // The words and numbers that match are exactly JSON's, but for a leading plus.
    return { type: 'literal', value: JSON.parse(word.replace(/^\+/, '')) as number | boolean | null };
  }

  /** The text of a literal in single or double quotes; `\n`, `\t`, `\r` and escaped quotes are understood. */
  readQuoted(): string {
    const start = this.position;
    const quote = this.next();
    let value = '';
    while (this.position < this.text.length) {
      const char = this.next();
      if (char === quote) return value;
      if (char !== '\\') value += char;
      else {
        const escaped = this.next();
        value += escapes[escaped] ?? escaped;
      }
    }
    throw malformed(this.text, start, 'a literal without its closing quote');
  }

  /** Takes a keyword that is followed by a blank or a closing brace. */
  takeWord(word: string): boolean {
    const after = this.text[this.position + word.length];
    if (after !== undefined && !/[\s}]/.test(after)) return false;
    return this.take(word);
  }

  /** Takes `token`, or refuses what stands in its place. */
  expect(token: string): void {
    this.skipBlanks();
    if (!this.take(token)) {
      throw this.refuse(`expected ${JSON.stringify(token)} but found ${this.found()}`);
    }
  }

  skipBlanks(): void {
    while (/\s/.test(this.peek())) this.position++;
  }

  atQuote(): boolean {
    return this.peek() === '"' || this.peek() === "'";
  }

  /** Says what the reader stands before, as part of an error. */
  unexpected(): string {
    return `unexpected ${this.found()}`;
  }

  private found(): string {
    return this.position < this.text.length ? JSON.stringify(this.peek()) : 'the end';
  }

  private refuse(problem: string): Error {
    return malformed(this.text, this.position, problem);
  }

  private atPathEnd(): boolean {
    return /^[\s)}\],=!<>]?$/.test(this.peek());
  }

  private peek(): string {
    return this.text[this.position] ?? '';
  }

  private next(): string {
    return this.text[this.position++] ?? '';
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) return false;
    this.position += token.length;
    return true;
  }
}
