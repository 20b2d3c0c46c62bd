/**
 * Reads what a Markdown page says can be done: blocks of commands, what is printed, files, and the marks (HTML
 * comments) that say how the test of the documents takes them. The notation is told in test/README.md.
 */
import { type Extent } from './answer.ts';
import { parseTranscript, type Step } from './transcript.ts';

/** Lines of a page, from 1, both inclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface DocumentedCommand {
  readonly line: number;
  readonly command: string;
  readonly exit: number;
  /** Why it is not run. */
  readonly skip?: string;
  /** It runs until Ctrl-C, which is pressed when this was printed. */
  readonly stopAt?: string;
}

/** What a page holds, in its order. */
export type Piece =
  | { readonly type: 'commands'; readonly commands: readonly DocumentedCommand[] }
  | {
      readonly type: 'output';
      readonly line: number;
      readonly command: string;
      readonly extent: Extent;
      readonly text: string;
      readonly span: Span;
    }
  /** A transcript that readers do not see. */
  | { readonly type: 'play'; readonly line: number; readonly steps: readonly Step[] }
  | { readonly type: 'file'; readonly name: string; readonly text: string }
  | { readonly type: 'holds'; readonly line: number; readonly relation: string };

export interface Page {
  readonly pieces: readonly Piece[];
  /** What stands as code within the text. */
  readonly mentions: readonly { readonly line: number; readonly text: string }[];
  /** Blocks that are neither run nor compared, with the reason given. */
  readonly examples: readonly { readonly line: number; readonly reason: string }[];
  /** What the notation does not allow. */
  readonly problems: readonly string[];
}

interface Mark {
  readonly line: number;
  readonly verb: string;
  /** Of `exit N`, N. */
  readonly code?: number;
  readonly rest: string;
}

const markPattern = /^(exit (?<code>\d+)|skip|stop|output|end of output|file|example|holds): *(?<rest>\S.*)$/;
const shells = ['sh', 'bash', 'shell', 'console'];
const indentedCommand = /^(?: {4,}|\t)\s*(?:\$ )?(?:npx|npm|vctl|git) /;

export function parsePage(text: string): Page {
  return new PageReader(text.split('\n')).read();
}

