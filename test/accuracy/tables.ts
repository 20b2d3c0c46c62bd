/** The tables of docs/model.md, each as lines of Markdown. */
import { meanMs } from '../../src/performance/waiting/response-time.ts';
import { queue } from '../../src/performance/queueing.ts';
import { stretches } from '../../src/performance/sharing/stretches.ts';
import { judgeHost, type JudgedGuests } from '../support/host-judge.ts';
import { type Trial } from '../support/queue-judge.ts';
import { supermarket } from './published.ts';
import { barrer, gim1, mg1, mmc, mmck } from './theory.ts';
import { alike, choicesOf, judges, type Played, said, type Said, simulation } from './trials.ts';

const backends = { Random: [1], RoundRobin: [2, 4, 8, 16, 40], LeastRequest: [2, 4, 8, 16, 40] } as const;
const cores = [1, 2, 4, 8];
const utilizations = [0.3, 0.5, 0.8, 0.95];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_cell, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)];
}

/** By how much `value` is more than `right`, in percent. */
function off(value: number, right: number): number {
  return (value / right - 1) * 100;
}

function percent(value: number): string {
  const rounded = Math.abs(value).toFixed(1);
  return value < 0 && Number(rounded) > 0 ? `−${rounded}` : rounded;
}

/** Errors of mean, p95 and p99, in percent. */
function errorsOf(formula: Said, right: Played): readonly number[] {
  return [off(formula.meanMs, right.mean), off(formula.p95Ms, right.p95), off(formula.p99Ms, right.p99)];
}

function errors(formula: Said, right: Played): string {
  return errorsOf(formula, right).map(percent).join(' / ');
}

/** Columns of all judges of a trial: its mean, and the errors of the formula against it. */
function judged(trial: Trial, formula = said(trial)): string[] {
  return judges.flatMap(({ asks }) => {
    const verdict = asks(trial);
    return [verdict.mean.toFixed(3), errors(formula, verdict)];
  });
}

const judgeColumns = judges.flatMap(({ name }) => [`mean by ${name}`, `error of mean / p95 / p99, %`]);

/** Long enough that the mean is known to one or two percent: a busier queue forgets more slowly. */
function lengthFor(utilization: number): number {
  return utilization > 0.9 ? 2_000_000 : 400_000;
}

function grid(algorithm: keyof typeof backends): string[] {
  const rows: string[][] = [];
  for (const k of backends[algorithm]) {
    for (const c of cores) {
      const row = [`${k} × ${c}`];
      for (const utilization of utilizations) {
        const trial = alike(algorithm, k, c, utilization, { requests: lengthFor(utilization) });
        const formula = said(trial);
        const verdict = simulation.asks(trial);
        row.push(`${verdict.mean.toFixed(2)}: ${errors(formula, verdict)}`);
      }
      rows.push(row);
    }
  }
  return table(['backends × cores', ...utilizations.map(String)], rows);
}

function exact(): string[] {
  const long = { requests: 2_000_000 };
  const sized = { cores: [4, 1, 1, 1], weights: [4, 1, 1, 1], rate: 5.6, requests: 2_000_000, seed: 1 };
  const cases: [string, Trial, number?][] = [
    ['M/M/1', alike('Random', 1, 1, 0.8, long), mmc(1, 0.8)],
    ['M/M/4', alike('Random', 1, 4, 0.9, long), mmc(4, 3.6)],
    ['M/M/16', alike('Random', 1, 16, 0.95, long), mmc(16, 15.2)],
    ['M/D/1', alike('Random', 1, 1, 0.8, { ...long, variation: 0 }), mg1(0.8, 0)],
    ['M/G/1, variation 0.5', alike('Random', 1, 1, 0.8, { ...long, variation: 0.5 }), mg1(0.8, 0.5)],
    ['M/G/1, variation 2', alike('Random', 1, 1, 0.8, { ...long, variation: 2 }), mg1(0.8, 2)],
    ['E2/M/1', alike('RoundRobin', 2, 1, 0.8, long), gim1(2, 0.8)],
    ['E8/M/1', alike('RoundRobin', 8, 1, 0.8, long), gim1(8, 0.8)],
    ['E40/M/1', alike('RoundRobin', 40, 1, 0.95, long), gim1(40, 0.95)],
    ['LeastRequest, 8 × 1', alike('LeastRequest', 8, 1, 0.8, long)],
    ['LeastRequest, 40 × 4', alike('LeastRequest', 40, 4, 0.95, long)],
    ['LeastRequest, 4, 1, 1, 1 cores, weights as many', { picker: 'LeastRequest', ...sized }],
  ];
  const rows = cases.map(([name, trial, mean]) => {
    const formula = said(trial).meanMs;
    return [
      name,
      (trial.rate / trial.cores.reduce((sum, c) => sum + c, 0)).toFixed(2),
      ...[mean === undefined ? '' : mean.toFixed(4), formula.toFixed(4)],
      mean === undefined ? '' : percent(off(formula, mean)),
      ...judges.flatMap(({ asks }) => {
        const played = asks(trial).mean;
        return [played.toFixed(3), percent(off(formula, played))];
      }),
    ];
  });
  const columns = judges.flatMap(({ name }) => [`mean by ${name}`, 'error, %']);
  return table(['queue', 'utilization', 'mean, exact', 'mean, formula', 'error, %', ...columns], rows);
}

