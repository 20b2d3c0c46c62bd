import { describe, expect, test } from 'vitest';
import { type KubeObject } from '../../src/model/object.ts';
import { Foundations } from '../../src/what-if/foundations.ts';

type Meta = Partial<KubeObject['metadata']>;

function object(
  kind: string,
  name: string,
  spec: object,
  status: object = {},
  metadata: Meta = {},
): KubeObject {
  const namespace = kind === 'Host' ? {} : { namespace: 'default' };
  return {
    apiVersion: 'vctl.dev/v1alpha1',
    kind,
    metadata: { name, ...namespace, ...metadata },
    spec,
    status,
  };
}

const owner = (kind: string, name: string): Meta => ({
  ownerReferences: [{ apiVersion: 'vctl.dev/v1alpha1', kind, name, uid: name, controller: true }],
});
const vm = (name: string, app: string, host?: string, pool?: string): KubeObject =>
  object('VirtualMachine', name, {}, host === undefined ? {} : { host }, {
    labels: { app },
    ...(pool === undefined ? {} : owner('VirtualMachinePool', pool)),
  });
const balancer = (name: string, app: string, calls: string[] = []): KubeObject =>
  object('LoadBalancer', name, { selector: { matchLabels: { app } }, calls });
const policy = (name: string, kind: string, target: string): KubeObject =>
  object('ScalingPolicy', name, { target: { kind, name: target } });
const traffic = (name: string, to: object): KubeObject => object('Traffic', name, { to });

/** A shop of two tiers, and another program beside it; `web-0` moves from h1 to h2 after 100 ms. */
function world(): Foundations {
  const found = new Foundations();
  const put = (one: KubeObject, old?: KubeObject, atMs = 0): void => found.note(one, old, atMs);
  put(object('Host', 'h1', {}, {}, owner('HostPool', 'rack')));
  put(object('Host', 'h2', {}));
  put(object('Host', 'h3', {}));
  put(vm('web-0', 'web', 'h1', 'web'));
  put(vm('db-0', 'db', 'h2'));
  put(vm('other-0', 'other', 'h3', 'other'));
  put(balancer('web', 'web', ['db']));
  put(balancer('db', 'db', ['web']));
  put(balancer('other', 'other'));
  put(policy('web', 'VirtualMachinePool', 'web'));
  put(policy('db', 'VirtualMachine', 'db-0'));
  put(policy('other', 'VirtualMachinePool', 'other'));
  put(traffic('day', { kind: 'LoadBalancer', name: 'web' }));
  put(traffic('noise', { kind: 'VirtualMachine', selector: { matchLabels: { app: 'other' } } }));
  put(
    object(
      'Tenant',
      'acme',
      { application: 'crm' },
      { instances: [{ tier: 'web', pool: 'other' }], endpoint: 'other' },
    ),
  );
  put(vm('web-0', 'web', 'h2', 'web'), vm('web-0', 'web', 'h1', 'web'), 100);
  return found;
}

describe('what a subject rests on', () => {
  test.each([
    [
      'a load balancer · the ones it calls, VMs, pools, hosts, policies, traffic',
      ...['lb/default/web', 0, 50],
      'host/h1 host/h2 hostpool/rack lb/default/db lb/default/web sp/default/db sp/default/web traffic/default/day vm/default/db-0 vm/default/web-0 vmp/default/web',
    ],
    [
      'where its VMs are at that time',
      ...['lb/default/web', 150, 200],
      'host/h2 lb/default/db lb/default/web sp/default/db sp/default/web traffic/default/day vm/default/db-0 vm/default/web-0 vmp/default/web',
    ],
    [
      'a pool',
      'vmp/default/web',
      0,
      50,
      'host/h1 hostpool/rack sp/default/web vm/default/web-0 vmp/default/web',
    ],
    [
      'a VM',
      'vm/default/other-0',
      0,
      50,
      'host/h3 sp/default/other traffic/default/noise vm/default/other-0 vmp/default/other',
    ],
    [
      'a host',
      'host/h3',
      0,
      50,
      'host/h3 sp/default/other traffic/default/noise vm/default/other-0 vmp/default/other',
    ],
    [
      'a tenant · its instances and its way in',
      ...['tenant/default/acme', 0, 50],
      'application/default/crm host/h3 lb/default/other sp/default/other tenant/default/acme traffic/default/noise vm/default/other-0 vmp/default/other',
    ],
    ['what nobody knows', 'hypervisor/xen', 0, 50, undefined],
  ] as const)('%s', (_name, subject, fromMs, toMs, expected) => {
    const found = world().of(subject, fromMs, toMs);
    expect(found && [...found].sort().join(' ')).toBe(expected);
  });

  test('a VM that is gone still counts for its time', () => {
    const found = world();
    found.note(undefined, vm('web-0', 'web', 'h2', 'web'), 300);
    expect(found.of('lb/default/web', 0, 400)?.has('vm/default/web-0')).toBe(true);
    expect(found.of('lb/default/web', 350, 400)?.has('vm/default/web-0')).toBe(false);
  });
});
