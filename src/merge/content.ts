/** The part of an object that managers own: neither identity, nor status, nor what the system writes. */
import { type KubeObject, type ManagedFieldsEntry, type ObjectMeta } from '../model/object.ts';
import { fieldSetOf } from './field-set.ts';

export type Content = Readonly<Record<string, unknown>>;

/** Metadata itself is always there: only its parts are anybody's. */
export const metadataField = fieldSetOf([['f:metadata']]);

const ownedMetadata = ['annotations', 'finalizers', 'labels', 'ownerReferences'] as const;
const identity = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** What of `object` can be owned, laid out as in the object; an empty value for no object. */
export function contentOf(object: KubeObject | undefined): Content {
  if (object === undefined) return {};
  const content: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = {};
  for (const key of ownedMetadata) {
    if (object.metadata[key] !== undefined) metadata[key] = object.metadata[key];
  }
  if (Object.keys(metadata).length > 0) content['metadata'] = metadata;
  for (const [key, value] of Object.entries(object)) {
    if (!identity.has(key) && value !== undefined) content[key] = value;
  }
  return content;
}

/** `object` with other content; identity, status and the system's metadata stay. */
export function withContent(object: KubeObject, content: Content): KubeObject {
  const { annotations: _a, finalizers: _f, labels: _l, ownerReferences: _o, ...fixed } = object.metadata;
  const { metadata: owned, ...rest } = content;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { ...fixed, ...(owned as Partial<ObjectMeta> | undefined) },
    ...rest,
    ...(object.status === undefined ? {} : { status: object.status }),
  };
}

/** `object` with these managed fields; without the property when there are none. */
export function withManagedFields(object: KubeObject, entries: readonly ManagedFieldsEntry[]): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } };
}
