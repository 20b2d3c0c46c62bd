import { Args } from '@oclif/core';
import { advance, type AdvanceReport } from '../app/actions/advance.ts';
import { withState } from '../app/with-state.ts';
import { formatDuration } from '../base/duration.ts';
import { advancingText, happeningLines, speedText } from '../cli/advance-text.ts';
import { BaseCommand } from '../cli/base-command.ts';
import { FollowDisplay } from '../cli/follow-display.ts';
import { outcomeExitCode, outcomeText } from '../cli/outcome-text.ts';

export default class Advance extends BaseCommand {
  static override summary = 'Let world time pass.';
  static override description = `Traffic flows, policies scale, faults end; the world moves as fast as this machine can compute it.
Ctrl-C stops at a consistent point.`;
  static override examples = [
    '<%= config.bin %> advance 30s',
    '<%= config.bin %> advance 6h',
    '<%= config.bin %> advance 1d12h --json',
  ];
  static override args = {
    duration: Args.string({ required: true, description: 'World time to pass, as 90s, 5m or 1h30m.' }),
  };

  async run(): Promise<AdvanceReport> {
    const { args, flags: given } = await this.parse(Advance);
    const display = new FollowDisplay(this.jsonEnabled());
    let totalMs = 0;
    const report = await withState(
      given.state,
      process.env,
      (state) =>
        advance(state, args.duration, {
          signal: display.signal,
          onStart: ({ startMs, endMs }) => (totalMs = endMs - startMs),
          onTurn: (manager) =>
            display.draw(manager, (worldMs) => advancingText(worldMs, totalMs, display.wallMs)),
        }),
      { create: true },
    ).finally(() => display.clear());
    this.exitWith(outcomeExitCode(report));
    if (this.jsonEnabled()) return report;
    if (report.outcome.type === 'interrupted') this.note(outcomeText(report, display.wallMs));
    const speed = speedText(report.worldMs, display.wallMs);
    this.log(
      `World time is ${report.time}: ${formatDuration(report.worldMs)} passed in ${(display.wallMs / 1000).toFixed(2)} s (${speed}).`,
    );
    for (const line of happeningLines(report)) this.log(line);
    return report;
  }
}