function losses(): string[] {
  const unit = 1000;
  const limits: [number, number, number][] = [
    [1, 0.8, 0],
    [4, 0.9, 0],
    [4, 0.95, 10],
    [4, 1.2, 10],
    [2, 1, 100],
  ];
  const patience: [number, number, number][] = [
    [1, 0.8, 2],
    [4, 0.95, 1],
    [4, 1.3, 2],
    [2, 1, 20],
  ];
  const row = (name: string, right: number, share: number): string[] => [
    name,
    right.toFixed(5),
    share.toFixed(5),
    percent(off(share, right)),
  ];
  return table(
    ['queue', 'lost, exact', 'lost, formula', 'error, %'],
    [
      ...limits.map(([c, u, limit]) =>
        row(
          `${c} × 1 core at ${u}, limit ${limit}`,
          mmck(c, u * c, limit),
          queue(u * c, unit, c, { limit }).refusedShare,
        ),
      ),
      ...patience.map(([c, u, timeout]) =>
        row(
          `${c} × 1 core at ${u}, timeout ${timeout} service times`,
          barrer(c, u * c, timeout),
          queue(u * c, unit, c, { timeoutMs: timeout * unit }).timedOutShare,
        ),
      ),
    ],
  );
}

function fractions(): string[] {
  const rows: string[][] = [];
  for (const c of [0.5, 1.1, 1.5, 1.9, 2.5, 7.75]) {
    for (const utilization of [0.5, 0.8, 0.95]) {
      const trial = alike('Random', 1, c, utilization, { requests: lengthFor(utilization) });
      rows.push([`${c}`, `${utilization}`, ...judged(trial)]);
    }
  }
  return table(['cores', 'utilization', ...judgeColumns], rows);
}

function variations(): string[] {
  const rows: string[][] = [];
  for (const variation of [0, 0.5, 2]) {
    for (const [algorithm, k] of [
      ['Random', 1],
      ['RoundRobin', 4],
      ['RoundRobin', 40],
      ['LeastRequest', 8],
    ] as const) {
      for (const c of [1, 4]) {
        for (const utilization of [0.5, 0.9]) {
          const trial = alike(algorithm, k, c, utilization, {
            variation,
            requests: utilization > 0.8 ? 2_000_000 : 400_000,
          });
          rows.push([`${variation}`, algorithm, `${k} × ${c}`, `${utilization}`, ...judged(trial)]);
        }
      }
    }
  }
  return table(['variation', 'algorithm', 'backends × cores', 'utilization', ...judgeColumns], rows);
}

function bounds(): string[] {
  const rows: string[][] = [];
  for (const [algorithm, k] of [
    ['Random', 1],
    ['RoundRobin', 8],
    ['LeastRequest', 8],
  ] as const) {
    for (const bound of [{ limit: 5 }, { limit: 100 }, { timeout: 5 }]) {
      for (const utilization of [0.9, 1, 1.2]) {
        // A queue that is just full takes long to become stationary.
        const length = utilization === 1 ? { requests: 1_500_000, warmUp: 700_000 } : { requests: 400_000 };
        const trial = alike(algorithm, k, 2, utilization, { ...bound, ...length });
        const formula = said(trial);
        const cells = judges.flatMap(({ asks }) => {
          const verdict = asks(trial);
          return [
            `${verdict.mean.toFixed(2)}: ${errors(formula, verdict)}`,
            (verdict.refused + verdict.timedOut).toFixed(4),
          ];
        });
        const name = 'limit' in bound ? `limit ${bound.limit}` : `timeout ${bound.timeout}`;
        rows.push([
          algorithm,
          name,
          `${utilization}`,
          ...cells,
          (formula.refused + formula.timedOut).toFixed(4),
        ]);
      }
    }
  }
  const columns = judges.flatMap(({ name }) => [`mean by ${name}: errors, %`, `lost by ${name}`]);
  return table(['algorithm, 2 cores each', 'bound', 'utilization', ...columns, 'lost by formula'], rows);
}

