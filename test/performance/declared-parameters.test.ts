import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateObject } from '../../src/admission/validate.ts';
import { parametersOf, performanceFields } from '../../src/performance/overrides.ts';

/** `memory.perCpu` and the others, from the groups of the model. */
function pathsOf(fields: object, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    'form' in (field as object) ? [`${prefix}${name}`] : pathsOf(field as object, `${prefix}${name}.`),
  );
}

function setting(path: string, value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = path.split('.').reverse();
  return rest.reduce<Record<string, unknown>>((inner, name) => ({ [name]: inner }), { [first]: value });
}

function admitted(performance: unknown): ReturnType<typeof validateObject> {
  return validateObject({
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'Hypervisor',
    metadata: { name: 'x' },
    spec: { product: 'X', architecture: 'BareMetal', modes: ['Full'], performance },
  });
}

const paths = pathsOf(performanceFields);

describe('what a manifest may set under spec.performance', () => {
  test.each(paths)('%s · the schema knows it', (path) => {
    const values = [0.5, 1, '1', '1s'].filter((value) => admitted(setting(path, value)).ok);
    expect(values).not.toEqual([]);
  });

  test('what admission lets in, the model can use', () => {
    const value = fc.oneof(
      fc.constantFrom(0, 1, -1, 0.5, 1e12, '0', '0s', '1', '500m', '5Mi', '3s', '0.5ms', '1h', 'soon', null),
      fc.double({ noNaN: true }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, given) => {
        const performance = setting(path, given);
        if (!admitted(performance).ok) return;
        // A field that is null is one that is absent.
        const present = given === null ? {} : performance;
        expect(() => parametersOf({ architecture: 'BareMetal', performance: present })).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a field that is misspelt', { memory: { perCpus: '1Mi' } }, '/spec/performance/memory/perCpus'],
    ['a group that is misspelt', { migrations: {} }, '/spec/performance/migrations'],
    ['no quantity', { memory: { perCpu: 'banana' } }, '/spec/performance/memory/perCpu'],
    ['a rate of nothing', { migration: { bandwidth: 0 } }, '/spec/performance/migration/bandwidth'],
    ['a share above 1', { overhead: { hostPath: 1.5 } }, '/spec/performance/overhead/hostPath'],
    ['a time without unit', { boot: { linux: 12 } }, '/spec/performance/boot/linux'],
    ['a slice of nothing', { contention: { slice: '0ms' } }, '/spec/performance/contention/slice'],
  ])('refused · %s', (_name, performance, path) => {
    const result = admitted(performance);
    expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toEqual([path]);
  });
});
