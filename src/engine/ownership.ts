import { isKind, type Kind } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { schemaOf } from '../model/schemas.ts';
import { type MergeSchema, mergeSchemaOf } from '../merge/schema.ts';
import { has } from '../merge/field-set.ts';
import { ownersOf } from '../merge/owners.ts';
import { trackUpdate } from '../merge/update.ts';

/** The names under which controllers own the fields that they set on objects of others. */
export const managers = {
  scaling: 'vctl-scaling',
  pool: 'vctl-pool',
  tenancy: 'vctl-tenancy',
} as const;

const schemas = new Map<Kind, MergeSchema>();

/** How the fields of a kind are merged and owned. */
export function mergeSchemaFor(kind: Kind): MergeSchema {
  let schema = schemas.get(kind);
  if (!schema) schemas.set(kind, (schema = mergeSchemaOf(schemaOf(kind))));
  return schema;
}

/** `next` with the fields that differ from `old` owned by `manager`. */
export function trackManager(old: KubeObject, next: KubeObject, manager: string, nowMs: number): KubeObject {
  if (!isKind(next.kind)) return next;
  return trackUpdate({ before: old, after: next, manager, schema: mergeSchemaFor(next.kind), nowMs });
}

/** True when an autoscaler has set the size of the VMs that a pool makes. */
export function isSizeScaled(object: KubeObject): boolean {
  const path = ['f:spec', 'f:template', 'f:spec', 'f:resources'];
  return isScaled(object, [...path, 'f:cpu']) || isScaled(object, [...path, 'f:memory']);
}

/** True when it was an autoscaler, and nobody since, who has set how many VMs there are to be. */
export function isCountScaled(object: KubeObject): boolean {
  return isScaled(object, ['f:spec', 'f:replicas']);
}

function isScaled({ metadata }: KubeObject, path: readonly string[]): boolean {
  return ownersOf(metadata.managedFields)
    .filter(({ entry }) => entry.manager === managers.scaling)
    .some(({ fields }) => has(fields, path));
}
