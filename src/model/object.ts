/**
 * The shape that every object shares with Kubernetes, and the vocabulary of its metadata.
 * Source: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
 */

export const apiVersion = 'vctl.dev/v1alpha1';

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** Who owns which fields: one entry a manager, operation and subresource. */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: Readonly<Record<string, unknown>>;
  readonly subresource?: string;
}

export interface ObjectMeta {
  readonly name: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly uid?: string;
  /** The store's revision at this object's last write, in decimal. */
  readonly resourceVersion?: string;
  /** 1 at creation; grows with each change of what is wanted, never with status or metadata. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  /** Set when deletion was asked for; the object goes when its last finalizer is removed. */
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** Any object as stored: kinds narrow `spec` and `status`. Stored objects are never mutated. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Names one object. `namespace` is '' for cluster-scoped kinds. */
export interface ObjectKey {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The key of an object. */
export function keyOf(object: KubeObject): ObjectKey {
  return { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

/** One string a key, in an order that groups by kind, then namespace, then name. Names hold no `/`. */
export function keyText(key: ObjectKey): string {
  return `${key.kind}/${key.namespace}/${key.name}`;
}

/** The inverse of `keyText`. */
export function parseKeyText(text: string): ObjectKey {
  const [kind = '', namespace = '', name = ''] = text.split('/');
  return { kind, namespace, name };
}

/** True when `object` is owned, as its managing controller, by the object with this uid. */
export function isControlledBy(object: KubeObject, ownerUid: string): boolean {
  return object.metadata.ownerReferences?.some((o) => o.controller === true && o.uid === ownerUid) ?? false;
}

/** The reference by which `owner` manages what it made; deleting the owner deletes that too. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** True once deletion was asked for. */
export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
