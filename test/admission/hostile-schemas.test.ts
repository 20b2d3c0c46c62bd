import { expect, test } from 'vitest';
import { configurationProblems } from '../../src/admission/rules/configuration.ts';
import { View } from '../../src/admission/rules/view.ts';
import { type Tenant } from '../../src/model/kinds/index.ts';
import { type KubeObject } from '../../src/model/object.ts';
import { nothingLive } from '../support/nothing-live.ts';

const said = async (schema: object, configuration: unknown): Promise<string[]> => {
  const base = { apiVersion: 'vctl.dev/v1alpha1', metadata: { name: 'a', namespace: 'default' } };
  const app: KubeObject = { ...base, kind: 'Application', spec: { configuration: schema } };
  const tenant = {
    ...base,
    kind: 'Tenant',
    spec: { application: 'a', maturity: 'Configurable', configuration },
  };
  const view = new View([app], nothingLive, []);
  return (await configurationProblems(tenant as unknown as Tenant, 'tenant "a"', view)).map(
    ({ message }) => message,
  );
};

test.each<readonly [string, object]>([
  ['itself', { allOf: [{ $ref: '#' }] }],
  [
    'in turns',
    {
      $ref: '#/$defs/a',
      $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } },
    },
  ],
])('a schema that refers to %s without an end · this value is refused', async (_name, schema) => {
  expect(await said(schema, { x: 1 })).toEqual([
    'tenant "a": configuration of application "a": / cannot be judged: its schema refers to itself without an end',
  ]);
});

test('a schema that goes down the value with each turn is one like others', async () => {
  const tree = { properties: { next: { $ref: '#' }, n: { type: 'integer' } } };
  expect(await said(tree, { next: { next: { n: 1 } } })).toEqual([]);
  expect(await said(tree, { next: { next: { n: 'x' } } })).toHaveLength(1);
});

test('a long list without two alike · each item is looked at once', async () => {
  const schema = { properties: { list: { uniqueItems: true } } };
  const items = Array.from({ length: 100_000 }, (_, n) => ({ n, text: 'x' }));
  expect(await said(schema, { list: items })).toEqual([]);
  expect(await said(schema, { list: [...items, { text: 'x', n: 5 }] })).toEqual([
    'tenant "a": configuration of application "a": /list must not have an item twice',
  ]);
});
