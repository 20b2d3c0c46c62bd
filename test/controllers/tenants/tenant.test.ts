import { describe, expect, test } from 'vitest';
import { type TestEngine, xenHost } from '../../support/engine.ts';
import {
  application,
  load,
  maturities,
  remains,
  routeOf,
  serversOf,
  statusOf,
  tenant,
  tenantsWith,
} from '../../tenancy/tenants.ts';

const levels = { AdHoc: 'I', Configurable: 'II', MultiTenant: 'III', Scalable: 'IV' } as const;
const sets = { AdHoc: 'acme', Configurable: 'acme', MultiTenant: 'crm-shared', Scalable: 'crm' } as const;

/** All that there is of a set. */
function whole(set: string): string[] {
  const tiers = [`${set}-db`, `${set}-web`];
  const policies = set === 'crm' ? tiers.map((name) => `ScalingPolicy/${name}`) : [];
  return [
    ...tiers.map((name) => `LoadBalancer/${name}`),
    ...policies,
    ...tiers.map((name) => `VirtualMachine/${name}`),
    ...tiers.map((name) => `VirtualMachinePool/${name}`),
  ];
}

async function expectStill(engine: TestEngine): Promise<void> {
  const revision = await engine.store.revision();
  await engine.settle();
  expect(await engine.store.revision()).toBe(revision);
}

describe('a tenant from its manifest to an answer', () => {
  test.each(maturities)('%s', async (maturity) => {
    const engine = await tenantsWith(application(), tenant('acme', maturity));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const set = sets[maturity];
    const shared = set !== 'acme';
    const status = statusOf(engine, 'acme');
    expect(status).toMatchObject({
      level: levels[maturity],
      route: 'acme.crm.example',
      endpoint: `${set}-web`,
      dataPartition: 'default/crm/acme',
      instances: [
        { tier: 'web', pool: `${set}-web`, shared },
        { tier: 'db', pool: `${set}-db`, shared },
      ],
    });
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('True Serving');
    expect(engine.condition(engine.get('Application', 'crm'), 'Ready')).toBe(
      shared ? 'True Serving' : 'True Defined',
    );
    expect(engine.get('Application', 'crm').status).toMatchObject({
      tenants: 1,
      shared: shared ? [{ level: levels[maturity], tenants: 1, pools: [`${set}-web`, `${set}-db`] }] : [],
    });
    expect(remains(engine)).toEqual(whole(set));
    const [web] = engine.list('VirtualMachine').filter(({ metadata }) => metadata.name.includes('-web-'));
    expect(web?.spec.guest.build).toBe(maturity === 'AdHoc' ? 'acme-1' : 'crm-5');
    await expectStill(engine);
  });
});

describe('isolation', () => {
  test.each(['AdHoc', 'Configurable'] as const)(
    '%s · nobody is served by another’s VMs',
    async (maturity) => {
      const names = ['acme', 'bond', 'cyan'];
      const engine = await tenantsWith(application(), ...names.map((name) => tenant(name, maturity)));
      await engine.settle();
      for (const name of names) load(engine, name, 20);
      await engine.advance(60_000);
      for (const name of names) {
        const servers = serversOf(engine, name);
        expect(servers).toHaveLength(2);
        expect(servers.filter((server) => !server.startsWith(`${name}-`))).toEqual([]);
        expect(routeOf(engine, name)).toMatchObject({ requestsPerSecond: 20, totalErrors: 0 });
      }
    },
  );

  test.each(['MultiTenant', 'Scalable'] as const)('%s · one instance serves all', async (maturity) => {
    const engine = await tenantsWith(application(), tenant('acme', maturity), tenant('bond', maturity));
    await engine.settle();
    for (const name of ['acme', 'bond']) load(engine, name, 20);
    await engine.advance(60_000);
    expect(serversOf(engine, 'acme')).toHaveLength(2);
    expect(serversOf(engine, 'acme')).toEqual(serversOf(engine, 'bond'));
    expect(statusOf(engine, 'acme').dataPartition).not.toBe(statusOf(engine, 'bond').dataPartition);
    expect(statusOf(engine, 'acme').route).not.toBe(statusOf(engine, 'bond').route);
  });
});

