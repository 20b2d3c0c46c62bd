import { Flags, type Interfaces } from '@oclif/core';
import { ExitCode, UserError } from '../base/errors.ts';
import { type Fidelity, type RunRecord } from '../model/run-record.ts';
import { BaseCommand } from './base-command.ts';
import { FollowDisplay } from './follow-display.ts';
import { barText } from './progress.ts';
import { cautionLines, type ExpectedLine, expectedText, type Paints, progressText } from './what-if-text.ts';

/** Where a run stands, as the service tells it. */
export interface RunStanding {
  readonly name: string;
  readonly phase: string;
  readonly doneMs: number;
  readonly totalMs: number;
  /** It is the run of the flow model beside one of single requests. */
  readonly isFlowModel?: boolean;
}

/** How the load is played, as the flags say. @throws UserError (usage). */
export function fidelityOf(given: { readonly fidelity: string; readonly 'max-requests'?: number }): {
  readonly fidelity: Fidelity;
  readonly maxRequests?: number;
} {
  if (given.fidelity === 'requests') return { fidelity: 'requests', maxRequests: given['max-requests'] };
  if (given['max-requests'] === undefined) return { fidelity: 'flow' };
  throw new UserError('--max-requests bounds what --fidelity requests plays: the flow model plays none', {
    exitCode: ExitCode.Usage,
    nextSteps: ['add --fidelity requests, or leave --max-requests out'],
  });
}

/** What is said to a --state, which every command takes: silence would look as if it were read. */
export function stateNote(state: string | undefined): string[] {
  if (state === undefined) return [];
  return [
    `note: --state ${state} is neither read nor written: what is run is what -f names, in a world of its own`,
  ];
}

/** Flags of both commands. */
export const runFlags = {
  seed: Flags.integer({ summary: "Seed of chance, instead of the scenario's." }),
  step: Flags.string({
    summary: 'Length of a load step, 1s to 5m.',
    helpValue: 'DURATION',
    default: '15s',
  }),
  fidelity: Flags.string({
    summary:
      'flow works with rates and formulas; requests plays every single request, shown beside the flow model.',
    options: ['flow', 'requests'],
    default: 'flow',
  }),
  'max-requests': Flags.integer({
    summary: 'With --fidelity requests: most requests that a scenario may come to. [default: 50000000]',
    helpValue: 'COUNT',
    dependsOn: ['fidelity'],
  }),
  report: Flags.string({
    summary: 'Write a report: html, junit or json; may be given several times.',
    helpValue: 'KIND=FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  trace: Flags.string({
    summary:
      'Write all that was recorded, one row a subject, series and step (.csv), or a series a line (.json).',
    helpValue: 'FILE',
  }),
  'trace-machines': Flags.boolean({ summary: 'Record the CPU of every VM too.', dependsOn: ['trace'] }),
};

/** What `simulate` and `test` share: the progress line of a run, and lines of results. */
export abstract class WhatIfCommand extends BaseCommand {
  #display: FollowDisplay | undefined;
  #phase = '';
  #phaseStartMs = 0;

  protected get display(): FollowDisplay {
    return (this.#display ??= new FollowDisplay(this.jsonEnabled()));
  }

  /** Draws the progress line, on a terminal. */
  protected readonly onProgress = (standing: RunStanding): void => {
    const { display } = this;
    const phase = `${standing.name} ${standing.phase}`;
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#phaseStartMs = display.wallMs;
    }
    display.drawText(() => progressText(standing, barText, display.wallMs - this.#phaseStartMs));
  };

  /** Tells how many requests will be played, and how many may be. */
  protected readonly onExpected = (expected: ExpectedLine): void => {
    if (this.jsonEnabled()) return;
    this.#display?.clear();
    this.note(expectedText(expected));
  };

  protected get paints(): Paints {
    const styled = (code: string) => (text: string) =>
      this.color ? `\u001b[${code}m${text}\u001b[39m` : text;
    return { good: styled('32'), bad: styled('31') };
  }

  /** Lines of results. */
  protected tell(lines: Iterable<string>): void {
    if (this.jsonEnabled()) return;
    for (const line of lines) this.log(line);
  }

  /** What admission has to say, to stderr. */
  protected findings(text: string): void {
    if (!this.jsonEnabled()) process.stderr.write(text);
  }

  /** Warnings about how far the figures can be trusted, to stderr. */
  protected caution(...records: readonly RunRecord[]): void {
    if (this.jsonEnabled()) return;
    // Runs of several seeds have most of them in common.
    for (const line of new Set(records.flatMap(cautionLines))) this.note(`warning: ${line}`);
  }

  protected override async catch(error: Interfaces.CommandError): Promise<void> {
    this.#display?.clear();
    await super.catch(error);
  }
}
