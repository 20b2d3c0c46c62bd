import { expect, test } from 'vitest';
import { create, remove } from '../../src/model/lifecycle.ts';
import { type KubeObject } from '../../src/model/object.ts';

function made(kind: string, finalizers?: readonly string[]): KubeObject {
  return create(
    { apiVersion: 'v1', kind, metadata: { name: 'a', ...(finalizers ? { finalizers } : {}) } },
    'u',
    0,
  );
}

test('a namespace has its finalizer from its first moment, beside those that were asked for', () => {
  expect(made('Namespace').metadata.finalizers).toEqual(['kubernetes']);
  expect(made('Namespace', ['x', 'kubernetes']).metadata.finalizers).toEqual(['x', 'kubernetes']);
  expect(made('Host').metadata.finalizers).toBeUndefined();
});

test('so that deleting it at once only marks it', () => {
  expect(remove(made('Namespace'), 1).type).toBe('put');
  expect(remove(made('Host'), 1).type).toBe('remove');
});
