import { describe, expect, test } from 'vitest';
import {
  application,
  load,
  maturities,
  remains,
  routeOf,
  statusOf,
  tenant,
  tenantsWith,
} from '../../tenancy/tenants.ts';

const levels = { AdHoc: 'I', Configurable: 'II', MultiTenant: 'III', Scalable: 'IV' } as const;

const moves = maturities.flatMap((from) =>
  maturities.filter((to) => to !== from).map((to) => [from, to] as const),
);

describe('from one level to another under constant traffic', () => {
  test.each(moves)('%s to %s · no error, and nothing is left behind', async (from, to) => {
    const strong = application('replicas: 2, maxReplicas: 2');
    const fresh = await tenantsWith(strong, tenant('acme', to));
    await fresh.settle();

    const engine = await tenantsWith(strong, tenant('acme', from));
    await engine.settle();
    // More than one VM of the first tier can serve.
    load(engine, 'acme', 250);
    await engine.advance(60_000);
    await engine.write(tenant('acme', to));
    await engine.advance(600_000);

    expect(statusOf(engine, 'acme').level).toBe(levels[to]);
    expect(statusOf(engine, 'acme').leaving).toBeUndefined();
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('True Serving');
    expect(routeOf(engine, 'acme')).toMatchObject({ totalErrors: 0, requestsPerSecond: 250 });
    expect(remains(engine)).toEqual(remains(fresh));
    expect(engine.list('VirtualMachine')).toHaveLength(fresh.list('VirtualMachine').length);
    const builds = (one: typeof engine): unknown[] =>
      one.list('VirtualMachine').map(({ spec }) => spec.guest.build);
    expect(builds(engine)).toEqual(builds(fresh));
    const { writes } = engine.manager.counts;
    await engine.settle();
    expect(engine.manager.counts.writes).toBe(writes);
  });

  test('back before the old instances are gone · they serve again at once', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'Configurable'));
    await engine.settle();
    load(engine, 'acme', 50);
    const before = engine.list('VirtualMachine').map(({ metadata }) => metadata.uid);
    await engine.write(tenant('acme', 'Scalable'));
    for (let i = 0; i < 600 && statusOf(engine, 'acme').level !== 'IV'; i++) await engine.advance(1_000);
    expect(statusOf(engine, 'acme').leaving).toMatchObject([{ balancer: 'acme-web' }]);
    await engine.write(tenant('acme', 'Configurable'));
    await engine.advance(1_000);
    expect(statusOf(engine, 'acme')).toMatchObject({
      level: 'II',
      endpoint: 'acme-web',
      leaving: [{ balancer: 'crm-web' }],
    });
    await engine.advance(120_000);
    expect(engine.list('VirtualMachine').map(({ metadata }) => metadata.uid)).toEqual(before);
    expect(routeOf(engine, 'acme').totalErrors).toBe(0);
  });

  test('to a level without room · it stays where it is, and says why', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'MultiTenant', 'quota: {cpu: 1}'));
    await engine.settle();
    load(engine, 'acme', 50);
    await engine.write(tenant('acme', 'Configurable', 'quota: {cpu: 1}'));
    await engine.advance(120_000);
    expect(statusOf(engine, 'acme')).toMatchObject({ level: 'III', endpoint: 'crm-shared-web' });
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('False QuotaExceeded');
    expect(routeOf(engine, 'acme').totalErrors).toBe(0);
  });

  test('to a set for which there is little room · with what there is, and the rest after the old one', async () => {
    // One VM of the first tier fills a host: three of four are taken when the move begins.
    const big = application('replicas: 3').replace('memory: 1Gi', 'memory: 20Gi');
    const engine = await tenantsWith(big, tenant('acme', 'MultiTenant'));
    await engine.settle();
    load(engine, 'acme', 50);
    await engine.write(tenant('acme', 'Configurable'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    await engine.advance(300_000);
    expect(statusOf(engine, 'acme')).toMatchObject({ level: 'II', endpoint: 'acme-web' });
    expect(engine.get('LoadBalancer', 'acme-web').status?.readyBackends).toBe(3);
    expect(routeOf(engine, 'acme').totalErrors).toBe(0);
    expect(remains(engine).filter((name) => name.includes('shared'))).toEqual([]);
  });

  test('to another application · without an error between shared instances', async () => {
    const other = application().replace('name: crm', 'name: erp').replace('build: crm-5', 'build: erp-1');
    const engine = await tenantsWith(application(), other, tenant('acme', 'Scalable'));
    await engine.settle();
    load(engine, 'acme', 50);
    await engine.write(tenant('acme', 'Scalable').replace('application: crm', 'application: erp'));
    await engine.advance(300_000);
    expect(statusOf(engine, 'acme')).toMatchObject({ level: 'IV', endpoint: 'erp-web' });
    expect(routeOf(engine, 'acme').totalErrors).toBe(0);
    expect(remains(engine).filter((name) => name.includes('crm'))).toEqual([]);
  });
});
