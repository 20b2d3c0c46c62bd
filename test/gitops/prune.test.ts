import { describe, expect, test } from 'vitest';
import { mostPruned, planPrune, type PruneInput } from '../../src/gitops/prune.ts';
import { type KubeObject } from '../../src/model/object.ts';

const names = ['a', 'b', 'c', 'd', 'e'];

function object(name: string, more: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'v', kind: 'Host', metadata: { name, uid: `uid-${name}`, ...more }, spec: {} };
}

function plan(declared: readonly string[], more: Partial<PruneInput> = {}): ReturnType<typeof planPrune> {
  return planPrune({
    inventory: names.map((name) => ({ kind: 'Host', namespace: '', name, uid: `uid-${name}` })),
    declared: new Set(declared.map((name) => `Host//${name}`)),
    claimed: () => undefined,
    live: ({ name }) => object(name),
    keeper: () => () => undefined,
    ...{ enabled: true, incomplete: false, maxPrune: '20%', dangerous: false },
    ...more,
  });
}

const four = ['a', 'b', 'c', 'd'];

describe('what is pruned', () => {
  test.each<[string, readonly string[], Partial<PruneInput>, readonly string[]]>([
    ['what is declared no more', four, {}, ['e']],
    ['nothing that is declared', names, {}, []],
    ['nothing, without spec.prune', four, { enabled: false }, []],
    ['nothing, after an error', four, { incomplete: true }, []],
    ['nothing, after an error, whatever is insisted on', four, { incomplete: true, dangerous: true }, []],
    ['nothing beyond the limit', ['a', 'b', 'c'], {}, []],
    ['more, when somebody insists', ['a', 'b', 'c'], { dangerous: true }, ['e', 'd']],
    ['more, when the spec says so', ['a', 'b', 'c'], { maxPrune: 2 }, ['e', 'd']],
    ['nothing for an empty revision', [], { dangerous: true, maxPrune: '100%' }, []],
    ['nothing that belongs to another', four, { claimed: () => 'it belongs to x' }, []],
    ['nothing with another uid', four, { live: ({ name }) => object(name, { uid: 'new' }) }, []],
    ['nothing that is gone', four, { live: () => undefined }, []],
    [
      'nothing that goes already',
      four,
      { live: ({ name }) => object(name, { deletionTimestamp: 'now' }) },
      [],
    ],
    [
      'nothing that is protected',
      four,
      { live: ({ name }) => object(name, { annotations: { 'vctl.dev/prune': 'disabled' } }) },
      [],
    ],
    ['nothing that others live by', four, { keeper: () => () => 'it is needed' }, []],
    [
      'nothing that a controller has adopted',
      four,
      {
        live: ({ name }) =>
          object(name, {
            ownerReferences: [{ apiVersion: 'v', kind: 'Pool', name: 'p', uid: 'u', controller: true }],
          }),
      },
      [],
    ],
  ])('%s', (_name, declared, more, expected) => {
    expect(plan(declared, more).prune.map(({ metadata }) => metadata.name)).toEqual(expected);
  });

  test('what is refused stays owned, what is released does not', () => {
    expect(plan(four, { incomplete: true }).kept.map(({ entry }) => entry.name)).toEqual(['e']);
    expect(plan(four, { claimed: () => 'x' }).released.map(({ entry }) => entry.name)).toEqual(['e']);
  });

  test('what is kept keeps what it lives in', () => {
    const inside: Readonly<Record<string, string>> = { e: 'd', d: 'c' };
    const { prune, kept } = plan(['a'], {
      dangerous: true,
      // b stays for itself; e lives in d and d in c; what c would take along may not stay.
      keeper: (going) => (one) => {
        if (one.metadata.name === 'e') return 'it stays';
        const guest = Object.keys(inside).find((name) => inside[name] === one.metadata.name);
        return guest !== undefined && !going.has(`uid-${guest}`) ? `${guest} lives in it` : undefined;
      },
    });
    expect(prune.map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(kept.map(({ entry, why }) => `${entry.name}: ${why}`)).toEqual([
      'e: it stays',
      'd: e lives in it',
      'c: d lives in it',
    ]);
  });

  test('what refers to another goes before it', () => {
    const app = { ...object('crm', { namespace: 'x' }), kind: 'Application' };
    const tenant = { ...object('acme', { namespace: 'x' }), kind: 'Tenant', spec: { application: 'crm' } };
    const space = { ...object('x'), kind: 'Namespace' };
    const all = [space, app, tenant];
    const { prune } = plan(['kept'], {
      inventory: all.map(({ kind, metadata }) => ({
        kind,
        namespace: metadata.namespace ?? '',
        name: metadata.name,
        uid: metadata.uid ?? '',
      })),
      live: ({ kind }) => all.find((one) => one.kind === kind),
      dangerous: true,
    });
    expect(prune.map(({ kind }) => kind)).toEqual(['Tenant', 'Application', 'Namespace']);
  });

  test.each([
    ['20%', 100, 20],
    ['20%', 4, 1],
    ['0%', 100, 0],
    [7, 2, 7],
    ['3', 2, 3],
  ])('maxPrune %s of %i is %i', (most, total, expected) => {
    expect(mostPruned(most, total)).toBe(expected);
  });
});
