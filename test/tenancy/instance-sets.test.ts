import { describe, expect, test } from 'vitest';
import { withDefaults } from '../../src/model/defaults.ts';
import {
  type Application,
  type ScalingPolicy,
  type Tenant,
  type VirtualMachinePool,
} from '../../src/model/kinds/index.ts';
import { dataPartitionOf, hostNameOf, type Maturity, wantedSet } from '../../src/tenancy/instance-sets.ts';
import { judgeQuota } from '../../src/tenancy/quota.ts';

function application(web: object = {}): Application {
  const vm = (cpu: number): object => ({ guest: { os: 'debian-12' }, resources: { cpu, memory: '1Gi' } });
  return withDefaults('Application', {
    metadata: { name: 'crm', namespace: 'saas', uid: 'app' },
    spec: {
      build: 'crm-5',
      tiers: [
        { name: 'web', replicas: 2, serviceTime: '6ms', vm: vm(2), calls: ['db'], ...web },
        { name: 'db', algorithm: 'Maglev', maxReplicas: 3, vm: vm(4) },
      ],
    },
  });
}

function tenant(maturity: Maturity, spec: Partial<Tenant['spec']> = {}): Tenant {
  return withDefaults('Tenant', {
    metadata: { name: 'acme', namespace: 'saas', uid: 'tenant' },
    spec: { application: 'crm', maturity, ...(maturity === 'AdHoc' ? { build: 'acme-1' } : {}), ...spec },
  });
}

function policy(target: object, direction: object, owner?: string): ScalingPolicy {
  const ownerReferences = owner === undefined ? [] : [{ uid: owner, controller: true }];
  return withDefaults('ScalingPolicy', {
    metadata: { name: 'mine', namespace: 'saas', ownerReferences },
    spec: { target, ...direction },
  });
}

const horizontal = { horizontal: { maxReplicas: 5 } };
const vertical = { vertical: { min: { cpu: 1, memory: '1Gi' }, max: { cpu: 2, memory: '2Gi' } } };

