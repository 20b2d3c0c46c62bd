import { describe, expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';
import { application, load, type maturities, statusOf, tenant, tenantsWith } from '../../tenancy/tenants.ts';

const stepMs = 15_000;

/** Runs VMs of 2 CPU and 2Gi by tenant on one host with room for eight of them. */
async function short(...documents: string[]): Promise<Record<string, number>> {
  const engine = new TestEngine();
  const host = xenHost('h1', 'capacity: {cpu: 17, memory: 32Gi}, overcommit: {cpu: 1}').replace(
    'capacity: {cpu: 8, memory: 32Gi}, ',
    '',
  );
  await engine.write([someHypervisors, host, ...documents].join('\n---\n'));
  await engine.settle();
  const counts: Record<string, number> = {};
  for (const { metadata, status } of engine.list('VirtualMachine')) {
    const name = metadata.labels?.['vctl.dev/tenant'] ?? 'none';
    counts[name] = (counts[name] ?? 0) + (status?.host === undefined ? 0 : 1);
  }
  const revision = await engine.store.revision();
  await engine.settle();
  expect(await engine.store.revision()).toBe(revision);
  return counts;
}

/** So many VMs of a tenant, of 2 CPU each. */
function machines(of: string, count: number, spec = ''): string {
  const label = of === 'none' ? '' : `vctl.dev/tenant: ${of}`;
  return Array.from({ length: count }, (_, i) =>
    vm(`${of}-${i}`, spec, label).replace('cpu: 1', 'cpu: 2'),
  ).join('\n---\n');
}

const customer = (name: string, weight = 1): string =>
  `kind: Tenant\nmetadata: {name: ${name}}\nspec: {application: x, maturity: Configurable, weight: ${weight}}`;

describe('hosts run short', () => {
  test.each<[string, string[], Record<string, number>]>([
    ['half each', [machines('a', 9), machines('b', 9)], { a: 4, b: 4 }],
    ['a modest tenant gets all', [machines('a', 9), machines('b', 2)], { a: 6, b: 2 }],
    ['by weight', [customer('a', 3), machines('a', 9), machines('b', 9)], { a: 6, b: 2 }],
    ['VMs without a tenant are one party', [machines('a', 9), machines('none', 9)], { a: 4, none: 4 }],
    ['priority comes first', [machines('a', 9, 'priority: 5'), machines('b', 9)], { a: 8, b: 0 }],
  ])('%s', async (_name, documents, expected) => {
    expect(await short(...documents)).toEqual(expected);
  });
});

test("a tenant's status tells its share of the hosts and what waits", async () => {
  const engine = await tenantsWith(application('replicas: 99'), tenant('acme', 'Configurable'));
  await engine.settle();
  const { dominantShare } = statusOf(engine, 'acme');
  expect(dominantShare?.share).toBeGreaterThan(0.8);
  expect(dominantShare?.waiting).toBe(
    engine.list('VirtualMachine').filter(({ status }) => status?.host === undefined).length,
  );
});

/** Twelve tenants of one level, each with the same load, once their figures are known. */
async function crowd(maturity: (typeof maturities)[number]) {
  const names = Array.from({ length: 12 }, (_, i) => `t${String(i).padStart(2, '0')}`);
  const engine = await tenantsWith(application(), ...names.map((name) => tenant(name, maturity)));
  await engine.settle();
  for (const name of names) load(engine, name, 8);
  await engine.advance(20 * stepMs);
  await engine.settle();
  const statuses = names.map((name) => statusOf(engine, name));
  const mean = (figure: (status: (typeof statuses)[number]) => number): number =>
    statuses.reduce((sum, status) => sum + figure(status), 0) / statuses.length;
  return {
    cost: mean(({ costPerHour = 0 }) => costPerHour),
    own: mean(({ utilization }) => utilization?.own ?? 0),
    all: mean(({ utilization }) => utilization?.all ?? 0),
    errors: mean(({ errorRate = 0 }) => errorRate),
  };
}

test('the same load at the four levels: sharing costs a fraction and uses what it pays for', async () => {
  const [adHoc, configurable, multiTenant, scalable] = [
    await crowd('AdHoc'),
    await crowd('Configurable'),
    await crowd('MultiTenant'),
    await crowd('Scalable'),
  ];
  expect([adHoc, configurable, multiTenant, scalable].map(({ errors }) => errors)).toEqual([0, 0, 0, 0]);
  expect(configurable.cost).toBeCloseTo(adHoc.cost, 6);
  expect(multiTenant.cost).toBeLessThan(adHoc.cost / 10);
  expect(scalable.cost).toBeLessThan(adHoc.cost / 5);
  expect(adHoc.own).toBeCloseTo(adHoc.all, 9);
  expect(multiTenant.all).toBeGreaterThan(8 * adHoc.all);
  expect(12 * multiTenant.own).toBeCloseTo(multiTenant.all, 2);
});