/** The command as it is run and named in marks: `npx vctl get vm   # all` is `vctl get vm`. */
export function plainCommand(text: string): string {
  return text
    .replace(/(^|\s)#\s.*$/, '')
    .trim()
    .replace(/^npx vctl\b/, 'vctl');
}

class PageReader {
  readonly #lines: readonly string[];
  readonly #pieces: Piece[] = [];
  readonly #mentions: { line: number; text: string }[] = [];
  readonly #examples: { line: number; reason: string }[] = [];
  readonly #problems: string[] = [];
  /** Marks since the last line of text; they are about the block below. */
  #marks: Mark[] = [];
  /** Lines of text since the last block or comment, for code that is broken over two of them. */
  #prose: { line: number; text: string }[] = [];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  read(): Page {
    for (let i = 0; i < this.#lines.length;) {
      const line = this.#lines[i] ?? '';
      const fence = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(line);
      if (fence) i = this.#readFence(i, fence[1] ?? '', fence[2] ?? '');
      else if (line.trimStart().startsWith('<!--')) i = this.#readComment(i);
      else i = this.#readText(i, line);
    }
    this.#endOfText();
    this.#noMarks();
    const [pieces, mentions] = [this.#pieces, this.#mentions];
    return { pieces, mentions, examples: this.#examples, problems: this.#problems };
  }

  #readText(i: number, line: string): number {
    if (line.trim() !== '') {
      this.#noMarks();
      if (indentedCommand.test(line))
        this.#problem(i, 'a command in an indented block: fence it, with ```sh');
    }
    this.#prose.push({ line: i + 1, text: line });
    return i + 1;
  }

  #readComment(i: number): number {
    this.#endOfText();
    let end = i;
    while (end < this.#lines.length && !this.#lines[end]?.includes('-->')) end++;
    const content = this.#lines
      .slice(i, end + 1)
      .join('\n')
      .trim()
      .replace(/^<!--/, '')
      .replace(/-->$/, '');
    if (content.trimStart().startsWith('play\n')) {
      const steps = parseTranscript(content.trimStart().slice('play\n'.length));
      this.#pieces.push({ type: 'play', line: i + 1, steps });
      return end + 1;
    }
    for (const said of content.trim().split('\n')) {
      const { groups } = markPattern.exec(said.trim()) ?? {};
      if (!groups) {
        this.#problem(i, `not a mark: ${said.trim()}`);
        continue;
      }
      const verb = said.trim().split(groups['code'] === undefined ? ':' : ' ')[0] ?? '';
      const rest = groups['rest'] ?? '';
      if (verb === 'holds') this.#pieces.push({ type: 'holds', line: i + 1, relation: rest });
      else
        this.#marks.push({
          line: i + 1,
          verb,
          rest,
          ...(groups['code'] && { code: Number(groups['code']) }),
        });
    }
    return end + 1;
  }

  #readFence(i: number, fence: string, language: string): number {
    this.#endOfText();
    let end = i + 1;
    while (end < this.#lines.length && !this.#lines[end]?.trimStart().startsWith(fence)) end++;
    const lines = this.#lines.slice(i + 1, end);
    const marks = this.#marks;
    this.#marks = [];
    const [mark] = marks;
    if (mark?.verb === 'example') this.#examples.push({ line: i + 1, reason: mark.rest });
    else if (shells.includes(language)) this.#readCommands(i + 1, lines, marks);
    else if (marks.length !== 1 || !mark) {
      this.#problem(
        i,
        'a block without a mark: <!-- output: COMMAND -->, <!-- file: NAME --> or <!-- example: WHY -->',
      );
    } else if (mark.verb === 'file') {
      this.#pieces.push({ type: 'file', name: mark.rest, text: `${lines.join('\n')}\n` });
    } else if (mark.verb === 'output' || mark.verb === 'end of output') {
      this.#pieces.push({
        type: 'output',
        line: i + 1,
        command: plainCommand(mark.rest),
        extent: mark.verb === 'output' ? 'whole' : 'end',
        text: lines.join('\n'),
        span: { from: i + 2, to: end },
      });
    } else this.#problem(mark.line - 1, `${mark.verb} is for commands (\`\`\`sh)`);
    return end + 1;
  }

  #readCommands(first: number, lines: readonly string[], marks: readonly Mark[]): void {
    const used = new Set<Mark>();
    const commands = lines.flatMap((text, i): DocumentedCommand[] =>
      plainCommand(text)
        .split(' && ')
        .filter((part) => part !== '')
        .map((part) => {
          const command = plainCommand(part.replace(/^\$ /, ''));
          const about = (verb: string): Mark | undefined => {
            const mark = marks.find(
              (known) => known.verb === verb && plainCommand(known.rest.split(' · ')[0] ?? '') === command,
            );
            if (mark) used.add(mark);
            return mark;
          };
          const reason = (mark: Mark | undefined): string | undefined => mark?.rest.split(' · ')[1];
          const exit = about('exit')?.code ?? 0;
          return {
            line: first + i + 1,
            command,
            exit,
            skip: reason(about('skip')),
            stopAt: reason(about('stop')),
          };
        }),
    );
    for (const mark of marks) {
      if (!used.has(mark)) this.#problem(mark.line - 1, `no command below is: ${mark.rest}`);
      else if (mark.verb !== 'exit' && !mark.rest.includes(' · ')) {
        this.#problem(
          mark.line - 1,
          `${mark.verb}: COMMAND · and then ${mark.verb === 'skip' ? 'why' : 'at what text'}`,
        );
      }
    }
    this.#pieces.push({ type: 'commands', commands });
  }

  /** Takes the code out of the text that ends here. */
  #endOfText(): void {
    const text = this.#prose.map((line) => line.text).join('\n');
    for (const match of text.matchAll(/(`+)([^`]+)\1/g)) {
      const line = (this.#prose[0]?.line ?? 1) + text.slice(0, match.index).split('\n').length - 1;
      this.#mentions.push({ line, text: (match[2] ?? '').replace(/\s+/g, ' ').trim() });
    }
    this.#prose = [];
  }

  /** Text has come since the marks: nothing of theirs is below them. */
  #noMarks(): void {
    for (const { line } of this.#marks) this.#problem(line - 1, 'a mark without a block right below it');
    this.#marks = [];
  }

  #problem(index: number, what: string): void {
    this.#problems.push(`${index + 1}: ${what}`);
  }
}
