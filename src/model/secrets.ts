/** Values that must not be shown: those that the schema of a configuration marks with `writeOnly`. Pure. */
import { deepEqual, isRecord } from '../base/deep.ts';
import { hasSecrets, marksOf, partMarks, itemMarks, type Marks } from './secret-marks.ts';
import { type Application, type Tenant } from './kinds/index.ts';
import { type KubeObject } from './object.ts';

/** Stands for a value that must not be shown. */
export const hidden = '***';
/** Stands for one that differs from that of the other side of a comparison. */
export const hiddenOther = '*** (changed)';

/** An application by its namespace and name, as it stands and as it is to be: what any of them marks is secret. */
export type FindApplications = (namespace: string, name: string) => readonly Application[];

/**
 * The object as it may be shown: of a Tenant, without the secrets in its configuration. A secret that differs from
 * the one in `other` says so and no more. Where it cannot be told what is secret (no application is there to say so, or
 * its schema says it in a way that is not followed), all of it is hidden.
 */
export function withoutSecrets<T extends KubeObject>(
  object: T,
  find: FindApplications,
  other?: KubeObject,
): T {
  if (object.kind !== 'Tenant') return object;
  const { metadata, spec } = object as unknown as Tenant;
  if (spec.configuration === undefined) return object;
  const applications = find(metadata.namespace ?? '', spec.application);
  const schemas = applications.map((one) => one.spec.configuration).filter((schema) => hasSecrets(schema));
  if (applications.length > 0 && schemas.length === 0) return object;
  const marks = schemas.map((schema) => marksOf(schema, schema));
  const unknown = applications.length === 0 || marks.some(({ secret }) => secret);
  const theirs = (other as Tenant | undefined)?.spec.configuration;
  const shown = Object.entries(spec.configuration).map(([key, value]) => {
    const below = marks.map((one) => partMarks(one, key));
    const compared = other !== undefined;
    return [
      key,
      unknown ? mask(value, theirs?.[key], compared) : masked(value, below, theirs?.[key], compared),
    ];
  });
  const configuration = Object.fromEntries(shown) as Tenant['spec']['configuration'];
  return { ...object, spec: { ...spec, configuration } };
}

function mask(value: unknown, other: unknown, compared: boolean): string {
  return !compared || deepEqual(value, other) ? hidden : hiddenOther;
}

function masked(value: unknown, marks: readonly Marks[], other: unknown, compared: boolean): unknown {
  if (marks.some(({ secret }) => secret)) return mask(value, other, compared);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => {
      const below = marks.map((one) => itemMarks(one, index));
      return masked(item, below, Array.isArray(other) ? other[index] : undefined, compared);
    });
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => {
    const below = marks.map((one) => partMarks(one, key));
    return [key, masked(part, below, isRecord(other) ? other[key] : undefined, compared)] as const;
  });
  return Object.fromEntries(entries);
}
