import { Command, Flags, type Interfaces } from '@oclif/core';
import { ApiError, apiOutcome, ExitCode, UserError } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { sortKeys } from './json.ts';
import { wantsColor } from './terminal.ts';

/** What every command shares: the state, colours, `--json`, and one way to fail. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    state: Flags.directory({
      summary: 'Folder of the state; by default $VCTL_STATE_DIR, else the XDG state folder.',
      helpGroup: 'GLOBAL',
      helpValue: 'DIR',
    }),
  };

  /** True when stdout takes colours. */
  protected get color(): boolean {
    return wantsColor(process.stdout, process.env);
  }

  /** A line to stderr, where progress and warnings go. */
  protected note(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  /** Text to stdout as it is. */
  protected write(chunks: string | Iterable<string>): void {
    if (typeof chunks === 'string') process.stdout.write(chunks);
    else for (const chunk of chunks) process.stdout.write(chunk);
  }

  /** Ends with this code once the command has returned; the output is complete by then. */
  protected exitWith(code: ExitCode): void {
    process.exitCode = code;
  }

  /** `--json` prints what `run` returned, with sorted keys. */
  protected override logJson(json: unknown): void {
    // A command that follows something has printed each piece as it came.
    if (json === undefined) return;
    process.stdout.write(`${JSON.stringify(sortKeys(json), null, 2)}\n`);
  }

  /** One printer for every failure: the message, its causes, what to try; and the exit code of its family. */
  protected override async catch(error: Interfaces.CommandError): Promise<void> {
    const code = exitCodeOf(error);
    process.exitCode = code;
    if (this.jsonEnabled()) {
      const message = messageOf(error);
      this.logJson({
        error: { message, code, nextSteps: error instanceof UserError ? error.nextSteps : [] },
      });
      return;
    }
    // Messages repeat what files and repositories say: none of that may command the terminal.
    for (const text of explain(error)) this.note(text.split('\n').map(printable).join('\n'));
  }
}

function exitCodeOf(error: Interfaces.CommandError): ExitCode {
  if (error instanceof UserError) return error.exitCode;
  if (error instanceof ApiError) return apiOutcome[error.reason].exit;
  if (error.name === 'AbortError') return ExitCode.Interrupted;
  // oclif's own errors are about how the command was called; anything else is a bug.
  return isUsageError(error) ? ExitCode.Usage : ExitCode.Failure;
}

function isUsageError(error: Interfaces.CommandError): boolean {
  return 'oclif' in error;
}

function* explain(error: Interfaces.CommandError): Iterable<string> {
  const known = error instanceof UserError || error instanceof ApiError || isUsageError(error);
  yield `error: ${messageOf(error)}`;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause)
    yield `  because: ${cause.message}`;
  if (error instanceof UserError) for (const step of error.nextSteps) yield `  try: ${step}`;
  if (!known && error.stack !== undefined) yield error.stack;
}

/** oclif puts headings before what it has to say, and breaks one sentence into two lines. */
function messageOf(error: Interfaces.CommandError): string {
  const message = error.message.trimEnd();
  if (!isUsageError(error)) return message;
  return message
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/^(Parsing --\S+) *\n\s*/, '$1: ')
    .replace(/\nSee more help with --help$/, '\n  try: --help tells how it is called');
}
