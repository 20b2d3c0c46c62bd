import { type KubeObject } from '../../src/model/object.ts';
import { applyObject, type ApplyOptions, type Conflict } from '../../src/merge/apply.ts';
import { readablePaths } from '../../src/merge/field-path.ts';
import { fromFieldsV1 } from '../../src/merge/field-set.ts';
import { mergeSchemaOf } from '../../src/merge/schema.ts';
import { trackUpdate } from '../../src/merge/update.ts';

/** A kind with every merge strategy. */
export const jsonSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        size: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
        resources: { $ref: '#/$defs/resources' },
        config: { type: 'object', additionalProperties: { type: 'string' } },
        selector: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: { app: { type: 'string' } },
        },
        zones: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        args: { type: 'array', items: { type: 'string' } },
        tiers: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { $ref: '#/$defs/tier' },
        },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } },
          },
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object' },
  },
  $defs: {
    resources: { type: 'object', properties: { cpu: { type: 'string' }, memory: { type: 'string' } } },
    tier: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        replicas: { type: 'integer' },
        resources: { $ref: '#/$defs/resources' },
        children: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { $ref: '#/$defs/tier' },
        },
      },
    },
  },
} as const;

export const schema = mergeSchemaOf(jsonSchema);

export const startMs = Date.UTC(2000, 0, 1);

/** An object with this spec and metadata. */
export function thing(spec?: unknown, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return {
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'Thing',
    metadata: { name: 'x', ...metadata },
    ...(spec === undefined ? {} : { spec }),
  };
}

export type Who = Partial<ApplyOptions>;

/** Applies and expects no conflict. */
export function apply(
  live: KubeObject | undefined,
  manager: string,
  applied: KubeObject,
  who: Who = {},
): KubeObject {
  const result = applyObject({ live, applied, manager, schema, nowMs: startMs, ...who });
  if (result.type === 'conflict') throw new Error(`conflict: ${JSON.stringify(result.conflicts)}`);
  return result.object;
}

/** Applies and expects conflicts. */
export function conflicts(
  live: KubeObject,
  manager: string,
  applied: KubeObject,
  who: Who = {},
): readonly Conflict[] {
  const result = applyObject({ live, applied, manager, schema, nowMs: startMs, ...who });
  if (result.type === 'merged') throw new Error(`merged: ${JSON.stringify(result.object)}`);
  return result.conflicts;
}

/** A plain write by `manager`. */
export function write(
  before: KubeObject | undefined,
  manager: string,
  after: KubeObject,
  nowMs = startMs,
): KubeObject {
  return trackUpdate({ before, after, manager, schema, nowMs });
}

/** `{'file Apply': ['.spec.replicas', …]}` */
export function owners(object: KubeObject): Record<string, string[]> {
  return Object.fromEntries(
    (object.metadata.managedFields ?? []).map((e) => [
      [e.manager, e.operation, e.subresource].filter(Boolean).join(' '),
      readablePaths(fromFieldsV1(e.fieldsV1)),
    ]),
  );
}

/** `object` without what tells of owners. */
export function plain(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