function unequal(): string[] {
  const cases: [string, Omit<Trial, 'requests' | 'seed'>][] = [
    ['weights 3 and 1, 3 cores and 1', { picker: 'Weighted', cores: [3, 1], weights: [3, 1], rate: 3.2 }],
    ['weights 4 and 1, 1 core each', { picker: 'Weighted', cores: [1, 1], weights: [4, 1], rate: 1 }],
    [
      'weights 5, 1, 1, as many cores',
      { picker: 'Weighted', cores: [5, 1, 1], weights: [5, 1, 1], rate: 5.6 },
    ],
    [
      'weights 2, 1, 1, 1, 1 core each',
      { picker: 'Weighted', cores: [1, 1, 1, 1], weights: [2, 1, 1, 1], rate: 2.2 },
    ],
  ];
  const rows = cases.map(([name, parts]) => [name, ...judged({ ...parts, requests: 500_000, seed: 1 })]);
  return table(['WeightedRoundRobin', ...judgeColumns], rows);
}

function unlike(): string[] {
  const alone = (k: number): readonly number[] => Array<number>(k).fill(1);
  const cases: [string, readonly number[], readonly number[], number, (readonly number[])?][] = [
    ['4, one at half the speed', alone(4), [1, 1, 1, 0.5], 0.6],
    ['4, one at half the speed', alone(4), [1, 1, 1, 0.5], 0.9],
    ['4, one at a tenth of it', alone(4), [1, 1, 1, 0.1], 0.6],
    ['8, two at half the speed', alone(8), [1, 1, 1, 1, 1, 1, 0.5, 0.5], 0.8],
    ['2, one at half the speed', alone(2), [1, 0.5], 0.6],
    ['2 of 2 cores, 2 of 1', [2, 2, 1, 1], alone(4), 0.8],
    ['1 of 8, 2 of 4, 3 of 2', [8, 4, 4, 2, 2, 2], alone(6), 0.8],
    ['1 of 4 cores, 3 of 1', [4, 1, 1, 1], alone(4), 0.7],
    ['1 of 4 cores, 3 of 1', [4, 1, 1, 1], alone(4), 0.8],
    ['2 and 1 cores, weights as many', [2, 1], alone(2), 0.8, [2, 1]],
    ['4, 1, 1, 1 cores, weights as many', [4, 1, 1, 1], alone(4), 0.7, [4, 1, 1, 1]],
    ['8, 4, 4, 2, 2, 2, weights as many', [8, 4, 4, 2, 2, 2], alone(6), 0.9, [8, 4, 4, 2, 2, 2]],
    ['2, 2, 1, 1, as many, one at half', [2, 2, 1, 1], [0.5, 1, 1, 1], 0.8, [2, 2, 1, 1]],
    ['2, 2, 1, 1, as many, one at a tenth', [2, 2, 1, 1], [1, 1, 1, 0.1], 0.8, [2, 2, 1, 1]],
    ['4 of 1 core, weights 4, 1, 1, 1', alone(4), alone(4), 0.8, [4, 1, 1, 1]],
  ];
  const rows = cases.map(([name, cores, speeds, utilization, weights]) => {
    const rate = utilization * cores.reduce((sum, c, i) => sum + c * (speeds[i] ?? 1), 0);
    const limit = 1024;
    const all = { cores, speeds, weights, rate, limit };
    const trial: Trial = { picker: 'LeastRequest', ...all, requests: 500_000, seed: 1 };
    const choices = choicesOf(trial);
    const formula = said(trial, choices);
    const slowest = choices.length - 1;
    const cells = judges.flatMap(({ asks }) => {
      const verdict = asks(trial);
      return [
        `${verdict.mean.toFixed(2)}: ${errors(formula, verdict)}`,
        (verdict.shares[slowest] ?? 0).toFixed(4),
        verdict.refused.toFixed(4),
      ];
    });
    return [
      name,
      `${utilization}`,
      ...cells,
      (choices[slowest]?.share ?? 0).toFixed(4),
      formula.refused.toFixed(4),
    ];
  });
  const columns = judges.flatMap(({ name }) => [`mean by ${name}: errors, %`, 'share of the last', 'lost']);
  return table(['backends', 'utilization', ...columns, 'share by formula', 'lost by formula'], rows);
}

