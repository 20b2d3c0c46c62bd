/** oclif's hook for a command that is not there: says which one may be meant. Asks nothing, runs nothing. */
import { type Hook, type Interfaces } from '@oclif/core';
import { distance } from 'fastest-levenshtein';
import { ExitCode } from '../base/errors.ts';

/** A word further away than this is no slip of the finger. */
const maxDistance = 3;

/** The command that comes nearest to `word`, if any does; ties go to the first by name. */
export function nearestCommand(word: string, commands: readonly string[]): string | undefined {
  return [...commands]
    .sort()
    .map((command) => ({ command, far: distance(word, command) }))
    .filter(({ command, far }) => far <= maxDistance && far < command.length)
    .sort((a, b) => a.far - b.far)[0]?.command;
}

/** oclif joins a command that takes no arguments and the word after it, as in `apply:world.yaml`: both, apart. */
export function surplusArgument(
  id: string,
  commands: readonly string[],
): { readonly command: string; readonly argument: string } | undefined {
  const end = id.indexOf(':');
  const command = id.slice(0, end);
  return end > 0 && commands.includes(command) ? { command, argument: id.slice(end + 1) } : undefined;
}

function takesFiles(config: Interfaces.Config, command: string): boolean {
  return config.findCommand(command)?.flags['filename'] !== undefined;
}

const hook: Hook.CommandNotFound = async function ({ id, config }) {
  const shown = config.commands.filter(({ hidden }) => hidden !== true).map((command) => command.id);
  const surplus = surplusArgument(id, shown);
  if (surplus) {
    const { command, argument } = surplus;
    process.stderr.write(`error: ${config.bin} ${command} takes no argument "${argument}"\n`);
    if (takesFiles(config, command)) process.stderr.write(`  try: ${config.bin} ${command} -f ${argument}\n`);
    process.stderr.write(`  try: ${config.bin} ${command} --help\n`);
    this.exit(ExitCode.Usage);
  }
  const near = nearestCommand(id, shown);
  process.stderr.write(`error: ${config.bin} has no command "${id}"\n`);
  if (near !== undefined) process.stderr.write(`  try: ${config.bin} ${near}\n`);
  process.stderr.write(`  try: ${config.bin} help\n`);
  this.exit(ExitCode.Usage);
};

export default hook;
