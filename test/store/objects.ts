import { type KubeObject, type ObjectKey, type ObjectMeta } from '../../src/model/object.ts';

export const nowMs = Date.UTC(2000, 0, 1);

/** An object of the kind that the store tests are about. */
export function thing(
  name: string,
  metadata: Partial<ObjectMeta> = {},
  spec: unknown = { size: 1 },
): KubeObject {
  return {
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'Thing',
    metadata: { name, namespace: 'default', ...metadata },
    spec,
  };
}

export function thingKey(name: string, namespace = 'default'): ObjectKey {
  return { kind: 'Thing', namespace, name };
}