describe('quota', () => {
  test.each([
    ['MultiTenant', 10],
    ['Scalable', 10],
    ['Configurable', 0],
    ['AdHoc', 0],
  ] as const)(
    'requests at %s · %d of 30 a second are refused, no other tenant’s',
    async (maturity, refused) => {
      const engine = await tenantsWith(
        application(),
        tenant('acme', maturity, 'quota: {requestsPerSecond: 20}'),
        tenant('bond', maturity),
      );
      await engine.settle();
      for (const name of ['acme', 'bond']) load(engine, name, 30);
      await engine.advance(60_000);
      expect(routeOf(engine, 'acme').throttledPerSecond).toBe(refused);
      expect(routeOf(engine, 'bond')).toMatchObject({ throttledPerSecond: 0, totalErrors: 0 });
      expect(statusOf(engine, 'acme')).toMatchObject({
        requestsPerSecond: 30,
        throttledPerSecond: refused,
        errorRate: Math.round((refused / 30) * 1e6) / 1e6,
      });
    },
  );

  test('CPU · a set above it is not made, and is once there is room', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'Configurable', 'quota: {cpu: 1}'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const one = engine.get('Tenant', 'acme');
    expect(engine.condition(one, 'Ready')).toBe('False QuotaExceeded');
    expect(one.status?.conditions?.[0]?.message).toContain('need 2 CPU, quota.cpu is 1');
    expect(remains(engine)).toEqual([]);
    await engine.write(tenant('acme', 'Configurable', 'quota: {cpu: 2}'));
    await engine.settle();
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('True Serving');
  });

  test('memory · what is there stays as it is when more would be too much', async () => {
    const spec = 'quota: {memory: 3Gi}';
    const engine = await tenantsWith(application(), tenant('acme', 'Configurable', spec));
    await engine.settle();
    const before = engine.list('VirtualMachine').map(({ metadata }) => metadata.uid);
    await engine.write(application('replicas: 3'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('False QuotaExceeded');
    expect(engine.list('VirtualMachine').map(({ metadata }) => metadata.uid)).toEqual(before);
    await expectStill(engine);
  });
});

describe('what an application and a tenant may change', () => {
  test('a configuration changes no VM', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'Configurable'));
    await engine.settle();
    const before = engine.list('VirtualMachine').map(({ metadata }) => metadata.resourceVersion);
    await engine.write(tenant('acme', 'Configurable', 'configuration: {theme: dark}'));
    await engine.settle();
    expect(engine.get('Tenant', 'acme').status?.observedGeneration).toBe(2);
    expect(engine.list('VirtualMachine').map(({ metadata }) => metadata.resourceVersion)).toEqual(before);
  });

  test.each([
    ['Configurable', 'acme', 'crm-6'],
    ['MultiTenant', 'crm-shared', 'crm-6'],
    ['Scalable', 'crm', 'crm-6'],
    ['AdHoc', 'acme', 'acme-1'],
  ] as const)('a new build at %s · rolls without an error', async (maturity, set, build) => {
    const engine = await tenantsWith(application(), tenant('acme', maturity));
    await engine.settle();
    load(engine, 'acme', 20);
    await engine.write(application('', 'build: crm-6'));
    await engine.advance(600_000);
    const builds = engine.list('VirtualMachine').map(({ spec }) => spec.guest.build);
    expect(builds).toEqual([build, build]);
    expect(remains(engine)).toEqual(whole(set));
    expect(routeOf(engine, 'acme')).toMatchObject({ totalErrors: 0, requestsPerSecond: 20 });
  });

  test('a tier more · called once it answers; a tier less · removed', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'MultiTenant'));
    await engine.settle();
    load(engine, 'acme', 20);
    const more = application()
      .replace('calls: [db]', 'calls: [db, cache]')
      .concat(
        '\n    - {name: cache, vm: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 1Gi}}}',
      );
    await engine.write(more);
    await engine.advance(300_000);
    expect(serversOf(engine, 'acme')).toHaveLength(3);
    expect(routeOf(engine, 'acme').totalErrors).toBe(0);
    await engine.write(application());
    await engine.advance(300_000);
    expect(routeOf(engine, 'acme').totalErrors).toBe(0);
    expect(remains(engine)).toEqual(whole('crm-shared'));
  });

  test('another first tier · the route follows when it answers', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'Configurable'));
    await engine.settle();
    load(engine, 'acme', 20);
    await engine.write(application().replace('name: web', 'name: front'));
    await engine.advance(300_000);
    expect(statusOf(engine, 'acme').endpoint).toBe('acme-front');
    expect(routeOf(engine, 'acme').totalErrors).toBe(0);
    expect(remains(engine)).toEqual(whole('acme').map((name) => name.replace('web', 'front')));
  });

  test('replicas · own pools follow, pools of level IV are left to their policies', async () => {
    const engine = await tenantsWith(
      application(),
      tenant('acme', 'Configurable'),
      tenant('bond', 'MultiTenant'),
      tenant('cyan', 'Scalable'),
    );
    await engine.settle();
    await engine.write(application('replicas: 2, maxReplicas: 7'));
    await engine.settle();
    const replicas = (name: string): number => engine.get('VirtualMachinePool', name).spec.replicas;
    expect([replicas('acme-web'), replicas('crm-shared-web')]).toEqual([2, 2]);
    expect(engine.get('ScalingPolicy', 'crm-web').spec.horizontal).toMatchObject({
      minReplicas: 2,
      maxReplicas: 7,
    });
  });

  test('level IV · more VMs under load, and the application does not take them back', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'Scalable'));
    await engine.settle();
    const replicas = (tier: string): number => engine.get('VirtualMachinePool', `crm-${tier}`).spec.replicas;
    expect([replicas('web'), replicas('db')]).toEqual([1, 1]);
    load(engine, 'acme', 300);
    await engine.advance(900_000);
    expect(replicas('web')).toBeGreaterThanOrEqual(3);
    expect(routeOf(engine, 'acme').errorRate).toBe(0);
    load(engine, 'acme', 1);
    await engine.advance(3_600_000);
    expect([replicas('web'), replicas('db')]).toEqual([1, 1]);
  });

  test('a policy of the user’s takes the place of the derived one, which comes back after it', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'Scalable'));
    await engine.settle();
    await engine.write(`kind: ScalingPolicy
metadata: {name: mine}
spec: {target: {kind: Application, name: crm, tier: web}, horizontal: {maxReplicas: 3}}`);
    await engine.settle();
    const names = (): string[] => engine.list('ScalingPolicy').map(({ metadata }) => metadata.name);
    expect(names()).toEqual(['crm-db', 'mine']);
    await engine.delete('ScalingPolicy', 'mine');
    await engine.settle();
    expect(names()).toEqual(['crm-db', 'crm-web']);
  });
});

