/** A small world as controllers would have left it, with one object of each kind at least. */
export const world = `
kind: Hypervisor
metadata: {name: xen}
spec: {product: Xen, architecture: BareMetal, modes: [Para, Full], requires: {hardwareAssist: {Full: true}}, reserved: {cpu: 250m, memory: 512Mi}, perVirtualMachine: {memory: 32Mi}, features: {liveMigration: true, cpuHotplug: true, memoryHotplug: false}}
status: {hosts: 1, conditions: [{type: Ready, status: "True", reason: Known, message: Xen can be installed, lastTransitionTime: "2000-01-01T00:00:00Z"}]}
---
kind: Hypervisor
metadata: {name: virtualbox}
spec: {product: VirtualBox, architecture: Hosted, modes: [Full], perVirtualMachine: {memory: 64Mi}, features: {}}
---
kind: Host
metadata: {name: h1, labels: {topology.vctl.dev/zone: a}}
owner: HostPool/rack
spec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}, price: {perHour: 0.92}}
status: {phase: Ready, architecture: BareMetal, capacity: {cpu: 8, memory: 32Gi}, allocatable: {cpu: 31, memory: 32256Mi}, allocated: {cpu: 2, memory: 4160Mi}, utilization: 0.314, virtualMachines: 2, conditions: [{type: Ready, status: "True", reason: Ready, message: h1 is on, lastTransitionTime: "2000-01-01T00:00:00Z"}]}
---
kind: Host
metadata: {name: desk}
spec: {hypervisor: virtualbox, hostOS: {name: ubuntu, version: "24.04", reserved: {cpu: 500m, memory: 2Gi}}, capacity: {cpu: 4, memory: 16Gi}, taints: [{key: desktop, effect: NoSchedule}], unschedulable: false}
status: {phase: Ready, architecture: Hosted, allocatable: {cpu: 14, memory: 14Gi}, conditions: [{type: Ready, status: "True", reason: Ready, message: desk is on, lastTransitionTime: "2000-01-01T00:00:00Z"}]}
---
kind: Host
metadata: {name: orphan}
spec: {hypervisor: nova, capacity: {cpu: 4, memory: 16Gi}}
---
kind: HostPool
metadata: {name: rack}
spec: {replicas: 2, template: {metadata: {labels: {topology.vctl.dev/zone: a}}, spec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}, price: {perHour: 0.92}}}}
status: {replicas: 1, readyReplicas: 1, updatedReplicas: 1}
---
kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {mode: Para, guest: {os: debian-12, paravirtualized: true, build: shop-1.4}, resources: {cpu: 1, memory: 2Gi}}}}
status: {replicas: 2, readyReplicas: 1, updatedReplicas: 2}
---
kind: VirtualMachine
metadata: {name: web-1, labels: {app: web}}
owner: VirtualMachinePool/web
spec: {mode: Para, guest: {os: debian-12, paravirtualized: true, build: shop-1.4}, resources: {cpu: 1, memory: 2Gi}}
status: {phase: Running, host: h1, hypervisor: xen, mode: Para, resources: {cpu: 1, memory: 2Gi}, utilization: 0.61, startedAt: "2000-01-01T00:00:00Z", conditions: [{type: Scheduled, status: "True", reason: Placed, message: "h1: LeastAllocated 97", lastTransitionTime: "2000-01-01T00:00:00Z"}, {type: Ready, status: "True", reason: Running, message: the guest is up, lastTransitionTime: "2000-01-01T00:00:00Z"}]}
---
kind: VirtualMachine
metadata: {name: web-2, labels: {app: web}}
owner: VirtualMachinePool/web
spec: {guest: {os: debian-12, paravirtualized: true, build: shop-1.4}, resources: {cpu: 1, memory: 2Gi}}
status: {phase: Booting, host: h1, hypervisor: xen, mode: Para, resources: {cpu: 1, memory: 2Gi}}
---
kind: VirtualMachine
metadata: {name: big, labels: {app: erp}, annotations: {team: finance}}
spec: {runPolicy: Manual, mode: Para, guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 4, memory: 64Gi}, placement: {hostSelector: {disk: ssd}, antiAffinity: [{selector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname}], tolerations: [{key: desktop, operator: Exists}]}}
status: {phase: Pending, conditions: [{type: Scheduled, status: "False", reason: Unschedulable, message: 0/3 hosts are available, lastTransitionTime: "2000-01-01T00:00:00Z"}]}
---
kind: VirtualMachine
metadata: {name: huge, labels: {app: erp}}
spec: {mode: Para, guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 40, memory: 64Gi}}
status: {phase: Pending, conditions: [{type: Scheduled, status: "False", reason: Unschedulable, message: 0/3 hosts are available, lastTransitionTime: "2000-01-01T00:00:00Z"}]}
---
kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, algorithm: LeastRequest, serviceTime: 8ms}
status: {readyBackends: 1, requestsPerSecond: 182.44, latency: {mean: 12.6, p50: 9.96, p95: 41, p99: 80.2}, errorRate: 0.0149, backends: [{name: web-1, ready: true, weight: 1, share: 1}, {name: web-2, ready: false, weight: 1, share: 0}]}
---
kind: ScalingPolicy
metadata: {name: web}
spec:
  target: {kind: VirtualMachinePool, name: web}
  horizontal: {minReplicas: 2, maxReplicas: 12}
  vertical: {min: {cpu: 1, memory: 2Gi}, max: {cpu: 8, memory: 16Gi}, update: Live}
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
status:
  currentReplicas: 2
  desiredReplicas: 4
  currentResources: {cpu: 1, memory: 2Gi}
  lastScaleTime: "2000-01-01T14:02:15Z"
  currentMetrics: [{name: cpu utilization, current: 96 %, target: 60 %, wish: 4}]
  decision:
    time: "2000-01-01T14:02:15Z"
    type: ScaleOut
    summary: scale out 2 → 4
    explanation:
      - "metric    cpu utilization 96 % of a 60 % target (2 of 2 VMs sampled) → wish 4"
      - "limits    max 12: no"
      - "since     hold at 4 at 14:02:30"
      - "  metric    cpu utilization 55 % of a 60 % target"
      - the world is young
    notChosen: ["vertical  at its maximum (8 CPU) since 13:40"]
  history: [{time: "2000-01-01T14:02:15Z", from: "2", to: "4", reason: cpu utilization 96 % of 60 %}]
  conditions: [{type: Effective, status: "True", reason: Served, message: lb/web serves vmp/web, lastTransitionTime: "2000-01-01T00:00:00Z"}]
---
kind: ScalingPolicy
metadata: {name: young}
spec:
  target: {kind: Application, name: crm, tier: web}
  horizontal: {minReplicas: 1, maxReplicas: 3}
  metrics: [{type: Latency, latency: {statistic: p95, target: {type: Value, value: 100ms}}}]
---
kind: RebalancePolicy
metadata: {name: even}
spec: {strategy: Spread, threshold: {start: 0.1, stop: 0.05}, maxMovesPerHour: 4, interval: 5m, payback: 1h, dryRun: false, suspend: false, hostSelector: {topology.vctl.dev/zone: a}}
status: {hosts: 2, imbalance: 0.153, active: true, movesLastHour: 1, moves: [{vm: default/web-1, from: h2, to: h1, time: "2000-01-01T00:00:00Z", gain: 0.0312, cost: 0.000004}], planTime: "2000-01-01T00:00:00Z", plan: [{vm: default/web-1, from: h2, to: h1, time: "2000-01-01T00:00:00Z", gain: 0.0312, cost: 0.000004}], conditions: [{type: Rebalancing, status: "True", reason: Moving, message: 1 of the VMs move, lastTransitionTime: "2000-01-01T00:00:00Z"}]}
---
kind: DisruptionBudget
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, minAvailable: 1}
status: {expected: 2, currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0}
---
kind: Application
metadata: {name: crm}
spec:
  build: crm-5.0
  tiers:
    - {name: web, replicas: 2, serviceTime: 6ms, vm: {mode: Para, guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 2, memory: 4Gi}, profile: Web}, calls: [db]}
    - {name: db, serviceTime: 3ms, vm: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 4, memory: 16Gi}, profile: Oltp}}
  configuration: {type: object, properties: {theme: {type: string}, seats: {type: integer}}}
status: {tenants: 2, shared: [{level: IV, tenants: 1, pools: [crm-web, crm-db]}]}
---
kind: Tenant
metadata: {name: acme}
spec: {application: crm, maturity: Scalable, configuration: {theme: dark, seats: 40}, quota: {cpu: 16, memory: 64Gi, requestsPerSecond: 200}}
status: {level: IV, route: acme.crm.example, endpoint: crm-web, dataPartition: default/crm/acme, costPerHour: 0.412, requestsPerSecond: 220, throttledPerSecond: 20, errorRate: 0.0909, servedBy: [crm-web-1, crm-db-1], instances: [{tier: web, pool: crm-web, shared: true}, {tier: db, pool: crm-db, shared: true}], conditions: [{type: Ready, status: "True", reason: Served, message: requests reach crm-web, lastTransitionTime: "2000-01-01T00:00:00Z"}]}
---
kind: Tenant
metadata: {name: solo}
spec: {application: crm, maturity: AdHoc, build: crm-solo-3.2}
---
kind: VirtualMachinePool
metadata: {name: crm-web, labels: {vctl.dev/application: crm, vctl.dev/tier: web}}
owner: Application/crm
spec: {replicas: 1, selector: {matchLabels: {tier: web}}, template: {metadata: {labels: {tier: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 2, memory: 4Gi}}}}
status: {replicas: 1, readyReplicas: 1, updatedReplicas: 1}
---
kind: VirtualMachinePool
metadata: {name: crm-db, labels: {vctl.dev/application: crm, vctl.dev/tier: db}}
owner: Application/crm
spec: {replicas: 1, selector: {matchLabels: {tier: db}}, template: {metadata: {labels: {tier: db}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 4, memory: 16Gi}}}}
---
kind: VirtualMachinePool
metadata: {name: crm-shared-web, labels: {vctl.dev/application: crm, vctl.dev/tier: web}}
owner: Application/crm
spec: {replicas: 1, selector: {matchLabels: {set: shared}}, template: {metadata: {labels: {set: shared}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 2, memory: 4Gi}}}}
---
kind: VirtualMachine
metadata: {name: crm-web-1, labels: {tier: web}}
owner: VirtualMachinePool/crm-web
spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 2, memory: 4Gi}}
status: {phase: Running, host: h2, hypervisor: xen, mode: Para, utilization: 0.5}
---
kind: LoadBalancer
metadata: {name: crm-web}
owner: Application/crm
spec: {selector: {matchLabels: {tier: web}}, serviceTime: 6ms, calls: [crm-db], algorithm: LeastRequest}
status: {readyBackends: 1, requestsPerSecond: 200, latency: {p95: 41}, backends: [{name: crm-web-1, ready: true, weight: 1, share: 1}]}
---
kind: LoadBalancer
metadata: {name: crm-db}
owner: Application/crm
spec: {selector: {matchLabels: {tier: db}}, serviceTime: 3ms, calls: [crm-web]}
---
kind: Traffic
metadata: {name: day}
spec: {to: {kind: LoadBalancer, name: web}, pattern: {daily: {base: 20, peak: 180, peakAt: "14:00"}}}
status: {startedAt: "2000-01-01T00:00:00Z", offered: 182.44}
---
kind: Traffic
metadata: {name: recorded}
spec: {to: {kind: Tenant, name: acme}, noise: None, pattern: {trace: {file: day.csv, column: requests, interval: 5m, scale: 2, samples: [300, 600, 1500]}}}
---
kind: Traffic
metadata: {name: waves}
spec: {to: {kind: VirtualMachine, selector: {matchLabels: {app: erp}}}, unit: Cpu, pattern: {sine: {mean: 0.5, amplitude: 0.4, period: 24h, phase: PerTarget}}}
status: {offered: 0.35}
---
kind: Scenario
metadata: {name: friday}
spec:
  description: A host is lost on the day of the peak.
  duration: 24h
  events:
    - {at: 2h, fault: {kind: Host, name: h1, type: Crash, for: 30m}}
    - {at: 6h, patch: {kind: Tenant, name: acme, namespace: saas, merge: {spec: {maturity: Scalable}}}}
  objectives:
    - {name: fast, of: {kind: Tenant, name: acme}, metric: latency, statistic: p95, below: 200ms}
    - {name: cheap, metric: cost, statistic: total, below: 120}
---
kind: Event
metadata: {name: web-1.1}
involvedObject: {kind: VirtualMachine, namespace: default, name: web-1, uid: uid-VirtualMachine-web-1}
type: Normal
reason: Scheduled
message: placed on h1 in mode Para
count: 1
firstTimestamp: "2000-01-01T00:00:00Z"
lastTimestamp: "2000-01-01T00:00:00Z"
source: {component: virtualmachine-controller}
---
kind: Event
metadata: {name: web-1.0}
involvedObject: {kind: VirtualMachine, namespace: default, name: web-1, uid: uid-of-an-earlier-web-1}
type: Warning
reason: HostLost
message: its host crashed under it
---
kind: Event
metadata: {name: h1.1}
involvedObject: {kind: Host, name: h1, uid: uid-Host-h1}
type: Warning
reason: HostNotReady
message: h1 has crashed
count: 3
firstTimestamp: "2000-01-01T00:00:00Z"
lastTimestamp: "2000-01-01T00:00:00Z"
source: {component: host-controller}
`;
