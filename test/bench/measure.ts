/** What the benchmarks measure by and how they report. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The project's folder, as run.mjs gives it. */
export const root = process.argv[2] ?? process.cwd();

/** By how much the sizes of fleets are multiplied. @defaultValue 1 */
export const scale = Number(process.env['VCTL_BENCH_SCALE'] ?? '1');

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** How long `work` takes, ms. */
export async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Medians of `rounds` measurements of each, in turns, so that a busy moment of the machine hits all alike. */
export async function interleaved(
  rounds: number,
  works: readonly (() => unknown)[],
): Promise<readonly number[]> {
  const times = works.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) times[i]?.push(await timed(work));
  }
  return times.map(median);
}

/** One line: what, the ratio to the yardstick, the figures. */
export function report(what: string, ratio: number, figures: string): void {
  process.stdout.write(`${what.padEnd(58)} ${ratio.toFixed(2).padStart(8)} x   ${figures}\n`);
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** The most memory that this process has held, MiB. */
export function peakMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** A folder that is gone when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vctl-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
