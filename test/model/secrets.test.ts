import { describe, expect, test } from 'vitest';
import { hasSecrets, withoutSecrets } from '../../src/model/secrets.ts';
import { type Application } from '../../src/model/kinds/index.ts';
import { type KubeObject } from '../../src/model/object.ts';

const schema = {
  type: 'object',
  properties: {
    theme: { type: 'string' },
    key: { type: 'string', writeOnly: true },
    mail: { type: 'object', properties: { user: {}, password: { writeOnly: true } } },
    tokens: { type: 'array', items: { type: 'object', properties: { value: { writeOnly: true } } } },
  },
  allOf: [{ properties: { pin: { writeOnly: true } } }],
};
const find = (): Application => ({ spec: { configuration: schema } }) as unknown as Application;

function tenant(configuration: unknown): KubeObject {
  return {
    apiVersion: 'v',
    kind: 'Tenant',
    metadata: { name: 'a', namespace: 'x' },
    spec: { application: 'c', configuration },
  };
}

describe('write-only configuration', () => {
  const whole = {
    theme: 'dark',
    key: 's1',
    mail: { user: 'u', password: 's2' },
    tokens: [{ value: 's3', name: 'n' }],
    pin: 4,
  };

  test('is not shown, wherever it stands', () => {
    const shown = withoutSecrets(tenant(whole), find);
    expect(JSON.stringify(shown)).not.toMatch(/s1|s2|s3|4/);
    expect(shown.spec).toMatchObject({
      configuration: { theme: 'dark', mail: { user: 'u', password: '***' } },
    });
  });

  test('that differs says so and no more', () => {
    const { spec } = withoutSecrets(tenant({ ...whole, key: 'new' }), find, tenant(whole));
    expect(spec).toMatchObject({ configuration: { key: '*** (changed)', pin: '***' } });
  });

  test('without marks everything is shown, by the same reference', () => {
    const one = tenant(whole);
    expect(withoutSecrets(one, () => undefined)).toBe(one);
    expect(hasSecrets({ properties: { a: {} } })).toBe(false);
    expect(hasSecrets(schema)).toBe(true);
  });
});
