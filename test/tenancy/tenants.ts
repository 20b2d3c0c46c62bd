/** Tenants in a world with hosts enough, and traffic for them. */
import { type Maturity } from '../../src/tenancy/instance-sets.ts';
import { type Tenant } from '../../src/model/kinds/index.ts';
import { type RouteObservation } from '../../src/model/ports.ts';
import { TestEngine, someHypervisors, xenHost } from '../support/engine.ts';

export const maturities = ['AdHoc', 'Configurable', 'MultiTenant', 'Scalable'] as const;

/** A program of two tiers; `web` and `spec` go into its first tier and its spec. */
export function application(web = '', spec = 'build: crm-5'): string {
  const vm = 'vm: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 1Gi}}';
  return `kind: Application
metadata: {name: crm}
spec:
  ${spec}
  tiers:
    - {name: web, serviceTime: 5ms, calls: [db], ${vm}${web === '' ? '' : `, ${web}`}}
    - {name: db, serviceTime: 2ms, ${vm}}`;
}

export function tenant(name: string, maturity: Maturity, spec = ''): string {
  const build = maturity === 'AdHoc' ? `, build: ${name}-1` : '';
  return `kind: Tenant
metadata: {name: ${name}}
spec: {application: crm, maturity: ${maturity}${build}${spec === '' ? '' : `, ${spec}`}}`;
}

/** An engine with four hosts of 1 unit an hour each, and these objects. */
export async function tenantsWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  const hosts = ['h1', 'h2', 'h3', 'h4'].map((name) => xenHost(name, 'price: {perHour: 1}'));
  await engine.write([someHypervisors, ...hosts, ...documents].join('\n---\n'));
  return engine;
}

/** Sends a tenant so many requests a second from now on, without chance. */
export function load(engine: TestEngine, name: string, requestsPerSecond: number): void {
  engine.world.ensureTraffic({
    name: `default/to-${name}`,
    target: { type: 'Route', name: `default/${name}` },
    unit: 'Requests',
    pattern: { type: 'Constant', value: requestsPerSecond },
    poisson: false,
    startMs: engine.world.nowMs,
  });
}

export function routeOf(engine: TestEngine, name: string): RouteObservation {
  const route = engine.world.route(`default/${name}`);
  if (!route) throw new Error(`there is no route of ${name}`);
  return route;
}

/** Names of the VMs that served a tenant's requests last. */
export function serversOf(engine: TestEngine, name: string): string[] {
  return routeOf(engine, name).servedBy.map((uid) => engine.manager.cache.byUid(uid)?.metadata.name ?? uid);
}

export function statusOf(engine: TestEngine, name: string): NonNullable<Tenant['status']> {
  return engine.get('Tenant', name).status ?? {};
}

/** What instance sets consist of, as `kind/name` without the VMs' suffixes, sorted; each once. */
export function remains(engine: TestEngine): string[] {
  const kinds = ['LoadBalancer', 'ScalingPolicy', 'VirtualMachine', 'VirtualMachinePool'] as const;
  const names = kinds.flatMap((kind) =>
    engine.list(kind).map(({ metadata: { name, labels } }) => `${kind}/${labels?.['vctl.dev/pool'] ?? name}`),
  );
  return [...new Set(names)].sort();
}
