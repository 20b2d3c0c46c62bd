import { type SeriesName, type SubjectName } from '../model/run-record.ts';
import { type SeriesTable } from './series-table.ts';

const names = ['backlog', 'refused', 'timedOut'] as const satisfies readonly SeriesName[];

/** What a step shows of the queues of a subject: requests that wait at its end, and those lost in it, a second. */
export type Waits = Readonly<Record<(typeof names)[number], number>>;

/** Less than this of a request is what rounding leaves of none. */
const noRequest = 1e-6;

/** The series of one subject's queues; not there before there is something to show, and 0 up to then. */
export class WaitSeries {
  #columns: readonly Float64Array[] | undefined;

  constructor(
    private readonly table: SeriesTable,
    private readonly subject: SubjectName,
  ) {}

  write(step: number, waits: Waits): void {
    if (this.#columns === undefined) {
      if (names.every((name) => waits[name] < noRequest)) return;
      this.#columns = names.map((name) => this.table.column(name, this.subject).fill(0, 0, step));
    }
    this.#columns.forEach((column, index) => {
      const name = names[index];
      if (name !== undefined) column[step] = waits[name];
    });
  }
}
