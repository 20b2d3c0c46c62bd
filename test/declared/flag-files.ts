/** Manifests for the lines of `flag-lines.ts`. */

const guest = 'guest: { os: debian-12, paravirtualized: true, build: one }';

const vm = (name: string, more = ''): string => `apiVersion: vctl.dev/v1alpha1
kind: VirtualMachine
metadata: { name: ${name}${more} }
spec: { ${guest}, resources: { cpu: 1, memory: 1Gi } }
`;

const host = (name: string, more = ''): string => `apiVersion: vctl.dev/v1alpha1
kind: Host
metadata: { name: ${name}, labels: { zone: ${name} } }
spec: { hypervisor: xen, capacity: { cpu: 16, memory: 64Gi }${more} }
`;

const pool = (replicas: number, more = ''): string => `apiVersion: vctl.dev/v1alpha1
kind: VirtualMachinePool
metadata: { name: web${more} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { ${guest}, resources: { cpu: 1, memory: 2Gi } }
`;

const all = (...documents: readonly string[]): string => documents.join('---\n');

const balancer = `apiVersion: vctl.dev/v1alpha1
kind: LoadBalancer
metadata: { name: web }
spec: { selector: { matchLabels: { app: web } }, serviceTime: 8ms }
`;

// Its means over steps of another length are others.
const swinging = `apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: { name: web }
spec: { to: { kind: LoadBalancer, name: web }, pattern: { sine: { mean: 60, amplitude: 50, period: 90s } } }
`;

const traffic = `apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: { name: web }
spec: { to: { kind: LoadBalancer, name: web }, pattern: { constant: 40 } }
`;

const scenario = (name: string, duration: string): string => `apiVersion: vctl.dev/v1alpha1
kind: Scenario
metadata: { name: ${name} }
spec:
  duration: ${duration}
  seed: 3
  objectives: [{ name: fast, of: { kind: LoadBalancer, name: web }, metric: latency, statistic: p95, below: 1s }]
`;

const space = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: other }\n';

export const files: Readonly<Record<string, string>> = {
  'world/world.yaml': all(
    `apiVersion: vctl.dev/v1alpha1
kind: Hypervisor
metadata: { name: mine }
spec: { product: Mine, architecture: BareMetal, modes: [Para, Full] }
`,
    host('a', ", taints: [{ key: old, value: 'yes', effect: PreferNoSchedule }]"),
    host('b'),
    host('c', ', unschedulable: true').replace('xen', 'mine'),
    host('d'),
    space,
    pool(2),
    `apiVersion: vctl.dev/v1alpha1
kind: DisruptionBudget
metadata: { name: web }
spec: { selector: { matchLabels: { app: web } }, minAvailable: 2 }
`,
    balancer,
    vm('solo', ', labels: { app: solo, kept: yes }, annotations: { kept: yes }').replaceAll('yes', "'yes'"),
    pool(1, ', namespace: other'),
    vm('solo', ', namespace: other, labels: { app: solo }'),
  ),
  'world/deep/extra.yaml': vm('extra'),
  'shrinking/one.yaml': vm('first'),
  'shrinking/two.yaml': vm('second'),
  'thinning/one.yaml': vm('one'),
  'thinning/two.yaml': vm('two'),
  'thinning/three.yaml': vm('three'),
  'repo/one.yaml': all(host('a'), host('b'), vm('extra')),
  'repo/deep/two.yaml': all(host('d'), vm('another')),
  'nameless.yaml': vm('nameless'),
  'varied.yaml': vm('"${NAME}"'),
  'naming.yaml': `apiVersion: vctl.dev/v1alpha1
kind: Sync
metadata: { name: naming }
spec: { source: { repo: https://git.example/world.git }, substitute: { NAME: named } }
`,
  'another.yaml': vm('another'),
  'leaning.yaml': traffic,
  'many.yaml': all(
    `apiVersion: vctl.dev/v1alpha1
kind: HostPool
metadata: { name: rack }
spec: { replicas: 30, template: { spec: { hypervisor: xen, capacity: { cpu: 4, memory: 16Gi } } } }
`,
    vm('solo'),
  ),
  'claims.yaml': vm('extra').replace('build: one', 'build: two'),
  'sim/world.yaml': all(host('a'), pool(2), balancer, swinging),
  'sim/noon.yaml': scenario('noon', '5m'),
  'sim/night.yaml': scenario('night', '4m'),
  'sim/deep/extra.yaml': vm('extra'),
  'larger/space.yaml': space,
  'larger/world.yaml': all(host('a'), pool(3), balancer, swinging),
  'space.yaml': space,
  signers:
    'ada@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n',
};
