/** How a live migration went, for the status and for people. Pure. */
import { toTimestamp } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { humanMemory } from '../../base/quantity.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type MigrationOutcome } from '../../model/ports.ts';

type MigrationReport = NonNullable<NonNullable<VirtualMachine['status']>['lastMigration']>;

/** What the status keeps; hosts by their names. */
export function migrationReport(outcome: MigrationOutcome, from: string, to: string): MigrationReport {
  const { startedAtMs, endedAtMs, rounds, sentBytes, downtimeMs } = outcome;
  return {
    ...{ from, to, rounds },
    finishedAt: toTimestamp(endedAtMs),
    duration: formatDuration(endedAtMs - startedAtMs),
    sent: humanMemory(sentBytes),
    downtime: formatDuration(downtimeMs),
  };
}

/** `from h-0 to h-1 in 430ms: 2 copies of 513Mi in all, stood still for 1ms`. */
export function migratedText(from: string, to: string, report: MigrationReport | undefined): string {
  if (!report) return `from ${from} to ${to}`;
  const copies = `${report.rounds} ${report.rounds === 1 ? 'copy' : 'copies'} of ${report.sent} in all`;
  return `from ${from} to ${to} in ${report.duration}: ${copies}, stood still for ${report.downtime}`;
}
