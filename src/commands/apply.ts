import { Flags } from '@oclif/core';
import { type ApplyReport, type ApplyRequest, applyIn } from '../app/apply/run-apply.ts';
import { type AppliedObject } from '../app/apply/apply.ts';
import { fromTimestamp } from '../base/clock.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { asSync } from '../app/apply/variables.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { FollowDisplay } from '../cli/follow-display.ts';
import { outcomeExitCode, outcomeText } from '../cli/outcome-text.ts';
import { stdinIfNamed } from '../cli/stdin.ts';
import { summaryLines } from '../cli/summary-text.ts';
import { findingsText } from '../app/findings.ts';
import { parseSpeed } from '../app/pace.ts';
import { type OpenOptions } from '../app/state.ts';
import { eventJson, eventLines, refusalOf } from '../app/watch/event-text.ts';
import { watchApply, type WatchEvent } from '../app/watch/watch-apply.ts';
import { WatchDisplay } from '../cli/watch-display.ts';
import { withState } from '../app/with-state.ts';

export default class Apply extends BaseCommand {
  static override summary = 'Make the world as manifests say.';
  static override description = `Checks every manifest first: one error, and nothing is applied. Then stores the objects,
and lets world time pass until the simulated infrastructure has followed.

Applying the same files again changes nothing. Fields that a ScalingPolicy has set are left to it.

What is applied together is noted as an ApplySet (\`vctl get applyset\`). --prune deletes what the set owns and the
files have no more: never what another set, a Sync or another manager owns by now, never a namespace in which others
live, and at most spec.maxPrune at once (20%).

Exits with 1 when the world has come to rest and something of what was applied is not as wanted: a VM that no host can
take, a host that has failed. What waits for an object that nobody has declared yet is told under attention.`;
  static override examples = [
    '<%= config.bin %> apply -f manifests/quickstart',
    '<%= config.bin %> apply -f world.yaml --dry-run=client',
    'cat vm.yaml | <%= config.bin %> apply -f - --no-wait',
    '<%= config.bin %> apply -f world/ -R --prune',
    'cat world.yaml | <%= config.bin %> apply -f - --applyset world --prune',
    '<%= config.bin %> apply -f world/ --watch --speed 60x',
  ];
  static override flags = {
    filename: flags.filename,
    recursive: flags.recursive,
    ...flags.asSync,
    namespace: flags.namespace,
    prune: Flags.boolean({
      summary: 'Delete what was applied in the same set before and is declared no more.',
    }),
    ...flags.applySet,
    'dry-run': Flags.string({
      summary: 'Show what would change and write nothing.',
      options: ['none', 'client', 'server'],
      default: 'none',
    }),
    'force-conflicts': Flags.boolean({ summary: 'Take over fields that other managers own.' }),
    watch: Flags.boolean({
      summary: 'Follow the files: apply each change while world time runs on, until Ctrl-C.',
      exclusive: ['wait', 'timeout'],
    }),
    speed: Flags.string({
      summary: 'With --watch: world time against the wall clock, or max; by default 1x.',
      helpValue: 'FACTOR',
      dependsOn: ['watch'],
    }),
    wait: flags.wait,
    timeout: flags.timeout,
    seed: Flags.integer({ summary: 'Seed of chance, when this makes the state.' }),
    epoch: Flags.string({
      summary: 'Where world time begins, when this makes the state.',
      helpValue: 'TIME',
    }),
  };

  async run(): Promise<Omit<ApplyReport, 'sources'> | undefined> {
    const { flags: given } = await this.parse(Apply);
    const dryRun = given['dry-run'] as 'none' | 'client' | 'server';
    const display = new FollowDisplay(this.jsonEnabled());
    const opening = {
      create: dryRun === 'none',
      seed: given.seed,
      epochMs: given.epoch === undefined ? undefined : epochOf(given.epoch),
    };
    const request = {
      paths: given.filename,
      recursive: given.recursive,
      stdin: stdinIfNamed(given.filename),
      namespace: given.namespace,
      ...asSync(given['set-var'], given['from-sync']),
      force: given['force-conflicts'],
      prune: given.prune,
      dangerousPrune: given['dangerous-prune'],
      applySet: given.applyset,
      dryRun,
      wait: given.wait,
      timeout: given.timeout,
    };
    if (given.watch) {
      if (dryRun !== 'none')
        throw new UserError('--watch applies: it goes with no --dry-run', { exitCode: ExitCode.Usage });
      return this.#watch(given.state, opening, request, given.speed ?? '1x', display.signal);
    }
    const onApplied = (objects: readonly AppliedObject[]): void => this.#printObjects(objects, dryRun);
    const options = { signal: display.signal, onTurn: display.onTurn, onApplied };
    const report = await applyIn(given.state, process.env, opening, request, options).finally(() =>
      display.clear(),
    );
    this.#printEnd(report, display.wallMs);
    const { objects, diagnostics, kept, unmet, run } = report;
    return { objects, diagnostics, kept, unmet, run };
  }

  /** Until Ctrl-C; with --json, a line of JSON an event. */
  async #watch(
    path: string | undefined,
    opening: Partial<OpenOptions>,
    request: ApplyRequest,
    speed: string,
    signal: AbortSignal,
  ): Promise<undefined> {
    const display = new WatchDisplay(request.paths.join(' '), speed, this.jsonEnabled());
    const onEvent = (event: WatchEvent, nowMs: number): void => {
      if (this.jsonEnabled()) return this.write(`${JSON.stringify(eventJson(event, nowMs))}\n`);
      if (event.type === 'Scan') display.refusal = refusalOf(event.scan);
      display.log(eventLines(event, this.color), nowMs);
    };
    const options = { speed: parseSpeed(speed), signal, onEvent, onView: display.draw.bind(display) };
    await withState(path, process.env, (state) => watchApply(state, request, options), opening).finally(() =>
      display.clear(),
    );
    return undefined;
  }

  #printObjects(objects: readonly AppliedObject[], dryRun: string): void {
    if (this.jsonEnabled()) return;
    const suffix = dryRun === 'none' ? '' : ` (${dryRun === 'server' ? 'server ' : ''}dry run)`;
    this.write(objects.map(({ name, action }) => `${name} ${action}${suffix}\n`));
  }

  #printEnd({ diagnostics, sources, kept, unmet, run }: ApplyReport, wallMs: number): void {
    for (const { name, why } of kept) this.note(`${name} is not pruned: ${why}`);
    if (diagnostics.length > 0 && !this.jsonEnabled()) {
      process.stderr.write(
        findingsText(diagnostics, sources, { color: this.color, outcome: 'nothing was applied' }),
      );
    }
    if (diagnostics.some(({ severity }) => severity === 'error')) return this.exitWith(ExitCode.Usage);
    if (!run) return;
    const code = outcomeExitCode(run);
    this.exitWith(code === ExitCode.Done && unmet.length > 0 ? ExitCode.Failure : code);
    if (this.jsonEnabled()) return;
    this.log('');
    this.log(outcomeText(run, wallMs));
    for (const line of summaryLines(run.summary)) this.log(line);
    this.log(`Next: ${run.summary.next.join(' · ')}`);
  }
}

function epochOf(text: string): number {
  const epochMs = fromTimestamp(text);
  if (!Number.isNaN(epochMs)) return epochMs;
  throw new UserError(`"${text}" is no time`, {
    exitCode: ExitCode.Usage,
    nextSteps: ['write it like 2030-01-01T00:00:00Z'],
  });
}
