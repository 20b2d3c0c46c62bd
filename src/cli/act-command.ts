import { type Interfaces } from '@oclif/core';
import { ExitCode } from '../base/errors.ts';
import { BaseCommand } from './base-command.ts';
import * as flags from './flags.ts';
import { FollowDisplay, type Watched } from './follow-display.ts';
import { outcomeExitCode, outcomeText, type RunEnd } from './outcome-text.ts';

/** What is printed of a report; as `app/act.ts` makes them. */
export interface ActLines {
  readonly objects: readonly { readonly name: string; readonly action: string; readonly note?: string }[];
  readonly warnings?: readonly string[];
  readonly unmet?: readonly string[];
  readonly run?: RunEnd;
}

/** What a command hands on to the service that acts for it. */
export interface ActCallbacks {
  readonly signal: AbortSignal;
  readonly onTurn: (manager: Watched) => void;
  readonly onWritten: (report: ActLines) => void;
}

/** Flags of every command that changes something and lets the world follow. */
export const followFlags = { wait: flags.wait, timeout: flags.timeout };

/** A command that changes single objects: what it prints before, while and after the world follows. */
export abstract class ActCommand extends BaseCommand {
  #display: FollowDisplay | undefined;
  #told = false;
  /** After each line of results, as ` (dry run)`; to be set before the service is called. */
  protected lineSuffix = '';

  protected get display(): FollowDisplay {
    return (this.#display ??= new FollowDisplay(this.jsonEnabled()));
  }

  protected get callbacks(): ActCallbacks {
    return {
      signal: this.display.signal,
      onTurn: this.display.onTurn,
      onWritten: (report) => this.#tell(report),
    };
  }

  /** Prints what has not been printed yet and sets the exit code; gives the report, for `--json`. */
  protected finish<T extends ActLines>(report: T): T {
    this.display.clear();
    this.#tell(report);
    const { run, unmet = [] } = report;
    if (run && !this.jsonEnabled()) this.note(outcomeText(run, this.display.wallMs));
    if (!this.jsonEnabled()) for (const line of unmet) this.note(line);
    const code = run ? outcomeExitCode(run) : ExitCode.Done;
    if (code !== ExitCode.Done) this.exitWith(code);
    else if (unmet.length > 0) this.exitWith(ExitCode.Failure);
    return report;
  }

  protected override async catch(error: Interfaces.CommandError): Promise<void> {
    this.#display?.clear();
    await super.catch(error);
  }

  /** One line an object, once. */
  #tell({ objects, warnings = [] }: ActLines): void {
    if (this.#told || this.jsonEnabled()) return;
    this.#told = true;
    for (const warning of warnings) this.note(`warning: ${warning}`);
    const lines = objects.map(({ name, action, note }) => {
      return `${name} ${action}${this.lineSuffix}${note === undefined ? '' : `: ${note}`}\n`;
    });
    this.write(lines);
  }
}
