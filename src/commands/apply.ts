import { Flags } from '@oclif/core';
import { openState, defaultStatePath } from '../app/state.ts';
import { type ApplyReport, runApply } from '../app/run-apply.ts';
import { type AppliedObject } from '../app/apply.ts';
import { wallClock } from '../base/clock.ts';
import { ExitCode } from '../base/errors.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { interruptSignal } from '../cli/interrupt.ts';
import { ProgressLine } from '../cli/progress.ts';
import { stdinIfNamed } from '../cli/stdin.ts';
import { convergedText, summaryLines } from '../cli/summary-text.ts';
import { isInteractive } from '../cli/terminal.ts';
import { findingsText } from '../app/findings.ts';

export default class Apply extends BaseCommand {
  static override summary = 'Make the world as manifests say.';
  static override description = `Checks every manifest first: one error, and nothing is applied. Then stores the objects,
and lets world time pass until the simulated infrastructure has followed.

Applying the same files again changes nothing. Fields that a ScalingPolicy has set are left to it.`;
  static override examples = [
    '<%= config.bin %> apply -f manifests/quickstart',
    '<%= config.bin %> apply -f world.yaml --dry-run=client',
    'cat vm.yaml | <%= config.bin %> apply -f - --no-wait',
    '<%= config.bin %> apply -f world/ -R --prune',
  ];
  static override flags = {
    filename: flags.filename,
    recursive: flags.recursive,
    namespace: flags.namespace,
    prune: Flags.boolean({
      summary: 'Delete what was applied from the same paths before and is gone from them.',
    }),
    'dry-run': Flags.string({
      summary: 'Show what would change and write nothing.',
      options: ['none', 'client', 'server'],
      default: 'none',
    }),
    'force-conflicts': Flags.boolean({ summary: 'Take over fields that other managers own.' }),
    wait: flags.wait,
    timeout: flags.timeout,
    seed: Flags.integer({ summary: 'Seed of chance, when this makes the state.' }),
    epoch: Flags.string({
      summary: 'Where world time begins, when this makes the state.',
      helpValue: 'TIME',
    }),
  };

  async run(): Promise<Omit<ApplyReport, 'sources'>> {
    const { flags: given } = await this.parse(Apply);
    const startedAtMs = wallClock.now();
    const dryRun = given['dry-run'] as 'none' | 'client' | 'server';
    const state = await openState({
      path: given.state ?? defaultStatePath(process.env),
      create: dryRun === 'none',
      seed: given.seed,
      epochMs: given.epoch === undefined ? undefined : epochOf(given.epoch),
    });
    const progress = new ProgressLine((text) => process.stderr.write(text), process.stderr.columns ?? 80);
    const watched = isInteractive(process.stderr, process.env) && !this.jsonEnabled();
    let worldStartMs: number | undefined;
    try {
      const report = await runApply(
        state,
        {
          paths: given.filename,
          recursive: given.recursive,
          stdin: stdinIfNamed(given.filename),
          namespace: given.namespace,
          force: given['force-conflicts'],
          prune: given.prune,
          dryRun,
          wait: given.wait,
          timeout: given.timeout,
        },
        {
          signal: interruptSignal(),
          onApplied: (objects) => this.#printObjects(objects, dryRun),
          onTurn: (manager) => {
            if (!watched) return;
            worldStartMs ??= manager.nowMs;
            const since = worldStartMs;
            progress.update(() => ({
              total: manager.cache.size,
              done: manager.cache.size - manager.unsettled().length,
              waiting: manager.waiting(1),
              worldMs: manager.nowMs - since,
            }));
          },
        },
      );
      progress.clear();
      this.#printEnd(report, startedAtMs);
      return { objects: report.objects, diagnostics: report.diagnostics, run: report.run };
    } finally {
      await state.store.close();
    }
  }

  #printObjects(objects: readonly AppliedObject[], dryRun: string): void {
    if (this.jsonEnabled()) return;
    const suffix = dryRun === 'none' ? '' : ` (${dryRun === 'server' ? 'server ' : ''}dry run)`;
    this.write(objects.map(({ name, action }) => `${name} ${action}${suffix}\n`));
  }

  #printEnd({ diagnostics, sources, run }: ApplyReport, startedAtMs: number): void {
    if (diagnostics.length > 0 && !this.jsonEnabled()) {
      process.stderr.write(
        findingsText(diagnostics, sources, { color: this.color, outcome: 'nothing was applied' }),
      );
    }
    if (diagnostics.some(({ severity }) => severity === 'error')) return this.exitWith(ExitCode.Usage);
    if (!run) return;
    if (run.outcome.type === 'timeout') this.exitWith(ExitCode.TimedOut);
    if (run.outcome.type === 'stuck') this.exitWith(ExitCode.Failure);
    if (run.outcome.type === 'interrupted') this.exitWith(ExitCode.Interrupted);
    if (this.jsonEnabled()) return;
    this.log('');
    this.log(this.#outcomeText(run, wallClock.now() - startedAtMs));
    for (const line of summaryLines(run.summary)) this.log(line);
    this.log('Next: vctl get all -A · vctl describe vm NAME · vctl advance 1h');
  }

  #outcomeText({ outcome, worldMs }: NonNullable<ApplyReport['run']>, wallMs: number): string {
    if (outcome.type === 'settled') return convergedText(worldMs, wallMs);
    if (outcome.type === 'interrupted')
      return 'Interrupted: what was applied is stored, and the next command goes on.';
    const waiting = outcome.waitingFor.slice(0, 5).join(', ');
    if (outcome.type === 'stuck') return `Not converged, and nothing is under way: ${waiting}`;
    return `Timed out; still on their way: ${waiting}. Go on with "vctl advance 5m" or a longer --timeout.`;
  }
}

function epochOf(text: string): number {
  return Date.parse(text);
}
