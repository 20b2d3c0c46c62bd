/** Files that a run leaves: reports, and all that was recorded. */
import { writeFileSync } from 'node:fs';
import { ExitCode, UserError } from '../base/errors.ts';
import { type RunRecord, type Series } from '../model/run-record.ts';

/** Reports by the word that asks for them. */
const reporters: Readonly<Record<string, (records: readonly RunRecord[]) => Promise<string>>> = {
  html: async (records) => (await import('../report/html.ts')).htmlReport(records),
  junit: async (records) => (await import('../report/junit.ts')).junitReport(records),
  json: async (records) => (await import('../report/json.ts')).jsonReport(records),
};

interface WantedReport {
  readonly kind: string;
  readonly file: string;
}

/** What is to be written once the runs are over. */
export interface WantedOutputs {
  readonly reports: readonly WantedReport[];
  readonly trace: string | undefined;
}

/** What `--report KIND=FILE` and `--trace FILE` ask for. @throws UserError (usage). */
export function wantedOutputs(flags: {
  readonly report?: readonly string[];
  readonly trace?: string;
}): WantedOutputs {
  if (flags.trace !== undefined) checkTrace(flags.trace);
  return { reports: parseReports(flags.report ?? []), trace: flags.trace };
}

/** Writes all that is wanted; gives the names of the files. @throws UserError when one cannot be written. */
export async function writeOutputs(
  { reports, trace }: WantedOutputs,
  records: readonly RunRecord[],
): Promise<string[]> {
  for (const { kind, file } of reports) write(file, (await reporters[kind]?.(records)) ?? '');
  if (trace !== undefined) write(trace, trace.endsWith('.csv') ? csvOf(records) : jsonOf(records));
  return [...reports.map(({ file }) => file), ...(trace === undefined ? [] : [trace])];
}

function parseReports(texts: readonly string[]): WantedReport[] {
  return texts.map((text) => {
    const [, kind = '', file = ''] = /^([^=]*)=(.+)$/.exec(text) ?? [];
    if (Object.hasOwn(reporters, kind)) return { kind, file };
    throw new UserError(`"${text}" is no report`, {
      exitCode: ExitCode.Usage,
      nextSteps: Object.keys(reporters).map(
        (known) => `--report ${known}=report.${known === 'junit' ? 'xml' : known}`,
      ),
    });
  });
}

/** How a trace is written, by the end of the file's name. @throws UserError (usage). */
function checkTrace(file: string): void {
  if (/\.(csv|json)$/.test(file)) return;
  throw new UserError(`"${file}" is neither .csv nor .json`, {
    exitCode: ExitCode.Usage,
    nextSteps: ['--trace run.csv', '--trace run.json'],
  });
}

/** Columns: scenario, time (RFC 3339), subject (empty: the whole), series, value. What was not measured has no row. */
function csvOf(records: readonly RunRecord[]): string {
  const lines = ['scenario,time,subject,series,value'];
  for (const { scenario = '', times, series } of records) {
    const stamps = times.map((timeMs) => new Date(timeMs).toISOString());
    for (const { name, of = '', values } of series) {
      values.forEach((value, step) => {
        if (value !== null) lines.push(`${scenario},${stamps[step] ?? ''},${of},${name},${value}`);
      });
    }
  }
  return `${lines.join('\n')}\n`;
}

function jsonOf(records: readonly RunRecord[]): string {
  const lines = records.flatMap(({ scenario, times, series }) => {
    const [startMs = 0, nextMs = startMs] = times;
    return series.map((one: Series) =>
      JSON.stringify({ scenario, startMs, stepMs: nextMs - startMs, ...one }),
    );
  });
  return `[\n${lines.join(',\n')}\n]\n`;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`${file} cannot be written`, { cause: error });
  }
}
