import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRule } from '../../src/admission/cel.ts';
import { admit, validateObject } from '../../src/admission/validate.ts';
import { ApiError } from '../../src/base/errors.ts';
import { hypervisorCatalogue } from '../../src/model/catalogue.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { kindNames } from '../../src/model/kinds/index.ts';
import { schemaOf } from '../../src/model/schemas.ts';

const vm = {
  apiVersion: 'vctl.dev/v1alpha1',
  kind: 'VirtualMachine',
  metadata: { name: 'a', namespace: 'default' },
  spec: { guest: { os: 'debian-12' }, resources: { cpu: '1', memory: '2Gi' } },
};

/** Codes and places of what is wrong; nothing for a sound object. */
function wrong(object: unknown): string[] {
  const result = validateObject(object);
  return result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`);
}

/** Every rule that stands anywhere in a schema. */
function rulesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'x-kubernetes-validations'
      ? (value as { rule: string }[]).map(({ rule }) => rule)
      : rulesIn(value),
  );
}

describe('a sound object', () => {
  const examples = kindNames.flatMap((kind) =>
    (schemaOf(kind).examples ?? []).map((example, index) => [`${kind} ${index + 1}`, kind, example] as const),
  );

  test.each(examples)("the schema's example %s is admitted", (_name, _kind, example) => {
    expect(wrong(example)).toEqual([]);
  });

  test.each(examples)('%s stays sound with its defaults', (_name, kind, example) => {
    expect(wrong(withDefaults(kind, example))).toEqual([]);
  });

  test('every hypervisor of the catalogue is admitted', () => {
    expect(hypervisorCatalogue.map((object) => [object.metadata.name, wrong(object)])).toEqual(
      ['cp-cms', 'esx', 'hyper-v', 'kvm', 'virtualbox', 'xen'].map((name) => [name, []]),
    );
  });

  test('comes back as it was written, and once more with its defaults', () => {
    const result = validateObject(vm);
    if (!result.ok) throw new Error('refused');
    expect(result.object).toBe(vm);
    expect(result.admitted.spec).toMatchObject({ runPolicy: 'Always', guest: { paravirtualized: false } });
  });

  test('amounts are canonical in both, and one that cannot be counted is refused', () => {
    const sized = (cpu: unknown, memory: unknown) => ({
      ...vm,
      spec: { ...vm.spec, resources: { cpu, memory } },
    });
    const result = validateObject(sized(0.5, '2048Mi'));
    if (!result.ok) throw new Error('refused');
    expect(result.object.spec).toMatchObject({ resources: { cpu: '500m', memory: '2Gi' } });
    expect(result.admitted.spec).toMatchObject({ resources: { cpu: '500m', memory: '2Gi' } });
    expect(wrong(sized('1e400', '9Ei'))).toEqual([
      'OUT_OF_RANGE /spec/resources/cpu',
      'OUT_OF_RANGE /spec/resources/memory',
    ]);
    expect(wrong(sized(-0.5, '4GB'))).toEqual([
      'BAD_FORMAT /spec/resources/cpu',
      'BAD_FORMAT /spec/resources/memory',
    ]);
  });

  test('is what admit returns; it throws Invalid for another', () => {
    expect(admit(vm).spec).toMatchObject({ profile: 'Web' });
    expect(() => admit({ ...vm, kind: 'Hots' })).toThrow(ApiError);
    expect(() => admit({ ...vm, kind: 'Hots' })).toThrow(/did you mean "Host"/);
  });
});

describe('null', () => {
  test('counts as absent in a field', () => {
    const result = validateObject({
      ...vm,
      spec: { ...vm.spec, priority: null, placement: { tolerations: null } },
    });
    if (!result.ok) throw new Error('refused');
    expect(result.object.spec).toEqual({ ...vm.spec, placement: {} });
  });

  test('stays where the schema takes anything: a merge patch deletes with it', () => {
    const patch = { kind: 'Tenant', name: 'acme', merge: { metadata: null, spec: { host: null } } };
    const scenario = {
      apiVersion: 'vctl.dev/v1alpha1',
      kind: 'Scenario',
      metadata: { name: 'a', labels: null },
      spec: { duration: '1h', events: [{ at: '1h', fault: null, patch }] },
    };
    const result = validateObject(scenario);
    if (!result.ok) throw new Error('refused');
    expect(result.object.spec).toEqual({ duration: '1h', events: [{ at: '1h', patch }] });
  });
});

describe('rules of the schemas', () => {
  const rules = [...new Set(kindNames.flatMap((kind) => rulesIn(schemaOf(kind))))].sort();

  test('there are some', () => expect(rules.length).toBeGreaterThan(15));

  test.each(rules)('compiles: %s', (rule) => expect(typeof compileRule(rule)).toBe('function'));

  test.each([
    ['quantity("1").compareTo(quantity("1000m")) == 0'],
    ['quantity("1Gi").isGreaterThan(quantity("1G"))'],
    ['quantity("1e3").isLessThan(quantity("1Mi"))'],
    ['isQuantity("4Gi") && !isQuantity("4GB")'],
    ['quantity(string(self)).compareTo(quantity("2")) == 0'],
  ])('%s', (rule) => expect(compileRule(rule)(2)).toBe(true));

  test('are not judged by a value that is no boolean', () => expect(compileRule('self')(1)).toBe(false));
});

describe('whatever is given', () => {
  test('only problems come of it, never an exception', () => {
    const odd = fc.oneof(
      { weight: 3, arbitrary: fc.jsonValue() },
      { weight: 1, arbitrary: fc.constantFrom('4Gi', '1h', 'Para', 'Full', -1, 0.5, {}, [], [null], null) },
    );
    const object = fc.record({
      apiVersion: fc.constant('vctl.dev/v1alpha1'),
      kind: fc.constantFrom(...kindNames),
      metadata: fc.oneof(odd, fc.record({ name: odd, namespace: odd }, { requiredKeys: [] })),
      spec: fc.oneof(
        odd,
        fc.record(
          Object.fromEntries(
            ['guest', 'resources', 'mode', 'tiers', 'template', 'selector', 'target', 'to', 'pattern'].map(
              (name) => [name, odd],
            ),
          ),
          { requiredKeys: [] },
        ),
      ),
    });
    fc.assert(
      fc.property(object, (given) => {
        const result = validateObject(given);
        if (!result.ok) expect(result.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a load balancer', () => {
  const selector = { matchLabels: { app: 'web' } };
  test.each([
    ['outliers as by default', { outlierDetection: {} }, []],
    [
      'no time between sweeps',
      { outlierDetection: { interval: '0s' } },
      ['DURATION_ZERO /spec/outlierDetection/interval'],
    ],
    ['no panic', { panicThreshold: '0%' }, []],
    ['a panic threshold without its unit', { panicThreshold: 50 }, ['WRONG_TYPE /spec/panicThreshold']],
    ['more than all', { panicThreshold: '101%' }, ['BAD_FORMAT /spec/panicThreshold']],
    ['clients on a ring', { algorithm: 'RingHash', sessionAffinity: { keys: 5 } }, []],
    ['a queue in which nobody waits', { queue: { limit: 0 } }, []],
    ['less than nobody', { queue: { limit: -1 } }, ['OUT_OF_RANGE /spec/queue/limit']],
    ['no time to wait', { queue: { timeout: '0s' } }, ['DURATION_ZERO /spec/queue/timeout']],
    ['some time to wait', { queue: { timeout: '0s500ms' } }, []],
    ['service times that never differ', { serviceVariation: 0 }, []],
    ['a negative spread', { serviceVariation: -0.1 }, ['OUT_OF_RANGE /spec/serviceVariation']],
    ['clients of nobody', { sessionAffinity: { keys: 5 } }, ['AFFINITY_NEEDS_HASHING /spec/sessionAffinity']],
  ])('%s', (_name, spec, expected) => {
    const balancer = { ...vm, kind: 'LoadBalancer', spec: { selector, ...spec } };
    expect(wrong(balancer)).toEqual(expected);
  });
});

describe('labels and selectors, as Kubernetes has them', () => {
  const budget = (spec: object): object => ({
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'DisruptionBudget',
    metadata: { name: 'a', namespace: 'default' },
    spec: { selector: {}, minAvailable: 1, ...spec },
  });
  const expression = (one: object): object => budget({ selector: { matchExpressions: [one] } });
  const labelled = (labels: object): object => ({ ...vm, metadata: { ...vm.metadata, labels } });
  const annotated = (annotations: object): object => ({ ...vm, metadata: { ...vm.metadata, annotations } });
  test.each<[string, object, string[]]>([
    ['In with values', expression({ key: 'a', operator: 'In', values: ['b'] }), []],
    [
      'In without',
      expression({ key: 'a', operator: 'In' }),
      ['VALUES_REQUIRED /spec/selector/matchExpressions/0'],
    ],
    [
      'NotIn of none',
      expression({ key: 'a', operator: 'NotIn', values: [] }),
      ['VALUES_REQUIRED /spec/selector/matchExpressions/0'],
    ],
    [
      'Exists with values',
      expression({ key: 'a', operator: 'Exists', values: ['b'] }),
      ['VALUES_FORBIDDEN /spec/selector/matchExpressions/0/values'],
    ],
    ['Exists', expression({ key: 'example.com/a', operator: 'Exists' }), []],
    [
      'a key that no label has',
      expression({ key: 'a b', operator: 'Exists' }),
      ['LABEL_KEY /spec/selector/matchExpressions/0/key'],
    ],
    [
      'a value that no label has',
      expression({ key: 'a', operator: 'In', values: ['b!'] }),
      ['LABEL_VALUE /spec/selector/matchExpressions/0/values'],
    ],
    ['a label', labelled({ 'topology.vctl.dev/zone': 'a' }), []],
    ['a label with a bad key', labelled({ '-a': 'b' }), ['LABEL_KEY /metadata/labels']],
    ['an unknown field, though it is null', { ...vm, 'spec:3': null }, ['UNKNOWN_FIELD /spec:3']],
    ['labels of any name', labelled({ constructor: 'a', toString: 'b', hasOwnProperty: 'c' }), []],
    ['annotations', annotated({ 'Example.com/a_b': 'any text, even = and spaces' }), []],
    ['an annotation with a bad key', annotated({ 'a b': 'c' }), ['ANNOTATION_KEY /metadata/annotations']],
    [
      'a key that is no more than a domain',
      annotated({ 'a.b/': 'c' }),
      ['ANNOTATION_KEY /metadata/annotations'],
    ],
    ['more than all', budget({ minAvailable: '101%' }), ['ABOVE_100_PERCENT /spec/minAvailable']],
    ['all', budget({ minAvailable: '100%' }), []],
  ])('%s', (_name, object, expected) => {
    expect(wrong(object)).toEqual(expected);
  });
});
