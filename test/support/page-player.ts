/** Does what a page says, in its order, and compares what is printed with what the page says. */
import { isAnswer, renewedAnswer } from './answer.ts';
import { type DocumentedCommand, type Page, type Piece, type Span } from './document.ts';
import { playStep, wordsOf } from './transcript.ts';
import { relationProblem, verdictFigures } from './verdict-figures.ts';
import { type RunResult, Sandbox } from './vctl.ts';

export interface PlayedPage {
  /** The page with what is printed now. Differs from the page only where that is not true any more. */
  readonly text: string;
  readonly problems: readonly string[];
}

/** Commands that need nothing but the manifests, and leave nothing behind: run once for all pages. */
const pure = /^vctl (?:test|simulate) -f manifests\/(?!.* --(?:report|trace))/;

/** A command that has not printed by then what it is to be stopped at has failed. */
const stopWithinMs = 60_000;

const printedByPure = new Map<string, Promise<RunResult>>();

/** Plays a page in a folder and with a state of its own. */
export async function playPage(text: string, page: Page): Promise<PlayedPage> {
  const sandbox = new Sandbox();
  try {
    const player = new PagePlayer(sandbox);
    for (const piece of page.pieces) await player.play(piece);
    return { text: player.edited(text), problems: player.problems };
  } finally {
    sandbox.dispose();
  }
}

class PagePlayer {
  readonly problems: string[] = [];
  readonly #sandbox: Sandbox;
  /** What each command has printed when it ran last. */
  readonly #printed = new Map<string, string>();
  readonly #figures = new Map<string, number>();
  readonly #edits: { readonly span: Span; readonly text: string }[] = [];

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  async play(piece: Piece): Promise<void> {
    switch (piece.type) {
      case 'commands':
        for (const command of piece.commands) await this.#run(command);
        return;
      case 'output':
        return this.#compare(piece);
      case 'play':
        return this.#playHidden(piece);
      case 'file':
        return this.#sandbox.write(piece.name, piece.text);
      case 'holds': {
        const problem = relationProblem(piece.relation, this.#figures);
        if (problem !== undefined) this.problems.push(`${piece.line}: ${problem}`);
      }
    }
  }

  edited(text: string): string {
    const lines = text.split('\n');
    for (const edit of this.#edits.toReversed()) {
      lines.splice(edit.span.from - 1, edit.span.to - edit.span.from + 1, ...edit.text.split('\n'));
    }
    return lines.join('\n');
  }

  async #run(documented: DocumentedCommand): Promise<void> {
    const { line, command, exit, skip, stopAt } = documented;
    if (skip !== undefined) return;
    const [program, ...args] = wordsOf(command);
    if (program !== 'vctl') {
      this.problems.push(`${line}: only vctl runs here: <!-- skip: ${command} · WHY -->`);
      return;
    }
    const result = await this.#result(command, args, stopAt);
    if (result.exit !== exit) {
      this.problems.push(
        `${line}: ${command}: exit ${result.exit}, not ${exit}\n${result.stdout}${result.stderr}`,
      );
    }
    if (stopAt !== undefined && !result.stdout.includes(stopAt)) {
      this.problems.push(`${line}: ${command}: "${stopAt}" was not printed`);
    }
    const printed = `${result.stdout}${result.stderr}`.replaceAll(this.#sandbox.folder, '<folder>').trimEnd();
    this.#remember(command, printed.replace(/[ \t]+$/gm, ''));
  }

  async #result(command: string, args: readonly string[], stopAt: string | undefined): Promise<RunResult> {
    if (!pure.test(command)) {
      let seen = false;
      return this.#sandbox.run(args, {
        timeoutMs: stopAt === undefined ? undefined : stopWithinMs,
        onOutput: (stdout, child) => {
          if (stopAt === undefined || seen || !stdout.includes(stopAt)) return;
          seen = true;
          child.kill('SIGINT');
        },
      });
    }
    const known = printedByPure.get(command) ?? this.#sandbox.run(args);
    printedByPure.set(command, known);
    return known;
  }

  #remember(command: string, printed: string): void {
    this.#printed.set(command, printed);
    for (const [name, figure] of verdictFigures(printed)) this.#figures.set(name, figure);
  }

  #compare({ line, command, extent, text, span }: Extract<Piece, { type: 'output' }>): void {
    const printed = this.#printed.get(command);
    if (printed === undefined) {
      this.problems.push(`${line}: nothing above has run: ${command}`);
    } else if (!isAnswer(text, printed, extent)) {
      const now = renewedAnswer(text, printed, extent);
      if (now === undefined) this.problems.push(`${line}: nothing like this excerpt is printed:\n${printed}`);
      else this.#edits.push({ span, text: now });
    }
  }

  /** What is hidden says what the prose says: it is not renewed, for then the prose would be forgotten. */
  async #playHidden({ line, steps }: Extract<Piece, { type: 'play' }>): Promise<void> {
    for (const step of steps) {
      const answer = await playStep(this.#sandbox, step);
      this.#remember(step.command, answer.replace(/^--- stderr\n|\n?\[exit \w+\]$/gm, ''));
      if (!isAnswer(step.answer, answer)) {
        this.problems.push(
          `${line}: ${step.command}: hidden here, for the prose, is\n${step.answer}\nbut it prints\n${answer}`,
        );
      }
    }
  }
}
