import { expect, test } from 'vitest';
import { explainField } from '../../../src/app/inspect/explain.ts';
import { kindNames } from '../../../src/model/kinds/index.ts';
import { renderExplanation } from '../../../src/output/explain-text.ts';

const text = (path: string, recursive = false): string => renderExplanation(explainField(path), recursive);

test('a kind', () => {
  expect(text('lb')).toMatchInlineSnapshot(`
    "KIND:     LoadBalancer
    VERSION:  vctl.dev/v1alpha1

    DESCRIPTION:
      Spreads requests over the VMs that its selector matches.

    EXAMPLE:
      apiVersion: vctl.dev/v1alpha1
      kind: LoadBalancer
      metadata:
        name: web
      spec:
        selector:
          matchLabels:
            app: web
        algorithm: LeastRequest
        serviceTime: 8ms

    FIELDS:
      apiVersion <string> required
        Version of the schema of this object.
        one of: vctl.dev/v1alpha1

      kind <string> required
        Kind of this object.
        one of: LoadBalancer

      metadata <Object> required
        Name, namespace, labels and bookkeeping.

      spec <Object> required
        What is balanced, and how.

      status <Object>
        What was seen.
    "
  `);
});

test('a field of the items of a list', () => {
  expect(text('vm.spec.placement.topologySpread[0].whenUnsatisfiable')).toMatchInlineSnapshot(`
    "KIND:     VirtualMachine
    VERSION:  vctl.dev/v1alpha1
    FIELD:    spec.placement.topologySpread.whenUnsatisfiable <string>

    DESCRIPTION:
      Must, or wish.
      one of: DoNotSchedule, ScheduleAnyway
      default: DoNotSchedule
    "
  `);
});

test('defaults, limits and allowed values', () => {
  expect(text('LoadBalancer.spec.healthCheck')).toMatchInlineSnapshot(`
    "KIND:     LoadBalancer
    VERSION:  vctl.dev/v1alpha1
    FIELD:    spec.healthCheck <Object>

    DESCRIPTION:
      How backends are checked.
      default: {}

    FIELDS:
      interval <Duration>
        Between two checks.
        default: 5s

      unhealthyThreshold <integer>
        Failures in a row until a backend is out.
        default: 2
        limits: at least 1

      healthyThreshold <integer>
        Successes in a row until it is in.
        default: 2
        limits: at least 1
    "
  `);
});

test('recursive: the names of all below', () => {
  expect(text('tenant.spec', true)).toMatchInlineSnapshot(`
    "KIND:     Tenant
    VERSION:  vctl.dev/v1alpha1
    FIELD:    spec <Object> required

    DESCRIPTION:
      The customer.

    FIELDS:
      application <string> required
      maturity <string> required
      build <string>
      configuration <Object>
      host <string>
      weight <number>
      quota <Object>
        cpu <Quantity>
        memory <Quantity>
        requestsPerSecond <number>
    "
  `);
});

test.each([
  ['a wrong field', 'vm.spec.profil', 'VirtualMachine.spec has no field "profil"; did you mean "profile"?'],
  ['one that is deeper', 'vm.spec.memroy', 'has no field "memroy"; did you mean "resources.memory"?'],
  ['nothing like any', 'vm.spec.xyzzy', 'VirtualMachine.spec has no field "xyzzy"'],
  ['below a plain value', 'vm.spec.profile.a', 'VirtualMachine.spec.profile has no field "a"'],
  ['a wrong kind', 'vmm.spec', 'there is no kind "vmm"; did you mean "vm"?'],
])('refused · %s', (_name, path, message) => {
  expect(() => explainField(path)).toThrow(message);
});

test.each(kindNames)('every field of %s says what it is', (kind) => {
  const silent: string[] = [];
  const visit = (field: ReturnType<typeof explainField>['field']): void => {
    if (field.description === '' || field.type === 'any') silent.push(field.path);
    for (const one of field.fields) visit(one);
  };
  visit(explainField(kind).field);
  expect(silent).toEqual([]);
});
