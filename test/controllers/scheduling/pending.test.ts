import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partyOf, PendingMachines } from '../../../src/controllers/scheduling/pending.ts';
import { withDefaults } from '../../../src/model/defaults.ts';
import { type VirtualMachine } from '../../../src/model/kinds/index.ts';
import { apiVersion } from '../../../src/model/object.ts';
import { FairShares } from '../../../src/placement/fairness.ts';
import { machineKey } from '../../../src/controllers/machines/key.ts';

function machine(
  name: string,
  tenant: string,
  cpu: number,
  priority: number,
  second: number,
): VirtualMachine {
  return withDefaults('VirtualMachine', {
    ...{ apiVersion, kind: 'VirtualMachine' },
    metadata: {
      ...{ name, namespace: 'a', creationTimestamp: `2000-01-01T00:00:0${second}Z` },
      ...(tenant === '' ? {} : { labels: { 'vctl.dev/tenant': tenant } }),
    },
    spec: { guest: { os: 'x' }, resources: { cpu, memory: '1Gi' }, priority },
  });
}

const size = { cpuMillis: 1000, memoryBytes: 1024 ** 3 };

function sharesOf(...tenants: readonly string[]): FairShares {
  const shares = new FairShares();
  shares.countTotal({ cpuMillis: 100_000, memoryBytes: 100 * 1024 ** 3 }, 1);
  for (const tenant of tenants) shares.count(`a/${tenant}`, size, 1);
  return shares;
}

/** Names in the order in which they would be placed, each counted to its tenant as it is. */
function order(pending: PendingMachines, shares: FairShares, machines: readonly VirtualMachine[]): string[] {
  const names: string[] = [];
  for (let key = pending.next(); key !== undefined; key = pending.next()) {
    const placed = machines.find((one) => machineKey(one) === key);
    names.push(placed?.metadata.name ?? '');
    pending.delete(key);
    if (placed) shares.count(partyOf(placed), size, 1);
  }
  return names;
}

test.each<[string, string[], VirtualMachine[], string[]]>([
  ['by age within one', [], [machine('b', 't', 1, 0, 1), machine('a', 't', 1, 0, 2)], ['b', 'a']],
  [
    'by turns, though all of one are older',
    [],
    [machine('a1', 'a', 1, 0, 1), machine('a2', 'a', 1, 0, 1), machine('b1', 'b', 1, 0, 9)],
    ['a1', 'b1', 'a2'],
  ],
  [
    'who has something already is later',
    ['a', 'a'],
    [machine('a1', 'a', 1, 0, 1), machine('b1', 'b', 1, 0, 9), machine('b2', 'b', 1, 0, 9)],
    ['b1', 'b2', 'a1'],
  ],
  ['priority first', ['a'], [machine('a1', 'a', 1, 5, 9), machine('b1', 'b', 1, 0, 1)], ['a1', 'b1']],
  [
    'VMs without a tenant are one party',
    [],
    [machine('x', '', 1, 0, 1), machine('y', '', 2, 0, 1), machine('b1', 'b', 1, 0, 9)],
    ['x', 'b1', 'y'],
  ],
])('next · %s', (_name, has, machines, expected) => {
  const shares = sharesOf(...has);
  const pending = new PendingMachines(shares);
  for (const one of machines) pending.put(one);
  expect(order(pending, shares, machines)).toEqual(expected);
});

test('a group that was refused is passed over until something has come free', () => {
  const pending = new PendingMachines(sharesOf());
  pending.put(machine('a', 't', 1, 0, 1));
  pending.put(machine('b', 't', 2, 0, 2));
  pending.refuse('a/a');
  expect(pending.next()).toBe('a/b');
  pending.refuse('a/b');
  expect(pending.next()).toBeUndefined();
  pending.retry();
  expect(pending.next()).toBe('a/a');
});

test('the index answers as a look at all that wait would', () => {
  const one = fc.record({
    tenant: fc.constantFrom('', 'a', 'b', 'c'),
    cpu: fc.constantFrom(1, 2),
    priority: fc.constantFrom(0, 0, 0, 7),
    second: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 25 }), (list) => {
      const machines = list.map(({ tenant, cpu, priority, second }, i) =>
        machine(`m${String(i).padStart(2, '0')}`, tenant, cpu, priority, second),
      );
      const shares = sharesOf('a', 'b', 'b');
      const pending = new PendingMachines(shares);
      for (const vm of machines) pending.put(vm);
      const dumb = sharesOf('a', 'b', 'b');
      const left = [...machines];
      const expected: string[] = [];
      while (left.length > 0) {
        left.sort(
          (x, y) =>
            y.spec.priority - x.spec.priority ||
            dumb.of(partyOf(x)).weighted - dumb.of(partyOf(y)).weighted ||
            (x.metadata.creationTimestamp ?? '').localeCompare(y.metadata.creationTimestamp ?? '') ||
            x.metadata.name.localeCompare(y.metadata.name),
        );
        const next = left.shift();
        if (!next) break;
        expected.push(next.metadata.name);
        dumb.count(partyOf(next), size, 1);
      }
      expect(order(pending, shares, machines)).toEqual(expected);
    }),
  );
});