describe('what cannot be', () => {
  test('no application · said, and mended when it comes', async () => {
    const engine = await tenantsWith(tenant('acme', 'Scalable'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('False ApplicationNotFound');
    await expectStill(engine);
    await engine.write(application());
    await engine.settle();
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('True Serving');
  });

  test.each([
    ['Configurable', 'acme-web', 'Tenant', 'acme'],
    ['MultiTenant', 'crm-shared-web', 'Application', 'crm'],
  ] as const)('%s · a name that is taken is left alone', async (maturity, name, kind, object) => {
    const foreign = `kind: LoadBalancer\nmetadata: {name: ${name}}\nspec: {selector: {matchLabels: {a: b}}}`;
    const engine = await tenantsWith(application(), foreign, tenant('acme', maturity));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('False NameConflict');
    expect(engine.condition(engine.get(kind, object), 'Ready')).toBe('False NameConflict');
    expect(remains(engine)).toEqual([`LoadBalancer/${name}`]);
    expect(engine.get('LoadBalancer', name).spec.selector).toEqual({ matchLabels: { a: 'b' } });
    await engine.delete('LoadBalancer', name);
    await engine.settle();
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('True Serving');
  });

  test('a host name that an older tenant has · not led anywhere until it is free', async () => {
    const host = 'host: www.crm.example';
    const engine = await tenantsWith(application(), tenant('zoe', 'MultiTenant', host));
    await engine.settle();
    await engine.write(tenant('acme', 'Configurable', host));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.condition(engine.get('Tenant', 'zoe'), 'Ready')).toBe('True Serving');
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('False HostTaken');
    expect(statusOf(engine, 'acme').endpoint).toBeUndefined();
    await expectStill(engine);
    await engine.delete('Tenant', 'zoe');
    await engine.settle();
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('True Serving');
  });

  test('no room for a tier · NoReadyInstance, and the run ends', async () => {
    const big = application().replace('cpu: 1, memory: 1Gi', 'cpu: 1, memory: 900Gi');
    const engine = await tenantsWith(big, tenant('acme', 'Configurable'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.condition(engine.get('Tenant', 'acme'), 'Ready')).toBe('False NoReadyInstance');
    expect(statusOf(engine, 'acme').endpoint).toBeUndefined();
  });
});

describe('work', () => {
  test.each([
    ['one more tenant', tenant('new', 'MultiTenant')],
    ['another host name', tenant('t0', 'MultiTenant', 'host: www.t0.example')],
  ] as const)('%s · as much work among 30 as among 2', async (_name, change) => {
    /** Looks that the change takes, beside those that close every run. */
    const costOf = async (count: number): Promise<number> => {
      const names = Array.from({ length: count }, (_, index) => `t${index}`);
      const engine = await tenantsWith(application(), ...names.map((name) => tenant(name, 'MultiTenant')));
      // Free hosts: else each share of their price changes, which is a figure and so looked at when a run closes.
      await engine.write(['h1', 'h2', 'h3', 'h4'].map((name) => xenHost(name)).join('\n---\n'));
      await engine.settle();
      const settled = engine.manager.counts.looks;
      await engine.settle();
      const closing = engine.manager.counts.looks - settled;
      await engine.write(change);
      await engine.settle();
      return engine.manager.counts.looks - settled - 2 * closing;
    };
    expect(await costOf(30)).toBe(await costOf(2));
  });
});

describe('the end', () => {
  test.each(maturities)('%s · a deleted tenant leaves nothing behind', async (maturity) => {
    const engine = await tenantsWith(application(), tenant('acme', maturity));
    await engine.settle();
    await engine.delete('Tenant', 'acme');
    await engine.settle();
    expect(engine.list('Tenant')).toEqual([]);
    expect(engine.world.route('default/acme')).toBeUndefined();
    expect(remains(engine)).toEqual([]);
    expect(engine.get('Application', 'crm').status).toMatchObject({ tenants: 0, shared: [] });
  });

  test('a shared instance stays for the tenants that remain', async () => {
    const engine = await tenantsWith(application(), tenant('acme', 'Scalable'), tenant('bond', 'Scalable'));
    await engine.settle();
    await engine.delete('Tenant', 'acme');
    await engine.settle();
    expect(remains(engine)).toEqual(whole('crm'));
    expect(engine.condition(engine.get('Tenant', 'bond'), 'Ready')).toBe('True Serving');
  });

  test('a deleted application takes shared instances with it and leaves a tenant’s own', async () => {
    const engine = await tenantsWith(
      application(),
      tenant('acme', 'Configurable'),
      tenant('bond', 'MultiTenant'),
    );
    await engine.settle();
    load(engine, 'acme', 5);
    await engine.delete('Application', 'crm');
    await engine.advance(120_000);
    expect(remains(engine)).toEqual(whole('acme'));
    expect(routeOf(engine, 'acme').totalErrors).toBe(0);
    expect(statusOf(engine, 'bond')).toMatchObject({ instances: [] });
    for (const name of ['acme', 'bond']) {
      expect(engine.condition(engine.get('Tenant', name), 'Ready')).toBe('False ApplicationNotFound');
    }
  });
});

describe('cost · a host of 1 an hour, a VM of 1 CPU and 1Gi', () => {
  /** Of 31 CPU and 31.5Gi that guests can have. */
  const each = (1 / 31 + 1 / 31.5) / 2;
  test.each([
    ['own VMs', 'Configurable', 0, 0, 2 * each, 2 * each],
    ['shared by requests', 'MultiTenant', 30, 10, 1.5 * each, 0.5 * each],
    ['shared evenly without any', 'MultiTenant', 0, 0, each, each],
  ] as const)('%s', async (_name, maturity, acme, bond, forAcme, forBond) => {
    const engine = await tenantsWith(application(), tenant('acme', maturity), tenant('bond', maturity));
    await engine.settle();
    if (acme > 0) load(engine, 'acme', acme);
    if (bond > 0) load(engine, 'bond', bond);
    await engine.advance(60_000);
    expect(statusOf(engine, 'acme').costPerHour).toBeCloseTo(forAcme, 5);
    expect(statusOf(engine, 'bond').costPerHour).toBeCloseTo(forBond, 5);
  });
});
