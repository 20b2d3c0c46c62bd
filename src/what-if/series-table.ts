import { compareText } from '../base/listing.ts';
import { type Series, type SeriesName, type SeriesUnit, type SubjectName } from '../model/run-record.ts';

const units: Readonly<Record<SeriesName, SeriesUnit>> = {
  requestsPerSecond: 'perSecond',
  latencyMean: 'ms',
  latencyP50: 'ms',
  latencyP95: 'ms',
  latencyP99: 'ms',
  errorRate: 'ratio',
  availability: 'ratio',
  backlog: 'count',
  refused: 'perSecond',
  timedOut: 'perSecond',
  utilization: 'ratio',
  replicas: 'count',
  readyReplicas: 'count',
  pending: 'count',
  costPerHour: 'perHour',
  watts: 'watts',
};
const names = Object.keys(units) as SeriesName[];

/** Decimals that are kept in a record: finer than anybody reads, and the same on every machine. */
const decimals: Readonly<Record<SeriesUnit, number>> = {
  perSecond: 3,
  ms: 3,
  ratio: 6,
  count: 0,
  perHour: 5,
  watts: 2,
};

/** A typed array a series, one value a step; NaN until it is set. */
export class SeriesTable {
  readonly #columns = new Map<SubjectName, Map<SeriesName, Float64Array>>();

  /** `count` is how many steps there will be at most. */
  constructor(readonly count: number) {}

  set(name: SeriesName, of: SubjectName, step: number, value: number): void {
    this.column(name, of)[step] = value;
  }

  get(name: SeriesName, of: SubjectName): Float64Array | undefined {
    return this.#columns.get(of)?.get(name);
  }

  /** The series, made when it is not there. */
  column(name: SeriesName, of: SubjectName): Float64Array {
    let series = this.#columns.get(of);
    if (!series) this.#columns.set(of, (series = new Map<SeriesName, Float64Array>()));
    let column = series.get(name);
    if (!column) series.set(name, (column = new Float64Array(this.count).fill(NaN)));
    return column;
  }

  has(of: SubjectName): boolean {
    return this.#columns.has(of);
  }

  /** Every series up to `steps`, ordered by subject, the whole (named '') first, and by name as the type lists them. */
  series(steps: number): Series[] {
    return [...this.#columns]
      .sort(([a], [b]) => compareText(a, b))
      .flatMap(([of, columns]) =>
        names.flatMap((name): Series[] => {
          const column = columns.get(name);
          if (!column) return [];
          const unit = units[name];
          const values = rounded(column, steps, 10 ** decimals[unit]);
          return [{ name, ...(of === '' ? {} : { of }), unit, values }];
        }),
      );
  }
}

function rounded(column: Float64Array, steps: number, scale: number): (number | null)[] {
  const values: (number | null)[] = new Array<number | null>(steps);
  for (let step = 0; step < steps; step++) {
    const value = column[step] ?? NaN;
    values[step] = Number.isFinite(value) ? Math.round(value * scale) / scale : null;
  }
  return values;
}
