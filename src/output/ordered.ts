import { isRecord } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type KubeObject } from '../model/object.ts';

const first = ['apiVersion', 'kind', 'metadata'];
const firstOfMetadata = ['name', 'namespace', 'labels', 'annotations'];

export interface ShownFields {
  /** Who owns which field is long and seldom wanted. @defaultValue false */
  readonly showManagedFields?: boolean;
}

/**
 * A copy whose keys stand in the one order in which vctl writes objects: what it is, who it is, then the
 * rest by name. Absent (undefined) fields are dropped, so that JSON and YAML say the same.
 */
export function orderedObject(object: KubeObject, shown: ShownFields = {}): Record<string, unknown> {
  const result = orderKeys(object, first);
  const metadata = orderKeys(object.metadata, firstOfMetadata);
  if (shown.showManagedFields !== true) delete metadata['managedFields'];
  if ('metadata' in result) result['metadata'] = metadata;
  return result;
}

/** Any JSON value with the keys of all its objects sorted by code unit. */
export function orderedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(orderedValue);
  return isRecord(value) ? orderKeys(value, []) : value;
}

function orderKeys(value: object, leading: readonly string[]): Record<string, unknown> {
  const record = value as Readonly<Record<string, unknown>>;
  const rest = Object.keys(record)
    .filter((key) => !leading.includes(key))
    .sort(compareText);
  const result: Record<string, unknown> = {};
  for (const key of [...leading, ...rest]) {
    if (record[key] !== undefined) result[key] = orderedValue(record[key]);
  }
  return result;
}
