/** Figures are integrated from event to event: what they come to does not hang on how long the steps are. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whatIf } from '../../src/what-if/what-if.ts';

const api = 'apiVersion: vctl.dev/v1alpha1\n';

const hosts = ['a', 'b'].map(
  (name) =>
    `kind: Host\nmetadata: {name: ${name}}\nspec: {hypervisor: xen, capacity: {cpu: 4, memory: 32Gi}, price: {perHour: 1}, power: {idleWatts: 100, maxWatts: 200}}`,
);

const machine = (name: string, host: string): string =>
  `kind: VirtualMachine\nmetadata: {name: ${name}}\nspec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 2, memory: 2Gi}, placement: {hostSelector: {kubernetes.io/hostname: ${host}}}}`;

const load = (name: string, share: number): string =>
  `kind: Traffic\nmetadata: {name: ${name}}\nspec: {to: {kind: VirtualMachine, name: ${name}}, unit: Cpu, pattern: {constant: ${share}}, noise: None}`;

const pool =
  'kind: VirtualMachinePool\nmetadata: {name: p}\nspec: {replicas: 2, selector: {matchLabels: {app: p}}, template: {metadata: {labels: {app: p}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 1Gi}, placement: {antiAffinity: [{selector: {matchLabels: {app: p}}}]}}}}';

const steps = ['1s', '7s', '15s', '1m', '5m'];

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vctl-between-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** What each objective comes to, by name. */
async function valuesOf(
  documents: readonly string[],
  spec: string,
  step: string,
): Promise<Record<string, number | undefined>> {
  const file = join(folder, 'world.yaml');
  const all = [...documents, `kind: Scenario\nmetadata: {name: s}\nspec: {${spec}}`];
  writeFileSync(file, all.map((text) => `${api}${text}\n`).join('---\n'));
  const { runs } = await whatIf({ paths: [file], recursive: false, scenarios: [], judged: false, step });
  return Object.fromEntries((runs[0]?.record.verdicts ?? []).map(({ name, value }) => [name, value]));
}

const objective = (name: string, of: string, metric: string, more = ''): string =>
  `{name: ${name}, ${of === '' ? '' : `of: {kind: ${of.split('/')[0]}, name: ${of.split('/')[1]}}, `}metric: ${metric}, above: 0${more}}`;

describe.each(steps)('at steps of %s', (step) => {
  test('a crash of one of two hosts at 10m3s', async () => {
    const values = await valuesOf(
      [...hosts, machine('va', 'a'), machine('vb', 'b'), pool],
      `duration: 2h, seed: 1, events: [{at: 10m3s, fault: {kind: Host, name: a, type: Crash}}], objectives: [
        ${objective('host', 'Host/a', 'availability')},
        ${objective('other', 'Host/b', 'availability')},
        ${objective('vm', 'VirtualMachine/va', 'availability')},
        ${objective('pool', 'VirtualMachinePool/p', 'availability')},
        ${objective('before', 'Host/a', 'availability', ', window: {from: 9m57s, to: 10m3s}')},
        ${objective('astride', 'Host/a', 'availability', ', window: {from: 9m57s, to: 10m10s}')},
        ${objective('after', 'Host/a', 'availability', ', window: {from: 10m3s, to: 10m4s}')},
        ${objective('watts', 'Host/a', 'energy', ', statistic: total')},
        ${objective('money', '', 'cost', ', window: {from: 0s, to: 7s}')}]`,
      step,
    );
    expect(values['host']).toBeCloseTo(603 / 7200, 12);
    expect(values['other']).toBeCloseTo(1, 12);
    expect(values['vm']).toBeCloseTo(603 / 7200, 12);
    expect(values['pool']).toBeCloseTo(1 - (1 - 603 / 7200) / 2, 12);
    expect(values['before']).toBe(1);
    expect(values['astride']).toBeCloseTo(6 / 13, 12);
    expect(values['after']).toBe(0);
    // Nothing asks for CPU: what the VMM reserves of 4 cores is in use, until the crash.
    expect(values['watts']).toBeCloseTo(((100 + (100 * 0.25) / 4) * 603) / 3_600_000, 12);
    expect(values['money']).toBeCloseTo((2 * 7) / 3600, 12);
  });

  test('a VM that is stopped in the midst of a step, and a host that comes', async () => {
    const values = await valuesOf(
      [hosts[0]!, machine('va', 'a'), load('va', 0.9)],
      `duration: 30m, seed: 1, events: [
        {at: 10m4s, patch: {kind: VirtualMachine, name: va, merge: {spec: {runPolicy: Halted}}}},
        {at: 20m8s, apply: {manifest: {${hosts[1]!.replace(/\n(?!$)/g, ', ').replace('kind: Host', 'apiVersion: vctl.dev/v1alpha1, kind: Host')}}}}],
       objectives: [
        ${objective('host', 'Host/a', 'utilization')},
        ${objective('kWh', 'Host/a', 'energy', ', statistic: total')},
        ${objective('vm', 'VirtualMachine/va', 'utilization')},
        ${objective('cost', '', 'cost')}]`,
      step,
    );
    // 2 vCPUs at 0.9 for 604 s beside the 0.25 cores of the VMM; para-virtualized computing costs next to nothing more.
    const share = (604 * 1.8 + 1800 * 0.25) / 4 / 1800;
    expect(values['host']).toBeCloseTo(share, 3);
    expect(values['kWh']).toBeCloseTo(((100 + 100 * (values['host'] ?? 0)) * 1800) / 3_600_000, 12);
    expect(values['vm']).toBeCloseTo(0.9, 9);
    expect(values['cost']).toBeCloseTo((1800 + (1800 - 1208)) / 3600, 12);
  });
});

