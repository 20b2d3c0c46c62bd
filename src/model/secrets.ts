/** Values that must not be shown: those that the schema of a configuration marks with `writeOnly`. Pure. */
import { deepEqual, isRecord } from '../base/deep.ts';
import { type Application, type Tenant } from './kinds/index.ts';
import { type KubeObject } from './object.ts';

/** Stands for a value that must not be shown. */
export const hidden = '***';
/** Stands for one that differs from that of the other side of a comparison. */
export const hiddenOther = '*** (changed)';

/** Finds an application by its namespace and name. */
export type FindApplication = (namespace: string, name: string) => Application | undefined;

/** True when the schema marks anything with `writeOnly`. */
export function hasSecrets(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasSecrets);
  return isRecord(schema) && (schema['writeOnly'] === true || Object.values(schema).some(hasSecrets));
}

/**
 * The object as it may be shown: of a Tenant, without the secrets in its configuration. A secret that differs from
 * the one in `other` says so and no more.
 */
export function withoutSecrets<T extends KubeObject>(
  object: T,
  find: FindApplication,
  other?: KubeObject,
): T {
  if (object.kind !== 'Tenant') return object;
  const { metadata, spec } = object as unknown as Tenant;
  const schema = find(metadata.namespace ?? '', spec.application)?.spec.configuration;
  if (!spec.configuration || !hasSecrets(schema)) return object;
  const theirs = (other as Tenant | undefined)?.spec.configuration;
  const configuration = masked(spec.configuration, schema, theirs, other !== undefined);
  return { ...object, spec: { ...spec, configuration } };
}

function masked(value: unknown, schema: unknown, other: unknown, compared: boolean): unknown {
  const marks = schemasOf(schema);
  // Taken out by another schema already.
  if (value === hidden || value === hiddenOther) return value;
  if (marks.some((one) => one['writeOnly'] === true)) {
    return !compared || deepEqual(value, other) ? hidden : hiddenOther;
  }
  if (Array.isArray(value)) {
    const items = marks.map((one) => one['items']).filter(isRecord);
    return value.map((item: unknown, index) =>
      masked(item, { allOf: items }, Array.isArray(other) ? other[index] : undefined, compared),
    );
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => {
    const below = marks.map((one) => partOf(one, key)).filter(isRecord);
    return [key, masked(part, { allOf: below }, isRecord(other) ? other[key] : undefined, compared)] as const;
  });
  return Object.fromEntries(entries);
}

function partOf(schema: Readonly<Record<string, unknown>>, key: string): unknown {
  const properties = schema['properties'];
  if (isRecord(properties) && Object.hasOwn(properties, key)) return properties[key];
  return schema['additionalProperties'];
}

/** A schema and all that it combines: one mark in any of them is enough. */
function schemasOf(schema: unknown): Record<string, unknown>[] {
  if (!isRecord(schema)) return [];
  const parts = ['allOf', 'anyOf', 'oneOf'].map((name) => schema[name]).filter(Array.isArray);
  return [schema, ...parts.flat().flatMap(schemasOf)];
}
