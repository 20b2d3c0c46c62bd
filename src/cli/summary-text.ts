/** The closing lines of `apply`: what the world has come to, and what to type next. */
import { formatDuration } from '../base/duration.ts';
import { type Summary } from '../model/summary.ts';

/** More than this are counted and not listed. */
const listed = 8;

/** Two-column lines, one a topic; topics without anything to say are left out. */
export function* summaryLines({ hosts, machines, tenants, endpoints, problems }: Summary): Iterable<string> {
  if (hosts.total > 0) {
    const kinds = `${hosts.hosted} hosted, ${hosts.bareMetal} bare-metal`;
    const ready =
      hosts.ready === hosts.total ? `${hosts.ready} ready` : `${hosts.ready} of ${hosts.total} ready`;
    yield `  hosts      ${ready} (${kinds}) · ${share(hosts.cpuShare)} of CPU and ${share(hosts.memoryShare)} of memory allocated`;
  }
  if (machines.total > 0) {
    const modes = counts(machines.byMode, (mode) => mode.toLowerCase());
    yield `  VMs        ${counts(machines.byPhase, (phase) => phase.toLowerCase())}${modes === '' ? '' : ` (${modes})`}`;
  }
  if (tenants.total > 0) {
    const levels = Object.entries(tenants.byLevel).map(([level, count]) => `${count} x ${level}`);
    const known = levels.length === 0 ? '' : `: ${levels.join(', ')}`;
    yield `  tenants    ${tenants.ready} of ${tenants.total} ready${known}`;
  }
  yield* column(
    'endpoints',
    endpoints.map((e) => `${e.route} → ${e.balancer} (${e.ready} ready)`),
  );
  yield* column(
    'attention',
    problems.map((p) => `${p.object}: ${p.message} (${p.reason})`),
  );
}

/**
 * `Converged in 39.4s of world time (0.31 s here).`, or, of `failures` that the controllers could not help:
 * `At rest after 39.4s of world time (0.31 s here), not converged: 2 objects need attention.`
 */
export function convergedText(worldMs: number, wallMs: number, failures = 0): string {
  const here = `${(wallMs / 1000).toFixed(2)} s here`;
  const time = formatDuration(Math.round(worldMs / 100) * 100);
  if (failures > 0) {
    const after = worldMs === 0 ? `At rest (${here})` : `At rest after ${time} of world time (${here})`;
    const objects = failures === 1 ? '1 object needs' : `${failures} objects need`;
    return `${after}, not converged: ${objects} attention.`;
  }
  if (worldMs === 0) return `Converged already (${here}).`;
  return `Converged in ${time} of world time (${here}).`;
}

function* column(label: string, lines: readonly string[]): Iterable<string> {
  for (const [index, line] of lines.slice(0, listed).entries()) {
    yield `  ${(index === 0 ? label : '').padEnd(10)} ${line}`;
  }
  if (lines.length > listed) yield `  ${''.padEnd(10)} … and ${lines.length - listed} more`;
}

function counts(byName: Readonly<Record<string, number>>, name: (key: string) => string): string {
  return Object.entries(byName)
    .map(([key, count]) => `${count} ${name(key)}`)
    .join(', ');
}

function share(value: number): string {
  return `${Math.round(value * 100)} %`;
}
