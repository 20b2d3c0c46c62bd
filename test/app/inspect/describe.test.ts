import { describe, expect, test } from 'vitest';
import { parseResources } from '../../../src/app/resources.ts';
import { runDescribe } from '../../../src/app/inspect/run-describe.ts';
import { describeScenario } from '../../../src/app/inspect/describe/traffic.ts';
import { type Scenario } from '../../../src/model/kinds/index.ts';
import { renderDescription, renderDescriptions } from '../../../src/output/describe.ts';
import { stateOf } from '../../support/state.ts';
import { world } from '../world.ts';

async function described(...args: string[]): Promise<string> {
  const found = await runDescribe(await stateOf(world), parseResources(args), { namespace: 'default' });
  return [...renderDescriptions(found.map(({ nodes }) => nodes))].join('');
}

describe('describe, kind by kind', () => {
  test('vm/web-1', async () => {
    expect(await described('vm/web-1')).toMatchInlineSnapshot(`
      "Name:            web-1
      Namespace:       default
      Labels:          app=web
      Annotations:     <none>
      Created:         2000-01-01T00:00:00Z (0s ago)
      Controlled by:   VirtualMachinePool/web
      Phase:           Running
      Host:            h1
      Hypervisor:      xen (BareMetal)
      Mode:            Para
      Run policy:      Always
      Priority:        0
      Profile:         Web
      Guest:
        OS:     debian-12 (paravirtualized)
        Build:  shop-1.4
      Resources:
        Resource         Wanted   Has
        --------         ------   ---
        cpu                   1     1
        memory              2Gi   2Gi
        overhead of xen    32Mi  32Mi
      Utilization:     61%
      Started:         2000-01-01T00:00:00Z
      Restarts:        0
      Load balancers:  lb/web
      Conditions:
        Type       Status  Since  Reason   Message
        ----       ------  -----  ------   -------
        Scheduled  True    0s     Placed   h1: LeastAllocated 97
        Ready      True    0s     Running  the guest is up
      Events:
        Type    Reason     Age  From                       Message
        ----    ------     ---  ----                       -------
        Normal  Scheduled  0s   virtualmachine-controller  placed on h1 in mode Para
      "
    `);
  });

  test('vm/big', async () => {
    expect(await described('vm/big')).toMatchInlineSnapshot(`
      "Name:            big
      Namespace:       default
      Labels:          app=erp
      Annotations:     team: finance
      Created:         2000-01-01T00:00:00Z (0s ago)
      Phase:           Pending
      Host:            <none>
      Hypervisor:      <none>
      Mode:            Para
      Run policy:      Manual (last asked: Off)
      Priority:        0
      Profile:         Web
      Guest:
        OS:     debian-12 (paravirtualized)
        Build:  <none>
      Resources:
        Resource  Wanted  Has
        --------  ------  ---
        cpu            4
        memory      64Gi
      Utilization:     <none>
      Started:         <none>
      Restarts:        0
      Placement:
        Host labels:  disk=ssd
        Away from:    app=web by kubernetes.io/hostname (a must)
        Tolerations:  desktop
      Load balancers:  <none>
      Hosts:
        Host    Why not
        ----    -------
        desk    host labels do not match hostSelector {disk=ssd}
        h1      host labels do not match hostSelector {disk=ssd}
        orphan  there is no Hypervisor "nova"
      Conditions:
        Type       Status  Since  Reason         Message
        ----       ------  -----  ------         -------
        Scheduled  False   0s     Unschedulable  0/3 hosts are available
      Events:          <none>
      "
    `);
  });

  test('vm/huge', async () => {
    expect(await described('vm/huge')).toMatchInlineSnapshot(`
      "Name:            huge
      Namespace:       default
      Labels:          app=erp
      Annotations:     <none>
      Created:         2000-01-01T00:00:00Z (0s ago)
      Phase:           Pending
      Host:            <none>
      Hypervisor:      <none>
      Mode:            Para
      Run policy:      Always
      Priority:        0
      Profile:         Web
      Guest:
        OS:     debian-12 (paravirtualized)
        Build:  <none>
      Resources:
        Resource  Wanted  Has
        --------  ------  ---
        cpu           40
        memory      64Gi
      Utilization:     <none>
      Started:         <none>
      Restarts:        0
      Load balancers:  <none>
      Hosts:
        Host    Why not
        ----    -------
        desk    untolerated taint {desktop: NoSchedule}
        h1      insufficient cpu (needs 40, free 29); insufficient memory (needs 64Gi, free 27.4Gi)
        orphan  there is no Hypervisor "nova"
      Conditions:
        Type       Status  Since  Reason         Message
        ----       ------  -----  ------         -------
        Scheduled  False   0s     Unschedulable  0/3 hosts are available
      Events:          <none>
      "
    `);
  });

  test('host/h1', async () => {
    expect(await described('host/h1')).toMatchInlineSnapshot(`
      "Name:               h1
      Labels:             topology.vctl.dev/zone=a
      Annotations:        <none>
      Created:            2000-01-01T00:00:00Z (0s ago)
      Controlled by:      HostPool/rack
      Phase:              Ready
      Hypervisor:         xen (BareMetal)
      Host OS:            <none>
      Hardware assist:    yes
      Unschedulable:      no
      Taints:             <none>
      Price:              $0.92/h
      Power:              110 W idle, 380 W at full load
      Failure detection:  after 50s
      Utilization:        31%
      Capacity:
        Step            CPU  Memory
        ----            ---  ------
        installed         8    32Gi
        - VMM xen      0.25   512Mi
        x overcommit      4       1
        = allocatable    31  31.5Gi
        - allocated       2   4.1Gi
        = free           29  27.4Gi
      Virtual machines:
        Name           Phase    Host  Mode  CPU  Memory  Utilization
        ----           -----    ----  ----  ---  ------  -----------
        default/web-1  Running  h1    Para    1     2Gi          61%
        default/web-2  Booting  h1    Para    1     2Gi
      Conditions:
        Type   Status  Since  Reason  Message
        ----   ------  -----  ------  -------
        Ready  True    0s     Ready   h1 is on
      Events:
        Type     Reason        Age              From             Message
        ----     ------        ---              ----             -------
        Warning  HostNotReady  0s (x3 over 0s)  host-controller  h1 has crashed
      "
    `);
  });

  test('host/desk', async () => {
    expect(await described('host/desk')).toMatchInlineSnapshot(`
      "Name:               desk
      Labels:             <none>
      Annotations:        <none>
      Created:            2000-01-01T00:00:00Z (0s ago)
      Phase:              Ready
      Hypervisor:         virtualbox (Hosted)
      Host OS:            ubuntu 24.04
      Hardware assist:    yes
      Unschedulable:      no
      Taints:             desktop:NoSchedule
      Price:              $0.00/h
      Power:              110 W idle, 380 W at full load
      Failure detection:  after 50s
      Utilization:        <none>
      Capacity:
        Step              CPU  Memory
        ----              ---  ------
        installed           4    16Gi
        - host OS ubuntu  0.5     2Gi
        - VMM virtualbox    0       0
        x overcommit        4       1
        = allocatable      14    14Gi
        - allocated         0       0
        = free             14    14Gi
      Virtual machines:   <none>
      Conditions:
        Type   Status  Since  Reason  Message
        ----   ------  -----  ------  -------
        Ready  True    0s     Ready   desk is on
      Events:             <none>
      "
    `);
  });

  test('host/orphan', async () => {
    expect(await described('host/orphan')).toMatchInlineSnapshot(`
      "Name:               orphan
      Labels:             <none>
      Annotations:        <none>
      Created:            2000-01-01T00:00:00Z (0s ago)
      Phase:              Pending
      Hypervisor:         nova
      Host OS:            <none>
      Hardware assist:    yes
      Unschedulable:      no
      Taints:             <none>
      Price:              $0.00/h
      Power:              110 W idle, 380 W at full load
      Failure detection:  after 50s
      Utilization:        <none>
      Capacity:
        Step       CPU  Memory
        ----       ---  ------
        installed    4    16Gi
      Virtual machines:   <none>
      Conditions:         <none>
      Events:             <none>
      "
    `);
  });

  test('hv/xen', async () => {
    expect(await described('hv/xen')).toMatchInlineSnapshot(`
      "Name:                   xen
      Labels:                 <none>
      Annotations:            <none>
      Created:                2000-01-01T00:00:00Z (0s ago)
      Product:                Xen
      Architecture:           BareMetal
      Modes:                  Para, Full
      Needs hardware assist:  in mode Full
      Reserved for the VMM:   0.25 CPU, 512Mi
      Reserved per VM:        32Mi
      Can:                    live migration, CPU hotplug
      Performance overrides:  <none>
      Slowdown by profile:
        Profile     Para    Full, with VT-x or AMD-V
        -------     ----    ------------------------
        Compute     1.00 x  1.00 x
        Build       1.01 x  1.04 x
        FileServer  1.02 x  1.05 x
        Database    1.04 x  1.16 x
        Web         1.05 x  1.34 x
        Oltp        1.06 x  2.05 x
      Hosts:
        Name  Phase  VMs  CPU allocated  Memory allocated  Utilization
        ----  -----  ---  -------------  ----------------  -----------
        h1    Ready    2           2/31      4.1Gi/31.5Gi          31%
      Conditions:
        Type   Status  Since  Reason  Message
        ----   ------  -----  ------  -------
        Ready  True    0s     Known   Xen can be installed
      Events:                 <none>
      "
    `);
  });

  test('hp/rack', async () => {
    expect(await described('hp/rack')).toMatchInlineSnapshot(`
      "Name:         rack
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      Replicas:     2 wanted, 1 there, 1 ready, 1 up to date
      Template:
        Labels:           topology.vctl.dev/zone=a
        Hypervisor:       xen
        Capacity:         8 CPU, 32Gi
        Hardware assist:  yes
        Price:            $0.92/h
      Hosts:
        Name  Phase  VMs  CPU allocated  Memory allocated  Utilization
        ----  -----  ---  -------------  ----------------  -----------
        h1    Ready    2           2/31      4.1Gi/31.5Gi          31%
      Conditions:   <none>
      Events:       <none>
      "
    `);
  });

  test('vmp/web', async () => {
    expect(await described('vmp/web')).toMatchInlineSnapshot(`
      "Name:            web
      Namespace:       default
      Labels:          <none>
      Annotations:     <none>
      Created:         2000-01-01T00:00:00Z (0s ago)
      Replicas:        2 wanted, 2 there, 1 ready, 2 up to date
      Selector:        app=web
      Strategy:        25% more at most, 25% missing at most
      Scaled by:       sp/web
      Load balancers:  lb/web
      Template:
        Labels:   app=web
        Guest:    debian-12
        Build:    shop-1.4
        Mode:     Para
        Size:     1 CPU, 2Gi
        Profile:  Web
      Virtual machines:
        Name   Phase    Host  Mode  CPU  Memory  Utilization
        ----   -----    ----  ----  ---  ------  -----------
        web-1  Running  h1    Para    1     2Gi          61%
        web-2  Booting  h1    Para    1     2Gi
      Conditions:      <none>
      Events:          <none>
      "
    `);
  });

  test('lb/web', async () => {
    expect(await described('lb/web')).toMatchInlineSnapshot(`
      "Name:           web
      Namespace:      default
      Labels:         <none>
      Annotations:    <none>
      Created:        2000-01-01T00:00:00Z (0s ago)
      Selector:       app=web
      Pools:          vmp/web
      Algorithm:      LeastRequest
      Service time:   8ms of a bare physical core for a request, on the mean, exponential
      Queue:          at most 1024 wait at each VM, as long as it takes
      Latency by:     the less busy of two VMs, or weighted turns where weights differ (mean field): see docs/model.md
      Health check:   every 5s, up after 2 good, down after 2 bad
      Panic:          fewer than 50% healthy: all get requests
      Outliers:       not detected
      Drain:          30s
      Calls:          <none>
      Requests from:  traffic/day
      Now:
        Requests:  182.4 req/s
        Latency:   mean 13ms, p50 10ms, p95 41ms, p99 80ms
        Errors:    1.49%
      Backends:
        VM     Ready  Draining  Weight  Share  Phase    Host
        --     -----  --------  ------  -----  -----    ----
        web-1  True   no             1   100%  Running  h1
        web-2  False  no             1     0%  Booting  h1
      Conditions:     <none>
      Events:         <none>
      "
    `);
  });

  test('sp/web', async () => {
    expect(await described('sp/web')).toMatchInlineSnapshot(`
      "Name:         web
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      Target:       VirtualMachinePool/web
      Horizontal:   2 to 12 VMs
      Vertical:     1 CPU, 2Gi to 8 CPU, 16Gi (Live)
      Replicas:     2 now, 4 wanted
      Size:         1 CPU, 2Gi now; ? wanted
      Last scaled:  2000-01-01T14:02:15Z
      Metrics:
        Metric           Current  Target  Wish
        ------           -------  ------  ----
        cpu utilization     96 %    60 %     4
      Decision:     scale out 2 → 4 at 2000-01-01 14:02:15
        metric:     cpu utilization 96 % of a 60 % target (2 of 2 VMs sampled) → wish 4
        limits:     max 12: no
        since:      hold at 4 at 14:02:30
          metric:   cpu utilization 55 % of a 60 % target
        why:        the world is young
      Not chosen:
        vertical:  at its maximum (8 CPU) since 13:40
      History:
        Time                  From  To  Reason
        ----                  ----  --  ------
        2000-01-01T14:02:15Z  2     4   cpu utilization 96 % of 60 %
      Conditions:
        Type       Status  Since  Reason  Message
        ----       ------  -----  ------  -------
        Effective  True    0s     Served  lb/web serves vmp/web
      Events:       <none>
      "
    `);
  });

  test('sp/young', async () => {
    expect(await described('sp/young')).toMatchInlineSnapshot(`
      "Name:         young
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      Target:       Application/crm tier web
      Horizontal:   1 to 3 VMs
      Replicas:     ? now, ? wanted
      Last scaled:  <none>
      Metrics:
        Metric       Current  Target  Wish
        ------       -------  ------  ----
        Latency p95
      Decision:     <none>
      History:      <none>
      Conditions:   <none>
      Events:       <none>
      "
    `);
  });

  test('db/web', async () => {
    expect(await described('db/web')).toMatchInlineSnapshot(`
      "Name:             web
      Namespace:        default
      Labels:           <none>
      Annotations:      <none>
      Created:          2000-01-01T00:00:00Z (0s ago)
      Selector:         app=web
      Min available:    1
      Up:               1 of 2
      Must be up:       1
      May go down now:  0
      Virtual machines:
        Name   Phase    Host  Mode  CPU  Memory  Utilization
        ----   -----    ----  ----  ---  ------  -----------
        web-1  Running  h1    Para    1     2Gi          61%
        web-2  Booting  h1    Para    1     2Gi
      Conditions:       <none>
      Events:           <none>
      "
    `);
  });

  test('app/crm', async () => {
    expect(await described('app/crm')).toMatchInlineSnapshot(`
      "Name:                   crm
      Namespace:              default
      Labels:                 <none>
      Annotations:            <none>
      Created:                2000-01-01T00:00:00Z (0s ago)
      Build:                  crm-5.0
      Tenants may configure:  seats
                              theme
      Tiers:
        Tier  VMs  Size         Mode  Profile  Service time  Algorithm     Calls
        ----  ---  ----         ----  -------  ------------  ---------     -----
        web     2  2 CPU, 4Gi   Para  Web      6ms           LeastRequest  db
        db      1  4 CPU, 16Gi  any   Oltp     3ms           LeastRequest
      Shared sets:
        Level  Tenants  Pools
        -----  -------  -----
        IV           1  crm-web, crm-db
      Tenants:
        Name  Level  Maturity  Ready    Route                Cost
        ----  -----  --------  -----    -----                ----
        acme  IV     Scalable  True     acme.crm.example  $0.41/h
        solo         AdHoc     Unknown
      Conditions:             <none>
      Events:                 <none>
      "
    `);
  });

  test('tenant/acme', async () => {
    expect(await described('tenant/acme')).toMatchInlineSnapshot(`
      "Name:            acme
      Namespace:       default
      Labels:          <none>
      Annotations:     <none>
      Created:         2000-01-01T00:00:00Z (0s ago)
      Application:     app/crm
      Level:           IV (Scalable)
      Build:           crm-5.0
      Configuration:   seats: 40
                       theme: dark
      Route:           acme.crm.example
      Endpoint:        lb/crm-web
      Data partition:  default/crm/acme
      Quota:           16 CPU
                       64Gi of memory
                       200 req/s
      Requests:        220 req/s, 20 req/s of them refused by the quota
      Errors:          9.09%
      Utilization:     <none>
      Cost:            $0.41/h
      Instances:
        Tier  Pool     Shared  Ready
        ----  ----     ------  -----
        web   crm-web  yes       1/1
        db    crm-db   yes       0/1
      Served by:       vm/crm-web-1
                       vm/crm-db-1
      Conditions:
        Type   Status  Since  Reason  Message
        ----   ------  -----  ------  -------
        Ready  True    0s     Served  requests reach crm-web
      Events:          <none>
      "
    `);
  });

  test('tenant/solo', async () => {
    expect(await described('tenant/solo')).toMatchInlineSnapshot(`
      "Name:            solo
      Namespace:       default
      Labels:          <none>
      Annotations:     <none>
      Created:         2000-01-01T00:00:00Z (0s ago)
      Application:     app/crm
      Level:           AdHoc
      Build:           crm-solo-3.2
      Configuration:   <none>
      Route:           <none>
      Endpoint:        <none>
      Data partition:  <none>
      Quota:           <none>
      Requests:        <none>
      Errors:          <none>
      Utilization:     <none>
      Cost:            <none>
      Instances:       <none>
      Served by:       <none>
      Conditions:      <none>
      Events:          <none>
      "
    `);
  });

  test('traffic/day', async () => {
    expect(await described('traffic/day')).toMatchInlineSnapshot(`
      "Name:         day
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      To:           LoadBalancer/web
      Pattern:      every day from 20 req/s to 180 req/s at 14:00 UTC and back
      Noise:        Poisson: arrivals fluctuate by chance
      Time zero:    2000-01-01T00:00:00Z
      Now:          182.4 req/s
      Conditions:   <none>
      Events:       <none>
      "
    `);
  });

  test('traffic/recorded', async () => {
    expect(await described('traffic/recorded')).toMatchInlineSnapshot(`
      "Name:         recorded
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      To:           Tenant/acme
      Pattern:      recorded: 3 samples of column requests in day.csv, one for 5m each (15m, then again), 2 req/s to 10 req/s
      Noise:        None
      Time zero:    <none>
      Now:          <none>
      Conditions:   <none>
      Events:       <none>
      "
    `);
  });

  test('traffic/waves', async () => {
    expect(await described('traffic/waves')).toMatchInlineSnapshot(`
      "Name:         waves
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      To:           VirtualMachine with app=erp
      Pattern:      a wave of 50% of the vCPUs ± 40% of the vCPUs in 24h, each VM with a phase of its own
      Noise:        Poisson: arrivals fluctuate by chance
      Time zero:    <none>
      Now:          35% of the vCPUs
      Conditions:   <none>
      Events:       <none>
      "
    `);
  });

  test('scn/friday', async () => {
    expect(await described('scn/friday')).toMatchInlineSnapshot(`
      "Name:         friday
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      Description:  A host is lost on the day of the peak.
      Duration:     24h
      Seed:         1
      Script:
        At  Object               What
        --  ------               ----
        2h  Host/h1              Crash for 30m
        6h  Tenant/acme in saas  patch {"spec":{"maturity":"Scalable"}}
      Objectives:
        Name   Of           Metric       Must be
        ----   --           ------       -------
        fast   Tenant/acme  latency p95  below 200ms
        cheap  all          cost total   below 120
      Conditions:   <none>
      Events:       <none>
      "
    `);
  });

  test('scn · what each event does, and all that one does at once', () => {
    const event = (at: string, what: object): object => ({ at, ...what });
    const spec = {
      duration: '1h',
      seed: 1,
      objectives: [],
      events: [
        event('1m', { fault: { kind: 'Host', name: 'h', type: 'Slow', speed: 0.3 } }),
        event('2m', {
          traffic: { name: 't', scale: 3, for: '5m' },
          delete: { kind: 'VirtualMachine', name: 'v' },
        }),
        event('3m', { traffic: { name: 't', namespace: 'n', constant: 0 } }),
        event('4m', {
          apply: { manifest: { kind: 'VirtualMachine', metadata: { name: 'v', namespace: 'n' } } },
        }),
      ],
    };
    const scenario = { apiVersion: 'vctl.dev/v1alpha1', kind: 'Scenario', metadata: { name: 's' }, spec };
    expect(renderDescription(describeScenario(scenario as unknown as Scenario))).toContain(`
  At  Object                 What
  --  ------                 ----
  1m  Host/h                 Slow to 30 % until cleared
  2m  Traffic/t              times 3 for 5m
  2m  VirtualMachine/v       delete
  3m  Traffic/t in n         constant 0 from then on
  4m  VirtualMachine/v in n  apply
`);
  });

  test('ns/default', async () => {
    expect(await described('ns/default')).toMatchInlineSnapshot(`
      "Name:         default
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      Phase:        Active
      Objects:
        Kind                 Count
        ----                 -----
        applications             1
        disruptionbudgets        1
        loadbalancers            3
        scalingpolicies          2
        scenarios                1
        tenants                  2
        traffics                 3
        virtualmachines          5
        virtualmachinepools      4
      Conditions:   <none>
      Events:       <none>
      "
    `);
  });

  test('ev/h1.1', async () => {
    expect(await described('ev/h1.1')).toMatchInlineSnapshot(`
      "Name:         h1.1
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      Created:      2000-01-01T00:00:00Z (0s ago)
      Object:       Host/h1
      Type:         Warning
      Reason:       HostNotReady
      Message:      h1 has crashed
      Count:        3
      First seen:   2000-01-01T00:00:00Z
      Last seen:    2000-01-01T00:00:00Z
      Source:       host-controller
      "
    `);
  });
});

test('several objects, by kind and selector, as data', async () => {
  const found = await runDescribe(await stateOf(world), parseResources(['vm']), {
    namespace: 'default',
    selector: 'app=web',
  });
  expect(found.map(({ object }) => object.metadata.name)).toEqual(['web-1', 'web-2']);
  expect(found[0]?.events.map(({ reason }) => reason)).toEqual(['Scheduled']);
  expect(found[0]?.described).toMatchObject({
    phase: 'Running',
    guest: { os: 'debian-12 (paravirtualized)', build: 'shop-1.4' },
    resources: [
      { resource: 'cpu', wanted: '1', has: '1' },
      { resource: 'memory', wanted: '2Gi', has: '2Gi' },
      { resource: 'overhead of xen', wanted: '32Mi', has: '32Mi' },
    ],
  });
});

test('a name that is not there', async () => {
  await expect(described('vm/gone')).rejects.toThrow(
    'virtualmachine.vctl.dev/gone not found in namespace default',
  );
});