describe('the set that a maturity asks for', () => {
  test.each([
    ['AdHoc', 'I', 'acme', 'acme-1', 'tenant', false],
    ['Configurable', 'II', 'acme', 'crm-5', 'tenant', false],
    ['MultiTenant', 'III', 'crm-shared', 'crm-5', 'app', true],
    ['Scalable', 'IV', 'crm', 'crm-5', 'app', true],
  ] as const)('%s · level %s · set %s · build %s', (maturity, level, name, build, owner, shared) => {
    const set = wantedSet(tenant(maturity), application(), []);
    expect(set).toMatchObject({ name, level, shared, namespace: 'saas', application: 'crm' });
    expect(set.tiers.map(({ tier }) => tier)).toEqual(['web', 'db']);
    for (const { tier, pool, balancer, policy: derived } of set.tiers) {
      const selector = { 'vctl.dev/application': 'crm', 'vctl.dev/tier': tier, 'vctl.dev/set': name };
      for (const object of derived ? [pool, balancer, derived] : [pool, balancer]) {
        expect(object.metadata).toMatchObject({
          name: `${name}-${tier}`,
          namespace: 'saas',
          labels: selector,
        });
        expect(object.metadata.ownerReferences).toMatchObject([{ uid: owner, controller: true }]);
      }
      expect(pool.spec.selector).toEqual({ matchLabels: selector });
      expect(balancer.spec.selector).toEqual({ matchLabels: selector });
      expect(pool.spec.template.metadata?.labels).toMatchObject(selector);
      expect(pool.metadata.labels?.['vctl.dev/tenant']).toBe(shared ? undefined : 'acme');
      expect(pool.spec.template.spec.guest).toMatchObject({ os: 'debian-12', build });
      expect(pool.spec.strategy).toEqual({ maxSurge: 1, maxUnavailable: 0 });
      expect(derived !== undefined).toBe(level === 'IV');
    }
  });

  test('pools and balancers are as the tiers say', () => {
    const [web, db] = wantedSet(tenant('MultiTenant'), application(), []).tiers;
    expect(web?.pool.spec).toMatchObject({ replicas: 2, template: { spec: { resources: { cpu: 2 } } } });
    expect(db?.pool.spec).toMatchObject({ replicas: 1, template: { spec: { resources: { cpu: 4 } } } });
    expect(web?.balancer.spec).toMatchObject({
      algorithm: 'LeastRequest',
      serviceTime: '6ms',
      drain: '30s',
      calls: ['crm-shared-db'],
    });
    expect(db?.balancer.spec).toMatchObject({ algorithm: 'Maglev', serviceTime: '10ms', calls: [] });
  });

  test('level IV · each tier scales between its bounds', () => {
    const [web, db] = wantedSet(tenant('Scalable'), application(), []).tiers;
    expect(web?.policy?.spec).toMatchObject({
      target: { kind: 'Application', name: 'crm', tier: 'web' },
      horizontal: { minReplicas: 2, maxReplicas: 20 },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
        },
      ],
    });
    expect(db?.policy?.spec.horizontal).toMatchObject({ minReplicas: 1, maxReplicas: 3 });
  });

  const ofWeb = { kind: 'Application', name: 'crm', tier: 'web' };
  test.each([
    ['none of the user', 'Scalable', [], true, { replicas: true, resources: false }],
    ['on the tier', 'Scalable', [policy(ofWeb, horizontal)], false, { replicas: true, resources: false }],
    [
      'on the tier, size only',
      'Scalable',
      [policy(ofWeb, vertical)],
      false,
      { replicas: false, resources: true },
    ],
    [
      'on the pool',
      'Scalable',
      [policy({ kind: 'VirtualMachinePool', name: 'crm-web' }, horizontal)],
      false,
      { replicas: true, resources: false },
    ],
    [
      'derived before',
      'Scalable',
      [policy(ofWeb, horizontal, 'app')],
      true,
      { replicas: true, resources: false },
    ],
    [
      'on another tier',
      'Scalable',
      [policy({ ...ofWeb, tier: 'db' }, horizontal)],
      true,
      { replicas: true, resources: false },
    ],
    [
      'on the tier, below level IV',
      'MultiTenant',
      [policy(ofWeb, horizontal)],
      false,
      { replicas: false, resources: false },
    ],
    [
      'on the tenant’s own pool',
      'Configurable',
      [policy({ kind: 'VirtualMachinePool', name: 'acme-web' }, { ...horizontal, ...vertical })],
      false,
      { replicas: true, resources: true },
    ],
  ] as const)('policy %s · %s', (_name, maturity, policies, derives, scaled) => {
    const web = wantedSet(tenant(maturity), application(), policies).tiers[0];
    expect(web?.policy !== undefined).toBe(derives);
    expect(web?.scaled).toEqual(scaled);
  });

  test('the configuration makes no difference to what is derived', () => {
    const plain = wantedSet(tenant('Configurable'), application(), []);
    expect(
      wantedSet(tenant('Configurable', { configuration: { theme: 'dark' } }), application(), []),
    ).toEqual(plain);
  });

  test.each(['AdHoc', 'Configurable', 'MultiTenant', 'Scalable'] as const)(
    '%s · host name and data partition are the tenant’s own and stay',
    (maturity) => {
      expect(hostNameOf(tenant(maturity))).toBe('acme.crm.example');
      expect(hostNameOf(tenant(maturity, { host: 'www.acme.example' }))).toBe('www.acme.example');
      expect(dataPartitionOf(tenant(maturity))).toBe('saas/crm/acme');
    },
  );
});

describe('quota of CPU and memory · the set needs 8 CPU and 3Gi', () => {
  /** The pools of the set with so many VMs of web and of db. */
  function pools(web: number, db: number): VirtualMachinePool[] {
    const { tiers } = wantedSet(tenant('Configurable'), application(), []);
    return tiers.map(({ pool }, index) => ({
      ...pool,
      spec: { ...pool.spec, replicas: [web, db][index] ?? 0 },
    }));
  }

  test.each([
    ['none', 'Configurable', undefined, [], 0, false],
    ['just enough', 'Configurable', { cpu: 8, memory: '3Gi' }, [], 0, false],
    ['too little CPU', 'Configurable', { cpu: '7900m' }, [], 1, true],
    ['too little memory', 'AdHoc', { memory: '2Gi' }, [], 1, true],
    ['too little of both', 'Configurable', { cpu: 1, memory: '1Gi' }, [], 2, true],
    ['lowered below what is there', 'Configurable', { cpu: 4 }, pools(2, 1), 1, false],
    ['lowered, and the set shrinks', 'Configurable', { cpu: 4 }, pools(3, 1), 1, false],
    ['lowered, and the set would grow', 'Configurable', { cpu: 4 }, pools(1, 1), 1, true],
    ['of a tenant that shares', 'MultiTenant', { cpu: 1 }, [], 0, false],
  ] as const)('%s · %s', (_name, maturity, quota, existing, exceeded, refused) => {
    const one = tenant(maturity, quota ? { quota } : {});
    const verdict = judgeQuota(one, wantedSet(one, application(), []), existing);
    expect(verdict.exceeded).toHaveLength(exceeded);
    expect(verdict.refused).toBe(refused);
    if (exceeded > 0) expect(verdict.exceeded[0]).toMatch(/quota\.(cpu|memory) is/);
  });
});
