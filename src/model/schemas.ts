/** The JSON Schemas of the kinds as values, for defaults, `explain`, merging and completion. */
import { type Kind } from './kinds/index.ts';
import generated from './generated/schemas.json' with { type: 'json' };

/** The part of JSON Schema (2020-12, structural as in CRDs) that the schemas of the kinds use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxLength?: number;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  /** What the value measures, where equal amounts can be written in several ways: see `canonical.ts`. */
  readonly 'x-vctl-unit'?: 'cores' | 'bytes' | 'share' | 'figure';
}

/** A cross-field rule in CEL, as CRDs carry it, with vctl's error code. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  /** Where the error belongs, relative to the rule's own place: `.mode`. */
  readonly fieldPath?: string;
  readonly 'x-vctl-code': string;
}

const schemas = generated as unknown as Readonly<Record<Kind, JsonSchema>>;

/** The schema of a kind; what it shares with others stands in its own `$defs`. */
export function schemaOf(kind: Kind): JsonSchema {
  return schemas[kind];
}

/** Follows a reference into the root's `$defs`; what stands beside `$ref` (description, default) wins. */
export function resolveSchema(root: JsonSchema, schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const target = root.$defs?.[$ref.replace('#/$defs/', '')] ?? {};
  return { ...resolveSchema(root, target), ...beside };
}
