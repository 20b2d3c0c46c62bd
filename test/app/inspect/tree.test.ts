import { describe, expect, test } from 'vitest';
import { parseResources } from '../../../src/app/resources.ts';
import { runTree, treeNode } from '../../../src/app/inspect/tree/tree.ts';
import { renderTree } from '../../../src/output/tree.ts';
import { stateOf } from '../../support/state.ts';
import { world } from '../world.ts';

async function tree(...args: string[]): Promise<string> {
  const trees = await runTree(await stateOf(world), parseResources(args), { namespace: 'default' });
  return renderTree(trees.map((one) => treeNode(one)));
}

describe('trees', () => {
  test('a tenant: application, balancers, pools, VMs', async () => {
    expect(await tree('tenant/acme')).toMatchInlineSnapshot(`
      "Tenant/acme                           IV            ready      acme.crm.example  $0.41/h
      └─ Application/crm                    crm-5.0
         ├─ LoadBalancer/crm-web            LeastRequest  200 req/s  p95 41ms
         │  └─ VirtualMachinePool/crm-web   1/1           sp/young
         │     └─ VirtualMachine/crm-web-1  running       h2         para              50%
         └─ LoadBalancer/crm-db             RoundRobin
            └─ VirtualMachinePool/crm-db    0/1
      "
    `);
  });
  test('an application: its shared sets and its tenants', async () => {
    expect(await tree('app/crm')).toMatchInlineSnapshot(`
      "Application/crm                       crm-5.0
      ├─ LoadBalancer/crm-db                RoundRobin
      │  └─ VirtualMachinePool/crm-db       0/1
      ├─ LoadBalancer/crm-web               LeastRequest  200 req/s  p95 41ms
      │  └─ VirtualMachinePool/crm-web      1/1           sp/young
      │     └─ VirtualMachine/crm-web-1     running       h2         para              50%
      ├─ VirtualMachinePool/crm-shared-web  0/1
      ├─ Tenant/acme                        IV            ready      acme.crm.example  $0.41/h
      └─ Tenant/solo                        AdHoc
      "
    `);
  });
  test('a load balancer', async () => {
    expect(await tree('lb/web')).toMatchInlineSnapshot(`
      "LoadBalancer/web            LeastRequest  182.4 req/s  p95 41ms
      └─ VirtualMachinePool/web   1/2           scaled 2 → 4 by sp/web
         ├─ VirtualMachine/web-1  running       h1           para  61%
         └─ VirtualMachine/web-2  booting       h1           para
      "
    `);
  });
  test('balancers that call each other', async () => {
    expect(await tree('lb/crm-web')).toMatchInlineSnapshot(`
      "LoadBalancer/crm-web             LeastRequest  200 req/s  p95 41ms
      ├─ VirtualMachinePool/crm-web    1/1           sp/young
      │  └─ VirtualMachine/crm-web-1   running       h2         para  50%
      └─ LoadBalancer/crm-db           RoundRobin
         └─ VirtualMachinePool/crm-db  0/1
      "
    `);
  });
  test('a pool', async () => {
    expect(await tree('vmp', 'web')).toMatchInlineSnapshot(`
      "VirtualMachinePool/web   1/2      scaled 2 → 4 by sp/web
      ├─ VirtualMachine/web-1  running  h1  para  61%
      └─ VirtualMachine/web-2  booting  h1  para
      "
    `);
  });
  test('a host, whose VMs are of any namespace', async () => {
    expect(await tree('host/h1')).toMatchInlineSnapshot(`
      "Host/h1                          ready    xen  2 VMs  31%
      ├─ VirtualMachine/default/web-1  running  h1   para   61%
      └─ VirtualMachine/default/web-2  booting  h1   para
      "
    `);
  });
  test('a pool of hosts', async () => {
    expect(await tree('hp/rack')).toMatchInlineSnapshot(`
      "HostPool/rack                       1/2
      └─ Host/h1                          ready    xen  2 VMs  31%
         ├─ VirtualMachine/default/web-1  running  h1   para   61%
         └─ VirtualMachine/default/web-2  booting  h1   para
      "
    `);
  });
  test('a namespace', async () => {
    expect(await tree('ns/default')).toMatchInlineSnapshot(`
      "Namespace/default
      ├─ Application/crm                       crm-5.0
      │  ├─ LoadBalancer/crm-db                RoundRobin
      │  │  └─ VirtualMachinePool/crm-db       0/1
      │  ├─ LoadBalancer/crm-web               LeastRequest  200 req/s    p95 41ms
      │  │  └─ VirtualMachinePool/crm-web      1/1           sp/young
      │  │     └─ VirtualMachine/crm-web-1     running       h2           para              50%
      │  ├─ VirtualMachinePool/crm-shared-web  0/1
      │  ├─ Tenant/acme                        IV            ready        acme.crm.example  $0.41/h
      │  └─ Tenant/solo                        AdHoc
      ├─ LoadBalancer/web                      LeastRequest  182.4 req/s  p95 41ms
      │  └─ VirtualMachinePool/web             1/2           scaled 2 → 4 by sp/web
      │     ├─ VirtualMachine/web-1            running       h1           para              61%
      │     └─ VirtualMachine/web-2            booting       h1           para
      ├─ VirtualMachine/big                    pending                    para
      └─ VirtualMachine/huge                   pending                    para
      "
    `);
  });
  test('by reference: a policy, a budget, traffic', async () => {
    expect(await tree('sp/young', 'db/web', 'traffic/waves')).toMatchInlineSnapshot(`
      "ScalingPolicy/young
      └─ VirtualMachinePool/crm-web   1/1      sp/young
         └─ VirtualMachine/crm-web-1  running  h2  para  50%
      DisruptionBudget/web
      ├─ VirtualMachine/web-1         running  h1  para  61%
      └─ VirtualMachine/web-2         booting  h1  para
      Traffic/waves
      ├─ VirtualMachine/big           pending      para
      └─ VirtualMachine/huge          pending      para
      "
    `);
  });
});