test('what was before the scenario is in none of its figures', async () => {
  const trace =
    'kind: Traffic\nmetadata: {name: t}\nspec: {to: {kind: VirtualMachine, name: va}, unit: Cpu, pattern: {trace: {interval: 60s, samples: [0.1, 0.9, 0.2]}}, noise: None}';
  const windowed = (name: string, from: string, to: string, statistic = 'mean'): string =>
    objective(
      name,
      'VirtualMachine/va',
      'utilization',
      `, statistic: ${statistic}, window: {from: ${from}, to: ${to}}`,
    );
  const values = await valuesOf(
    [hosts[0]!, machine('va', 'a'), trace],
    `duration: 6m, seed: 1, objectives: [
      ${windowed('first', '0s', '1m')}, ${windowed('most', '0s', '45s', 'max')},
      ${windowed('second', '1m', '2m')}, ${windowed('third', '2m', '3m')},
      ${windowed('astride', '50s', '1m10s')}]`,
    '15s',
  );
  expect(values['first']).toBeCloseTo(0.1, 12);
  expect(values['most']).toBeCloseTo(0.1, 12);
  expect(values['second']).toBeCloseTo(0.9, 12);
  expect(values['third']).toBeCloseTo(0.2, 12);
  expect(values['astride']).toBeCloseTo(0.5, 12);
});

test('a pool is as busy as its own VMs, by their vCPUs', async () => {
  const poolOf = (name: string, replicas: number, cpu: number): string =>
    `kind: VirtualMachinePool\nmetadata: {name: ${name}}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web, only: ${name}}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: ${cpu}, memory: 1Gi}}}}`;
  const values = await valuesOf(
    [
      ...hosts,
      poolOf('x', 2, 1),
      poolOf('y', 2, 2),
      'kind: Traffic\nmetadata: {name: t}\nspec: {to: {kind: VirtualMachine, selector: {matchLabels: {only: x}}}, unit: Cpu, pattern: {constant: 0.9}, noise: None}',
    ],
    `duration: 10m, seed: 1, objectives: [${objective('x', 'VirtualMachinePool/x', 'utilization')}, ${objective('y', 'VirtualMachinePool/y', 'utilization')}]`,
    '15s',
  );
  expect(values['x']).toBeCloseTo(0.9, 9);
  expect(values['y']).toBe(0);
});
