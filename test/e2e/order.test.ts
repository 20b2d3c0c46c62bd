/** The order of documents and files, their names, and what has nothing to do with it all change no figure. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunRecord } from '../../src/model/run-record.ts';
import { Sandbox } from '../support/vctl.ts';

const sandbox = new Sandbox();
afterAll(() => sandbox.dispose());

const documents = [
  'kind: HostPool\nmetadata: {name: rack}\nspec: {replicas: 3, failureDetection: 20s, template: {spec: {hypervisor: xen, capacity: {cpu: 4, memory: 32Gi}, price: {perHour: 1}}}}',
  'kind: VirtualMachinePool\nmetadata: {name: web}\nspec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}}}}',
  'kind: VirtualMachine\nmetadata: {name: batch}\nspec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 2, memory: 2Gi}}',
  'kind: LoadBalancer\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, serviceTime: 10ms}',
  'kind: ScalingPolicy\nmetadata: {name: web}\nspec: {target: {kind: VirtualMachinePool, name: web}, horizontal: {minReplicas: 2, maxReplicas: 6}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]}',
  'kind: Traffic\nmetadata: {name: day}\nspec: {to: {kind: LoadBalancer, name: web}, pattern: {spike: {base: 60, peak: 160, at: 5m, duration: 5m}}}',
  'kind: Traffic\nmetadata: {name: batch}\nspec: {to: {kind: VirtualMachine, name: batch}, unit: Cpu, pattern: {constant: 0.6}}',
  `kind: Scenario
metadata: {name: one}
spec:
  duration: 20m
  seed: 5
  events: [{at: 12m, fault: {kind: Host, name: rack-0, type: Crash, for: 3m}}]
  objectives:
    - {name: errors, of: {kind: LoadBalancer, name: web}, metric: errorRate, below: 1}
    - {name: p95, of: {kind: LoadBalancer, name: web}, metric: latency, statistic: p95, below: 10s}
    - {name: busy, of: {kind: VirtualMachine, name: batch}, metric: utilization, below: 1}
    - {name: there, of: {kind: VirtualMachinePool, name: web}, metric: availability, above: 0}
    - {name: waits, of: {kind: VirtualMachinePool, name: web}, metric: pendingTime, statistic: max, below: 1h}
    - {name: host, of: {kind: Host, name: rack-0}, metric: energy, below: 1000}`,
].map((text) => `apiVersion: vctl.dev/v1alpha1\n${text}\n`);

/** Nobody else can use the hosts, and the VM can use no others. */
const unrelated = [
  'kind: Namespace\nmetadata: {name: other}\napiVersion: v1\n',
  'apiVersion: vctl.dev/v1alpha1\nkind: HostPool\nmetadata: {name: aside}\nspec: {replicas: 2, template: {metadata: {labels: {aside: "1"}}, spec: {hypervisor: kvm, capacity: {cpu: 4, memory: 32Gi}, taints: [{key: aside, effect: NoSchedule}]}}}\n',
  'apiVersion: vctl.dev/v1alpha1\nkind: VirtualMachine\nmetadata: {name: aaa, namespace: other}\nspec: {guest: {os: debian-12}, resources: {cpu: 1, memory: 1Gi}, placement: {hostSelector: {aside: "1"}, tolerations: [{key: aside, operator: Exists}]}}\n',
  'apiVersion: vctl.dev/v1alpha1\nkind: Traffic\nmetadata: {name: aaa, namespace: other}\nspec: {to: {kind: VirtualMachine, name: aaa}, unit: Cpu, pattern: {constant: 0.5}}\n',
];

/** Runs what is in a folder; gives the record. */
async function runOf(folder: string, files: Readonly<Record<string, readonly string[]>>): Promise<RunRecord> {
  for (const [name, texts] of Object.entries(files)) sandbox.write(`${folder}/${name}`, texts.join('---\n'));
  await sandbox.ok(['test', '-f', folder, '--report', `json=${folder}.json`]);
  const report = JSON.parse(readFileSync(sandbox.path(`${folder}.json`), 'utf8')) as
    { runs: RunRecord[] } | RunRecord;
  return 'runs' in report ? report.runs[0]! : report;
}

let base: RunRecord;
beforeAll(async () => {
  base = await runOf('base', { 'world.yaml': documents });
});

describe('the same result, to the digit', () => {
  test.each<[string, Readonly<Record<string, readonly string[]>>]>([
    ['the documents the other way round', { 'world.yaml': [...documents].reverse() }],
    ['another name of the file', { 'a-zoo.yaml': documents }],
    [
      'a file a document, in another order',
      Object.fromEntries(documents.map((text, i) => [`${(i * 5) % 8}.yaml`, [text]])),
    ],
  ])('%s', async (name, files) => {
    const record = await runOf(name.replace(/\W+/g, '-'), files);
    expect(record.verdicts).toEqual(base.verdicts);
    expect(record.result).toBe(base.result);
  });
});

test('what has nothing to do with it changes no figure of the others', async () => {
  const record = await runOf('more', { 'a.yaml': unrelated, 'world.yaml': documents });
  expect(record.verdicts).toEqual(base.verdicts);
  expect(record.result, 'there is more').not.toBe(base.result);
  const ofOthers = ({ series }: RunRecord): unknown =>
    series.filter(({ of }) => /\/default\/|host\/rack/.test(of ?? ''));
  expect(ofOthers(record)).toEqual(ofOthers(base));
});
