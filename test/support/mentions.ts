/** Commands and scripts that a text names in passing (`vctl drain`, `npm run check`) and that do not run there. */
import { type Config } from '@oclif/core';
import { wordsOf } from './transcript.ts';

/**
 * Whether a piece of code within a text names a command, a flag or a script that is not there. Of `vctl sync
 * status|diff` each is looked at.
 * @returns what is wrong, undefined when nothing is, or when it is no command
 */
export function mentionProblem(text: string, config: Config, scripts: readonly string[]): string | undefined {
  const [program, ...words] = wordsOf(text.replace(/^npx vctl\b/, 'vctl'));
  if (program === 'npm' && words[0] === 'run') {
    return scripts.includes(words[1] ?? '') ? undefined : `no script in package.json: ${text}`;
  }
  if (program !== 'vctl') return undefined;
  const end = words.findIndex((word) => word.startsWith('-'));
  for (const path of alternatives(end < 0 ? words : words.slice(0, end))) {
    if (path.length === 0) continue;
    const command = path
      .map((_, i) => config.findCommand(path.slice(0, path.length - i).join(':')))
      .find(Boolean);
    if (!command) return `no command: ${text}`;
    const rest = path.slice(command.id.split(':').length);
    const taken = Object.values(command.args);
    if (rest.some((word, i) => taken[Math.min(i, taken.length - 1)]?.options?.includes(word) === false)) {
      return `not for ${command.id}: ${rest.join(' ')}`;
    }
    if (rest.length > 0 && taken.length === 0) return `no command: vctl ${path.join(' ')}`;
    const unknown = words
      .filter((word) => /^--?[a-z]/i.test(word))
      .find((word) => !isFlag(word, command.flags));
    if (unknown !== undefined) return `no flag ${unknown}: ${text}`;
  }
  return undefined;
}

/** [sync, a|b] as [sync, a] and [sync, b]. */
function alternatives(words: readonly string[]): readonly (readonly string[])[] {
  return words.reduce<readonly (readonly string[])[]>(
    (paths, word) => paths.flatMap((path) => word.split('|').map((one) => [...path, one])),
    [[]],
  );
}

function isFlag(
  word: string,
  flags: Readonly<Record<string, { char?: string; allowNo?: boolean }>>,
): boolean {
  const name = word.replace(/^--?/, '').replace(/=.*/, '');
  return Object.entries(flags).some(
    ([known, { char, allowNo }]) =>
      known === name || char === name || (allowNo === true && `no-${known}` === name),
  );
}
