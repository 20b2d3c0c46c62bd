import { isRecord } from '../base/deep.ts';
import { parseDuration } from '../base/duration.ts';
import { UserError } from '../base/errors.ts';
import { parseQuantity } from '../base/quantity.ts';
import { type Architecture } from '../model/ports.ts';
import { defaultParameters, type PerformanceParameters } from './parameters.ts';

/** How the value of a field is written: `bytes` also as a quantity, `time` also as a duration (kept in ms). */
interface Field {
  readonly form: 'number' | 'bytes' | 'time';
  readonly least: number;
  /** Absent: without bound. */
  readonly most?: number;
}

const share: Field = { form: 'number', least: 0, most: 1 };
const factor: Field = { form: 'number', least: 0 };
const bytes: Field = { form: 'bytes', least: 0 };
/** A rate that something is divided by. */
const rate: Field = { form: 'bytes', least: 1 };
const time: Field = { form: 'time', least: 0 };

type Fields<T> = { readonly [K in keyof T]-?: T[K] extends number ? Field : Fields<T[K]> };

/** What may stand under `spec.performance`; the type keeps it complete. */
export const performanceFields: Fields<PerformanceParameters> = {
  overhead: {
    trapping: {
      Compute: factor,
      Build: factor,
      Web: factor,
      Database: factor,
      Oltp: factor,
      FileServer: factor,
    },
    paravirtualization: share,
    hostPath: share,
    hardwareAssist: share,
  },
  memory: { fixed: bytes, perCpu: bytes, perGiB: bytes },
  migration: {
    bandwidth: rate,
    dirtyRate: bytes,
    workingSet: share,
    downtime: time,
    rounds: { form: 'number', least: 1 },
    slowdown: { form: 'number', least: 0, most: 0.99 },
  },
  boot: {
    imageRate: rate,
    linux: time,
    windows: time,
    unikernel: time,
    clone: time,
    disk: share,
    diskSharing: factor,
    spread: { form: 'number', least: 0, most: 2 },
    host: time,
  },
  contention: { loss: share, slice: { form: 'time', least: 1e-6 } },
};

/**
 * The defaults of the product's architecture with what its manifest sets in their place. Quantities
 * (`200M`, `32Mi`) and durations (`12s`) are read as text or as plain numbers in the units above.
 *
 * @throws UserError naming the field, when it is unknown or its value out of range
 */
export function parametersOf(traits: {
  readonly architecture: Architecture;
  readonly performance: Readonly<Record<string, unknown>>;
}): PerformanceParameters {
  return readOverrides(defaultParameters(traits.architecture), traits.performance);
}

/** `defaults` with the fields that `overrides` sets; neither is changed. Throws UserError on a bad field. */
export function readOverrides(
  defaults: PerformanceParameters,
  overrides: Readonly<Record<string, unknown>>,
): PerformanceParameters {
  return merge(defaults, performanceFields, overrides, 'spec.performance') as PerformanceParameters;
}

function merge(defaults: object, fields: object, overrides: unknown, path: string): object {
  if (!isRecord(overrides)) throw new UserError(`${path}: expected an object`);
  const known = fields as Readonly<Record<string, Field | object>>;
  const result: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(overrides)) {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    const at = `${path}.${name}`;
    if (field === undefined) {
      throw new UserError(`${at}: unknown field`, { nextSteps: [`known: ${Object.keys(known).join(', ')}`] });
    }
    // An absent value leaves the default.
    if (value === undefined) continue;
    result[name] = isField(field) ? read(field, value, at) : merge(result[name] as object, field, value, at);
  }
  return result;
}

function isField(field: Field | object): field is Field {
  return 'form' in field;
}

function read(field: Field, value: unknown, path: string): number {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? parse(field, value) : NaN;
  const most = field.most ?? Infinity;
  if (number === undefined || !(number >= field.least && number <= most) || !Number.isFinite(number)) {
    const range = field.most === undefined ? `at least ${field.least}` : `${field.least} to ${field.most}`;
    throw new UserError(
      `${path}: ${JSON.stringify(value)} is not valid here: expected ${wording[field.form]}, ${range}`,
    );
  }
  return number;
}

const wording = { number: 'a number', bytes: 'a quantity of bytes', time: 'a duration (ms as a number)' };

function parse(field: Field, text: string): number | undefined {
  return field.form === 'time' ? parseDuration(text) : parseQuantity(text);
}
