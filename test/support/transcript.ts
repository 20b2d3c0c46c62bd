/**
 * Transcripts: commands and what they answer, as text. A line `$ vctl …` runs vctl, `$ write FILE <<END` puts
 * the lines up to `END` into a file, `$ replace FILE OLD NEW` changes a text in all its places (`\n` in NEW breaks the
 * line), `$ git …` prepares a repository; `$PWD` is the folder. Below each command stands its stdout, then what it wrote to stderr after `--- stderr`, then `[exit N]` unless N is 0. Lines that begin with
 * `#` before a command are comments.
 */
import { execFileSync } from 'node:child_process';
import { gitIdentity } from './git-repo.ts';
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
  const [program, ...args] = wordsOf(command.replaceAll('$PWD', sandbox.folder));
  if (program === 'write') {
    sandbox.write(args[0] ?? '', input ?? '');
    return '';
  }
  if (program === 'replace') {
    sandbox.replace(args[0] ?? '', args[1] ?? '', args[2] ?? '');
    return '';
  }
  if (program === 'git') {
    execFileSync('git', args, { cwd: sandbox.folder, env: gitIdentity, stdio: 'pipe' });
    return '';
  }
  if (program !== 'vctl') throw new Error(`a transcript runs vctl, git, write and replace, not ${program}`);
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
  return withoutWallTimes(text.replaceAll(sandbox.folder, '<folder>'))
    .replace(/· result [0-9a-f]{8}/g, '· result <hash>')
    .replace(/[ \t]+$/gm, '')
    .trim();
}

/** How long this machine took, as it is printed, and what stands for that. */
const wallTimes = [
  [/\d+\.\d+ s here/g, '<wall time> here'],
  [/of world time in \d+\.\d+ s/g, 'of world time in <wall time>'],
  [/passed in \d+\.\d+ s \([\d,]+ x\)/g, 'passed in <wall time>'],
] as const;

/** Takes out how long this machine took. */
export function withoutWallTimes(text: string): string {
  return wallTimes.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text);
}

/** The line with the wall times of another one, where both have one. */
export function withWallTimesOf(other: string, line: string): string {
  return wallTimes.reduce(
    (rest, [pattern]) => rest.replace(pattern, other.match(pattern)?.[0] ?? '$&'),
    line,
  );
}

/** Splits at blanks, outside of single or double quotes. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
}
