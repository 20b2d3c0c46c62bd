import { expect, test } from 'vitest';
import { application, load, routeOf, statusOf, tenant, tenantsWith } from '../../tenancy/tenants.ts';

const stepMs = 15_000;

/** Tenants of one shared instance whose VM serves about 200 requests a second. */
async function neighbours(spec = ''): Promise<Awaited<ReturnType<typeof tenantsWith>>> {
  const engine = await tenantsWith(
    application(),
    tenant('flood', 'MultiTenant'),
    tenant('small', 'MultiTenant', spec),
  );
  await engine.settle();
  return engine;
}

test('without contention nobody is held', async () => {
  const engine = await neighbours();
  load(engine, 'flood', 100);
  load(engine, 'small', 10);
  await engine.advance(4 * stepMs);
  await engine.settle();
  for (const name of ['flood', 'small']) {
    expect(routeOf(engine, name)).toMatchObject({ errorRate: 0, heldPerSecond: 0 });
    expect(statusOf(engine, name)).toMatchObject({ errorRate: 0, heldPerSecond: 0 });
  }
});

test("a flood is held to its share, and the small tenant's requests do not notice", async () => {
  const engine = await neighbours();
  load(engine, 'flood', 2000);
  load(engine, 'small', 10);
  await engine.advance(4 * stepMs);
  await engine.settle();
  expect(statusOf(engine, 'small')).toMatchObject({ errorRate: 0, heldPerSecond: 0 });
  expect(statusOf(engine, 'flood').heldPerSecond).toBeGreaterThan(1700);
  expect(statusOf(engine, 'flood').errorRate).toBeGreaterThan(0.8);
  expect(routeOf(engine, 'small').latency.meanMs).toBeLessThan(20);
  const revision = await engine.store.revision();
  await engine.settle();
  expect(await engine.store.revision()).toBe(revision);
});

test('weight gives a larger share', async () => {
  const engine = await neighbours('weight: 3');
  load(engine, 'flood', 1000);
  load(engine, 'small', 1000);
  await engine.advance(4 * stepMs);
  const answered = (name: string): number => 1000 * (1 - routeOf(engine, name).errorRate);
  expect(answered('small') / answered('flood')).toBeCloseTo(3, 6);
});
