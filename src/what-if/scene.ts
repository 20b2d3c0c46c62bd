import { type ObjectCache } from '../engine/cache.ts';
import { type World } from '../model/ports.ts';
import { type SeriesName, type SubjectName } from '../model/run-record.ts';
import { type Roster } from './roster.ts';
import { type StepMeans } from './step-means.ts';

/** What is looked at. */
export interface Scene {
  readonly world: World;
  readonly cache: ObjectCache;
  readonly roster: Roster;
  /** Where figures go that hold until the next event. */
  readonly means: StepMeans;
  /** Subjects that are recorded however many there are. */
  readonly wanted: ReadonlySet<SubjectName>;
}

/** Takes a figure. */
export type Put = (name: SeriesName, of: SubjectName, value: number) => void;
