/**
 * Transcripts: commands and what they answer, as text. A line `$ vctl …` runs vctl, `$ write FILE <<END` puts
 * the lines up to `END` into a file; below each command stands its stdout, then what it wrote to stderr after
 * `--- stderr`, then `[exit N]` unless N is 0. Lines that begin with `#` before a command are comments.
 */
import { type Sandbox } from './vctl.ts';

export interface Step {
  /** Comments and blank lines above the command. */
  readonly remark: string;
  readonly command: string;
  /** Of `write`, the text for the file; of `vctl … <<END`, standard input. */
  readonly input?: string;
  readonly answer: string;
}

const here = /^(.*) <<(\w+)$/;

/** Reads a transcript. A command's answer ends at the next command or at the remark above that. */
export function parseTranscript(text: string): readonly Step[] {
  const lines = text.trimEnd().split('\n');
  const steps: Step[] = [];
  let remark: string[] = [];
  for (let i = 0; i < lines.length;) {
    const line = lines[i++] ?? '';
    if (!line.startsWith('$ ')) {
      remark.push(line);
      continue;
    }
    const [, command = line, end] = here.exec(line) ?? [];
    const input: string[] = [];
    if (end !== undefined) {
      while (i < lines.length && lines[i] !== end) input.push(lines[i++] ?? '');
      i++;
    }
    const answer: string[] = [];
    while (i < lines.length && !/^(\$ |# )/.test(lines[i] ?? '')) answer.push(lines[i++] ?? '');
    steps.push({
      remark: remark.join('\n'),
      command: command.slice(2),
      ...(end === undefined ? {} : { input: `${input.join('\n')}\n` }),
      answer: answer.join('\n').trim(),
    });
    remark = [];
  }
  return steps;
}

/** Runs a step. @returns its answer as a transcript shows it. */
export async function playStep(sandbox: Sandbox, { command, input }: Step): Promise<string> {
  const [program, ...args] = wordsOf(command);
  if (program === 'write') {
    sandbox.write(args[0] ?? '', input ?? '');
    return '';
  }
  if (program !== 'vctl') throw new Error(`a transcript runs vctl and write, not ${program}`);
  const { stdout, stderr, exit } = await sandbox.run(args, { input });
  const parts = [stdout.trimEnd()];
  if (stderr.trim() !== '') parts.push(`--- stderr\n${stderr.trimEnd()}`);
  if (exit !== 0) parts.push(`[exit ${exit}]`);
  return steady(parts.filter((part) => part !== '').join('\n'), sandbox);
}

/** The transcript with these answers. */
export function formatTranscript(steps: readonly Step[]): string {
  const blocks = steps.map(({ remark, command, input, answer }) => {
    const above = remark.trim() === '' ? '' : `${remark.trim()}\n`;
    const head = input === undefined ? `$ ${command}\n` : `$ ${command} <<END\n${input}END\n`;
    return `${above}${head}${answer === '' ? '' : `${answer}\n`}`;
  });
  return blocks.join('\n');
}

/** Takes out what differs from run to run (wall time, folders, trailing blanks) or with every change (hashes). */
function steady(text: string, sandbox: Sandbox): string {
  return text
    .replaceAll(sandbox.folder, '<folder>')
    .replace(/\d+\.\d+ s here/g, '<wall time> here')
    .replace(/of world time in \d+\.\d+ s/g, 'of world time in <wall time>')
    .replace(/· result [0-9a-f]{8}/g, '· result <hash>')
    .replace(/passed in \d+\.\d+ s \([\d,]+ x\)/g, 'passed in <wall time>')
    .replace(/[ \t]+$/gm, '')
    .trim();
}

/** Splits at blanks, outside of single or double quotes. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));
}
