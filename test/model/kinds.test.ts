import { describe, expect, test } from 'vitest';
import { isKind, kindNames, kinds, qualifiedName, resolveKind } from '../../src/model/kinds/index.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { schemaOf } from '../../src/model/schemas.ts';

describe('registry of kinds', () => {
  test('every kind has a schema of its own name and apiVersion', () => {
    for (const kind of kindNames) {
      expect(schemaOf(kind).title).toBe(kind);
      expect(schemaOf(kind).properties?.['apiVersion']?.const).toBe(kinds[kind].apiVersion);
    }
  });

  test('no two kinds answer to the same word', () => {
    const words = kindNames.flatMap((k) => [kinds[k].plural, kinds[k].singular, ...kinds[k].shortNames]);
    expect(new Set(words).size).toBe(words.length);
  });

  test.each([
    ['vm', 'VirtualMachine'],
    ['VirtualMachines', 'VirtualMachine'],
    ['virtualmachine.vctl.dev', 'VirtualMachine'],
    ['ns', 'Namespace'],
    ['virtualmachine.other.dev', undefined],
    ['pods', undefined],
  ])('%s means %s', (word, kind) => expect(resolveKind(word)).toBe(kind));

  test('names carry the group, core ones do not', () => {
    expect(qualifiedName('VirtualMachine', 'a')).toBe('virtualmachine.vctl.dev/a');
    expect(qualifiedName('Namespace', 'a')).toBe('namespace/a');
    expect(isKind('Pod')).toBe(false);
  });
});

describe('defaults', () => {
  const host = {
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'Host',
    metadata: { name: 'a' },
    spec: { hypervisor: 'kvm', capacity: { cpu: '4', memory: '8Gi' } },
  };

  test('fill nested objects top down', () => {
    const { spec } = withDefaults('Host', host);
    expect(spec.overcommit).toEqual({ cpu: 4, memory: 1 });
    expect(spec.power).toEqual({ idleWatts: 110, maxWatts: 380 });
    expect(spec.unschedulable).toBe(false);
  });

  test('keep what was given, and the very object when nothing is missing', () => {
    const once = withDefaults('Host', { ...host, spec: { ...host.spec, overcommit: { cpu: 2 } } });
    expect(once.spec.overcommit).toEqual({ cpu: 2, memory: 1 });
    expect(withDefaults('Host', once)).toBe(once);
  });
});
