import { type Diagnostic } from '../model/diagnostic.ts';
import { paint } from './paint.ts';
import { printable } from '../base/printable.ts';
import { widthOf } from './width.ts';

/** Some lines of a source file, ending with the one at fault. */
export interface SourceExcerpt {
  /** The number of the first of `lines`; 1 is the file's first. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

export interface PlacedDiagnostic extends Diagnostic {
  readonly excerpt?: SourceExcerpt;
}

export interface DiagnosticsOptions {
  readonly color?: boolean;
  /** What became of the work because of the errors, ends the summary: `nothing was applied`. */
  readonly outcome?: string;
  /** What is summed up, when only the first of them are given. */
  readonly all?: readonly Diagnostic[];
}

/** The lines of a source, as `excerptOf` takes them. */
export function linesOf(source: string): readonly string[] {
  return source.split(/\r?\n/);
}

/** The line and up to `before` lines above it; undefined when there is no such line. */
export function excerptOf(all: readonly string[], line: number, before = 1): SourceExcerpt | undefined {
  if (line < 1 || line > all.length) return undefined;
  const firstLine = Math.max(1, line - before);
  return { firstLine, lines: all.slice(firstLine - 1, line) };
}

/** So many errors, and as many warnings, are shown: who has more of them has one mistake many times. */
export const mostShown = 50;

/** The first errors and the first warnings, in their order. */
export function firstOf(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const left = { error: mostShown, warning: mostShown };
  return diagnostics.filter(({ severity }) => left[severity]-- > 0);
}

/**
 * All diagnostics in their given order, each as `file:line:column: error CODE: message` with its source,
 * a caret and the way out, then one line that counts them. No diagnostics make no text.
 */
export function renderDiagnostics(
  diagnostics: readonly PlacedDiagnostic[],
  options: DiagnosticsOptions = {},
): string {
  const { color = false, outcome, all = diagnostics } = options;
  if (all.length === 0) return '';
  const lines = diagnostics.flatMap((diagnostic) => diagnosticLines(diagnostic, color));
  const more = all.length - diagnostics.length;
  const rest =
    more > 0 ? [`… and ${grouped(more)} more like these: mend the first ones, then look again`] : [];
  return [...lines, ...rest, summary(all, outcome)].map((line) => `${line}\n`).join('');
}

/** How many errors and warnings there are in how many files: `3 errors in 2 files; nothing was applied.` */
export function summary(diagnostics: readonly Diagnostic[], outcome?: string): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const files = new Set(diagnostics.flatMap(({ file }) => (file === undefined ? [] : [file]))).size;
  const found = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ].join(' and ');
  const where = files > 0 ? ` in ${counted(files, 'file')}` : '';
  return `${found}${where}${errors > 0 && outcome !== undefined ? `; ${outcome}` : ''}.`;
}

function diagnosticLines(diagnostic: PlacedDiagnostic, color: boolean): string[] {
  const { severity, code, message, excerpt } = diagnostic;
  const style = severity === 'error' ? 'bad' : 'busy';
  const [first = '', ...more] = message.split('\n').map(printable);
  return [
    `${place(diagnostic, color)}${paint(`${severity} ${code}:`, style, color)} ${first}`,
    ...more.map((line) => `    ${line}`),
    ...(excerpt ? excerptLines(excerpt, diagnostic.column, color) : []),
    ...helpLines(diagnostic.help, color),
  ];
}

/** `file:line:column: `, as far as they are known; what has no file is found by its path in the object. */
function place({ file, line, column, path }: Diagnostic, color: boolean): string {
  const known = [file ?? (path === '' ? undefined : path), line, column].filter((part) => part !== undefined);
  return known.length === 0 ? '' : `${paint(`${known.join(':')}:`, 'strong', color)} `;
}

function excerptLines(excerpt: SourceExcerpt, column: number | undefined, color: boolean): string[] {
  const lastLine = excerpt.firstLine + excerpt.lines.length - 1;
  // Five columns hold the numbers of any manifest to be read by people, and line all excerpts up.
  const numberWidth = Math.max(5, String(lastLine).length + 2);
  const last = excerpt.lines.length - 1;
  const lines = excerpt.lines.map((text, index) => {
    const number = String(excerpt.firstLine + index).padStart(numberWidth);
    const shown = cutAround(text, index === last ? column : undefined);
    return `${paint(`${number} |`, 'quiet', color)} ${shown.text}`.trimEnd();
  });
  if (column === undefined) return lines;
  const { before } = cutAround(excerpt.lines.at(-1) ?? '', column);
  const bar = paint(`${' '.repeat(numberWidth)} |`, 'quiet', color);
  return [...lines, `${bar} ${' '.repeat(widthOf(before))}${paint('^', 'bad', color)}`];
}

/** Longer lines are cut: minified JSON has one of megabytes. */
const longestLine = 200;
/** So much is shown before the place at fault, where a line is cut. */
const shownBefore = 60;

/** The line, or the part of it around the column, and what of it stands before the column. */
function cutAround(line: string, column = 1): { readonly text: string; readonly before: string } {
  if (line.length <= longestLine)
    return { text: printable(line), before: printable(line.slice(0, column - 1)) };
  const from = Math.max(0, Math.min(column - 1 - shownBefore, line.length - longestLine));
  const to = from + longestLine;
  const start = from > 0 ? '…' : '';
  return {
    text: `${start}${printable(line.slice(from, to))}${to < line.length ? '…' : ''}`,
    before: `${start}${printable(line.slice(from, column - 1))}`,
  };
}

/** `  add:  text` or `  help: text`; lines after the first stand below it. */
function helpLines(help: string | undefined, color: boolean): string[] {
  if (help === undefined || help === '') return [];
  const adds = /^add:\s*/.exec(help);
  const [first = '', ...more] = help.slice(adds?.[0].length ?? 0).split('\n');
  const label = paint(adds ? 'add:' : 'help:', 'note', color);
  return [`  ${label}${adds ? '  ' : ' '}${first}`, ...more.map((line) => `        ${line}`)];
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `50,000` */
function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
