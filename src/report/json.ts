import { type RunRecord } from '../model/run-record.ts';

/**
 * The records as JSON, with everything in them: for other programs and for comparing runs. Keys stand in the
 * order of the record; lists of plain values take one line, so that the file can be read and compared by line.
 */
export function jsonReport(records: readonly RunRecord[]): string {
  const objectives = records.flatMap((record) => record.verdicts);
  const missed = objectives.filter((verdict) => !verdict.met).length;
  const summary = { runs: records.length, objectives: objectives.length, missed };
  const report = { apiVersion: 'vctl.dev/v1alpha1', kind: 'SimulationReport', summary, runs: records };
  return `${readable(report, '')}\n`;
}

function readable(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Array.isArray(value) ? value.map((item) => ['', item] as const) : present(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const plain =
    Array.isArray(value) && entries.every(([, item]) => typeof item !== 'object' || item === null);
  if (entries.length === 0 || plain) return JSON.stringify(value);
  const deeper = `${indent}  `;
  const lines = entries.map(([key, item]) => {
    const name = Array.isArray(value) ? '' : `${JSON.stringify(key)}: `;
    return `${deeper}${name}${readable(item, deeper)}`;
  });
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

/** Fields without a value are left out, as JSON.stringify does. */
function present(value: object): (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}