function hosts(): string[] {
  const guests = (count: number, utilization: number, vcpus = 1): JudgedGuests => ({
    count,
    utilization,
    vcpus,
  });
  const cases: [string, readonly JudgedGuests[], number][] = [
    ['12 × 0.6', [guests(12, 0.6)], 7.75],
    ['24 × 0.3', [guests(24, 0.3)], 7.75],
    ['48 × 0.15', [guests(48, 0.15)], 7.75],
    ['24 × 0.318', [guests(24, 0.318)], 7.75],
    ['2 × 0.45', [guests(2, 0.45)], 1],
    ['4 × 0.4', [guests(4, 0.4)], 2],
    ['6 × 0.3, 4 vCPUs', [guests(6, 0.3, 4)], 7.75],
    ['3 × 0.6, 4 vCPUs', [guests(3, 0.6, 4)], 7.75],
    ['6 × 0.8 and 24 × 0.1', [guests(6, 0.8), guests(24, 0.1)], 7.75],
    ['2 × 0.6, 4 vCPUs, and 12 × 0.2', [guests(2, 0.6, 4), guests(12, 0.2)], 7.75],
    ['100 × 0.29', [guests(100, 0.29)], 31],
    ['200 × 0.07, 2 vCPUs', [guests(200, 0.07, 2)], 31.5],
  ];
  const rows = cases.map(([name, kinds, room]) => {
    const simulated = judgeHost(kinds, room, 1_500_000, 1);
    const formula = responsesOf(kinds, room);
    const used = kinds.reduce((sum, { count, utilization, vcpus }) => sum + count * utilization * vcpus, 0);
    return [
      name,
      `${room}`,
      (used / room).toFixed(2),
      simulated.map((mean) => mean.toFixed(2)).join(', '),
      formula.map((mean) => mean.toFixed(2)).join(', '),
      formula.map((mean, i) => percent(off(mean, simulated[i] ?? 0))).join(', '),
    ];
  });
  return table(
    ['guests × utilization', 'cores', 'load / cores', 'mean by simulation', 'formula', 'error, %'],
    rows,
  );
}

function responsesOf(kinds: readonly JudgedGuests[], room: number): readonly number[] {
  const all = kinds.flatMap((kind) => Array.from({ length: kind.count }, () => kind));
  const demands = all.map(({ vcpus, utilization }) => vcpus * utilization);
  const factors = stretches(
    room,
    demands,
    all.map(({ vcpus }) => vcpus),
  );
  return kinds.map((kind) => {
    const factor = factors[all.indexOf(kind)] ?? 1;
    return meanMs(queue(kind.utilization * kind.vcpus * 1000, factor, kind.vcpus).time);
  });
}

function published(): string[] {
  const rows = supermarket.map(({ queues, utilization, field, expansion, simulated }) => {
    const length = utilization * said(alike('LeastRequest', queues, 1, utilization)).meanMs;
    return [
      `${queues}`,
      `${utilization}`,
      simulated.toFixed(4),
      length.toFixed(4),
      percent(off(length, simulated)),
      percent(off(field, simulated)),
      percent(off(expansion, simulated)),
    ];
  });
  return table(
    ['queues', 'utilization', 'published', 'formula', 'error, %', 'mean field, %', '1/N expansion, %'],
    rows,
  );
}

/** By the name that stands in the document. */
export const tables: Readonly<Record<string, () => string[]>> = {
  exact,
  losses,
  random: () => grid('Random'),
  'round-robin': () => grid('RoundRobin'),
  'least-request': () => grid('LeastRequest'),
  unequal,
  unlike,
  fractions,
  variations,
  bounds,
  hosts,
  published,
};
