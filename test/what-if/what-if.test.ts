import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whatIf, type WhatIfReport } from '../../src/what-if/what-if.ts';
import { wantedOutputs, writeOutputs } from '../../src/what-if/outputs.ts';
import { ExitCode, UserError } from '../../src/base/errors.ts';
import { cautionLines, runSummary } from '../../src/cli/what-if-text.ts';
import { type RunRecord } from '../../src/model/run-record.ts';

const world = `
apiVersion: vctl.dev/v1alpha1
kind: HostPool
metadata: {name: rack}
spec: {replicas: 2, template: {spec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}, price: {perHour: 2}, power: {idleWatts: 100, maxWatts: 300}}}}
---
apiVersion: vctl.dev/v1alpha1
kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}}}}
---
apiVersion: vctl.dev/v1alpha1
kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, serviceTime: 8ms}
---
apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: {name: day}
spec: {to: {kind: LoadBalancer, name: web}, pattern: {constant: 50}}
`;

const scenario = (spec: string, name = 'one'): string => `
apiVersion: vctl.dev/v1alpha1
kind: Scenario
metadata: {name: ${name}}
spec: {duration: 30m, ${spec}}
`;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vctl-what-if-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the world with some scenarios. */
async function run(
  scenarios: readonly string[],
  options: { seed?: number; signal?: AbortSignal } = {},
): Promise<WhatIfReport> {
  const file = join(folder, 'world.yaml');
  writeFileSync(file, [world, ...scenarios].join('---'));
  const request = { paths: [file], recursive: false, scenarios: [], judged: false, seed: options.seed };
  return whatIf(request, { signal: options.signal });
}

async function record(spec: string): Promise<RunRecord> {
  const { runs, diagnostics } = await run([scenario(spec)]);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [only] = runs;
  if (!only) throw new Error('nothing was run');
  return only.record;
}

function values({ series }: RunRecord, name: string, of?: string): readonly (number | null)[] {
  return series.find((one) => one.name === name && one.of === of)?.values ?? [];
}

describe('determinism', () => {
  const spec = 'seed: 3, events: [{at: 5m, fault: {kind: Host, name: rack-0, type: Crash, for: 5m}}]';

  test('the same manifests and seed give the same bytes, another seed others', async () => {
    const [first, second] = [await run([scenario(spec)]), await run([scenario(spec)])];
    const textOf = (report: WhatIfReport): string => JSON.stringify(report.runs.map((one) => one.record));
    expect(textOf(second)).toBe(textOf(first));
    const other = await run([scenario(spec)], { seed: 4 });
    expect(other.runs[0]?.record.result).not.toBe(first.runs[0]?.record.result);
    expect(first.runs[0]?.record.result).toMatch(/^[0-9a-f]{8}$/);
    expect(values(other.runs[0]?.record as RunRecord, 'requestsPerSecond')).not.toEqual(
      values(first.runs[0]?.record as RunRecord, 'requestsPerSecond'),
    );
  });

  test('a scenario comes out the same alone and after another', async () => {
    const both = await run([scenario('seed: 9', 'zero'), scenario(spec)]);
    const alone = await run([scenario('seed: 9', 'zero')]);
    expect(both.runs.map(({ record: { scenario: name } }) => name)).toEqual(['default/zero', 'default/one']);
    expect(both.runs[0]?.record.series).toEqual(alone.runs[0]?.record.series);
  });

  test('no state is made', async () => {
    process.env['VCTL_STATE_DIR'] = join(folder, 'state');
    await record('seed: 1');
    delete process.env['VCTL_STATE_DIR'];
    expect(readdirSync(folder)).toEqual(['world.yaml']);
  });
});

describe('what is recorded', () => {
  test('VMs with a price of their own cost while they run, by their size', async () => {
    const file = join(folder, 'priced.yaml');
    const pool = (size: string): string =>
      `kind: VirtualMachinePool
apiVersion: vctl.dev/v1alpha1
metadata: {name: web}
spec: {replicas: 3, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: ${size}}}}`;
    const host = `apiVersion: vctl.dev/v1alpha1
kind: Host
metadata: {name: h}
spec: {hypervisor: xen, capacity: {cpu: 32, memory: 128Gi}, price: {perHour: 2, perVmHour: {cpu: 0.1, memory: 0.01}}}`;
    const events =
      'events: [{at: 15m, patch: {kind: VirtualMachinePool, name: web, merge: {spec: {replicas: 1}}}}]';
    const goal = 'objectives: [{name: dear, metric: cost, of: {kind: Host, name: h}, above: 0}]';
    writeFileSync(
      file,
      [pool('{cpu: 2, memory: 4Gi}'), host, scenario(`seed: 1, ${events}, ${goal}`)].join('\n---\n'),
    );
    const { runs } = await whatIf({ paths: [file], recursive: false, scenarios: [], judged: false });
    rmSync(file);
    const { totals, verdicts, series } = runs[0]?.record as RunRecord;
    // 24 cents an hour each: three for a quarter of an hour, then one; the host's two an hour on top.
    expect(totals.cost).toBeCloseTo(1 + 0.24 * totals.machineHours, 6);
    expect(totals.machineHours).toBeCloseTo(0.75 + 0.25, 2);
    expect(verdicts[0]?.value).toBeCloseTo(totals.cost, 3);
    expect(series.find(({ name, of }) => name === 'costPerHour' && of === undefined)?.values[0]).toBeCloseTo(
      2.72,
      6,
    );
  });

  test('the clock begins at midnight, with everything up', async () => {
    const { startMs, endMs, times, bringUp, topology, totals } = await record('seed: 1');
    expect([startMs, endMs]).toEqual([Date.UTC(2000, 0, 1), Date.UTC(2000, 0, 1, 0, 30)]);
    expect(times).toHaveLength(120);
    expect(bringUp?.settled).toBe(true);
    expect(topology.hosts.flatMap(({ machines }) => machines)).toHaveLength(2);
    // Two hosts at 2 an hour for half an hour; idle power at least.
    expect(totals.cost).toBe(2);
    expect(totals.energyKWh).toBeGreaterThan(0.1);
    expect(totals.energyKWh).toBeLessThan(0.3);
    expect(totals.machineHours).toBeCloseTo(1, 3);
    // Poisson noise around 50 a second.
    expect(Math.abs(totals.requests - 90_000)).toBeLessThan(1500);
  });

  test('a VM that is lost waits from the crash on, though that is noticed later', async () => {
    const one = await record(
      `events: [{at: 5m7s, fault: {kind: Host, name: rack-0, type: Crash}}],
       objectives: [{name: wait, metric: pendingTime, statistic: max, below: 1h},
                    {name: later, metric: pendingTime, statistic: max, below: 1h, window: {from: 5m57s}}]`,
    );
    const [wait = NaN, later = NaN] = one.verdicts.map(({ value }) => value ?? NaN);
    expect(wait).toBe(later);
    expect(wait).toBeGreaterThan(50_000 + 10_000);
    expect(wait).toBeLessThan(120_000);
  });

  test('the steps of a series add up to the totals', async () => {
    const one = await record('seed: 1, events: [{at: 5m7s, fault: {kind: Host, name: rack-0, type: Crash}}]');
    const rates = values(one, 'requestsPerSecond');
    const errors = values(one, 'errorRate');
    const requests = rates.reduce<number>((sum, rate) => sum + (rate ?? 0) * 15, 0);
    const failed = rates.reduce<number>((sum, rate, step) => sum + (rate ?? 0) * 15 * (errors[step] ?? 0), 0);
    expect(requests).toBeCloseTo(one.totals.requests, -1);
    expect(one.totals.errors).toBeGreaterThan(10);
    expect(failed).toBeCloseTo(one.totals.errors, 0);
  });

  test('a duration that is no whole number of steps is covered to its end', async () => {
    const file = join(folder, 'world.yaml');
    writeFileSync(file, world);
    const request = { paths: [file], recursive: false, scenarios: [], judged: false, for: '1m7s' };
    const { runs } = await whatIf(request);
    expect(runs[0]?.record.times).toHaveLength(5);
    expect(runs[0]?.record.totals.cost).toBeCloseTo((4 * 67) / 3600, 4);
  });

  test('traffic to machines, a CPU trace from a file', async () => {
    writeFileSync(join(folder, 'cpu.csv'), 'share\n0.2\n0.8\n');
    const traffic = `
apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: {name: cpu}
spec: {to: {kind: VirtualMachine, selector: {matchLabels: {app: web}}}, unit: Cpu, noise: None, pattern: {trace: {file: cpu.csv, column: share, interval: 5m}}}
---
apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: {name: day}
spec: {to: {kind: LoadBalancer, name: web}, pattern: {constant: 0}}
`;
    const file = join(folder, 'machines.yaml');
    writeFileSync(file, `${world.split('---').slice(0, 3).join('---')}---${traffic}`);
    const request = {
      paths: [file],
      recursive: false,
      scenarios: [],
      judged: false,
      for: '10m',
      machines: true,
    };
    const { runs } = await whatIf(request);
    rmSync(file);
    rmSync(join(folder, 'cpu.csv'));
    const one = runs[0]?.record as RunRecord;
    const machines = one.series.filter(({ of, name }) => of?.startsWith('vm/') && name === 'utilization');
    expect(machines).toHaveLength(2);
    for (const { values: shares } of machines) {
      expect(shares[10]).toBeCloseTo(0.2, 6);
      expect(shares[30]).toBeCloseTo(0.8, 6);
    }
  });
});

describe('events', () => {
  test('faults, repairs and their marks', async () => {
    const one = await record(
      'seed: 1, events: [{at: 5m, fault: {kind: Host, name: rack-0, type: Slow, speed: 0.5, for: 10m}}]',
    );
    expect(one.marks.map(({ atMs, type, text }) => [(atMs - one.startMs) / 60_000, type, text])).toEqual([
      [5, 'Fault', 'slowed down to 50 % for 10m'],
      [15, 'Repair', 'repaired'],
    ]);
    const latency = values(one, 'latencyMean', 'lb/default/web');
    expect(latency[30] ?? 0).toBeGreaterThan(1.2 * (latency[10] ?? Infinity));
    expect(latency[100] ?? Infinity).toBeLessThan(1.1 * (latency[10] ?? 0));
  });

  test('overrides of traffic multiply, and end', async () => {
    const one = await record(
      'seed: 1, events: [{at: 5m, traffic: {name: day, scale: 2, for: 10m}}, {at: 10m, traffic: {name: day, scale: 3, for: 10m}}, {at: 25m, traffic: {name: day, constant: 0}}]',
    );
    const rates = values(one, 'requestsPerSecond').map((rate) => Math.round((rate ?? 0) / 25) * 25);
    const minutes = [2, 7, 12, 17, 22, 27].map((minute) => rates[minute * 4]);
    expect(minutes).toEqual([50, 100, 300, 150, 50, 0]);
  });

  test('patches, manifests and deletions happen at their times', async () => {
    const vm =
      '{apiVersion: vctl.dev/v1alpha1, kind: VirtualMachine, metadata: {name: solo}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 1Gi}}}';
    const one = await record(
      `seed: 1, events: [{at: 5m, patch: {kind: VirtualMachinePool, name: web, merge: {spec: {replicas: 3}}}}, {at: 10m, apply: {manifest: ${vm}}}, {at: 20m, delete: {kind: VirtualMachine, name: solo}}]`,
    );
    const counts = values(one, 'replicas');
    expect([2, 8, 15, 25].map((minute) => counts[minute * 4])).toEqual([2, 3, 4, 3]);
    expect(one.marks.filter(({ type }) => type === 'Change').map(({ subject }) => subject)).toEqual([
      'vmp/default/web',
      'vm/default/solo',
      'vm/default/solo',
    ]);
  });
});

describe('what is refused', () => {
  test.each<[string, string, string]>([
    [
      'a load balancer that is not there',
      'objectives: [{name: a, of: {kind: LoadBalancer, name: wbe}, metric: latency, below: 5}]',
      'REFERENCE_NOT_FOUND',
    ],
    ['a metric that is none', 'objectives: [{name: a, metric: speed, below: 5}]', 'NOT_ALLOWED_VALUE'],
    [
      'a metric of another kind',
      'objectives: [{name: a, of: {kind: Host, name: rack-0}, metric: latency, below: 5}]',
      'METRIC_NOT_OF_KIND',
    ],
    [
      'a statistic without meaning',
      'objectives: [{name: a, metric: latency, statistic: total, below: 5}]',
      'STATISTIC_NOT_OF_METRIC',
    ],
    ['a limit in another unit', 'objectives: [{name: a, metric: latency, below: 5 kWh}]', 'LIMIT_UNREADABLE'],
    [
      'a window after the end',
      'objectives: [{name: a, metric: cost, below: 5, window: {from: 30m}}]',
      'WINDOW_EMPTY',
    ],
    [
      'an event of two types',
      'events: [{at: 1m, fault: {kind: Host, name: rack-0, type: Crash}, traffic: {name: day, scale: 2}}]',
      'EXACTLY_ONE',
    ],
    [
      'a manifest within that is none',
      'events: [{at: 1m, apply: {manifest: {kind: Host}}}]',
      'MISSING_FIELD',
    ],
    [
      'a patch that makes an object invalid',
      'events: [{at: 1m, patch: {kind: LoadBalancer, name: web, merge: {spec: {algorithm: Fast}}}}]',
      'NOT_ALLOWED_VALUE',
    ],
    [
      'a patch that is only invalid after an earlier one',
      'events: [{at: 2m, patch: {kind: Traffic, name: day, merge: {spec: {pattern: {constant: 1}}}}}, {at: 1m, patch: {kind: Traffic, name: day, merge: {spec: {pattern: {constant: null, sine: {mean: 1, amplitude: 1}}}}}}]',
      'EXACTLY_ONE',
    ],
    [
      'a patch of what cannot be patched',
      'events: [{at: 1m, patch: {kind: LoadBalancer, name: web, merge: {metadata: {name: other}}}}]',
      'PATCH_REFUSED',
    ],
  ])('%s', async (_name, spec, code) => {
    const { runs, diagnostics } = await run([scenario(spec)]);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(runs).toEqual([]);
    expect(errors.map((error) => error.code)).toContain(code);
    expect(errors.every(({ file, line, column }) => file && line && column)).toBe(true);
  });

  test.each<[string, string, RegExp]>([
    [
      'a fault of a host that its pool never makes',
      'events: [{at: 1m, fault: {kind: Host, name: rack-7, type: Crash}}]',
      /world\.yaml:\d+:\d+: .*host\/rack-7/,
    ],
    [
      'an objective of a VM that is never made',
      'objectives: [{name: a, of: {kind: VirtualMachine, name: web-0}, metric: utilization, below: 1}]',
      /world\.yaml:\d+:\d+: objective "a" is of vm\/default\/web-0/,
    ],
    [
      'a patch that makes an object of the run invalid',
      'events: [{at: 1m, patch: {kind: Host, name: rack-0, merge: {spec: {hypervisor: 7}}}}]',
      /world\.yaml:\d+:\d+: .*hypervisor/,
    ],
  ])('%s ends the run', async (_name, spec, message) => {
    const error: unknown = await run([scenario(spec)]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(message);
    expect((error as UserError).exitCode).toBe(ExitCode.Usage);
  });
});

test('requests straight to VMs are in no total, and the record names their traffic', async () => {
  const straight = `
apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: {name: straight}
spec: {to: {kind: VirtualMachine, selector: {matchLabels: {app: web}}}, pattern: {constant: 20}}
`;
  const { runs } = await run([scenario('seed: 1'), straight]);
  const plain = await record('seed: 1');
  expect(runs[0]?.record.uncounted).toEqual(['traffic/default/straight']);
  expect(runs[0]?.record.totals.requests).toBe(plain.totals.requests);
  expect(plain).not.toHaveProperty('uncounted');
  const lines = runs.flatMap((one) => [...runSummary(one)]).join('\n');
  expect(lines).toContain('without those straight to VMs: traffic/default/straight');
});

test('an interrupted run leaves the record so far', async () => {
  const ended = new AbortController();
  const file = join(folder, 'world.yaml');
  writeFileSync(file, `${world}---${scenario('objectives: [{name: a, metric: cost, below: 100}]')}`);
  const request = { paths: [file], recursive: false, scenarios: [], judged: true };
  const { runs } = await whatIf(request, {
    signal: ended.signal,
    onProgress: ({ phase, doneMs }) => {
      if (phase === 'running' && doneMs > 600_000) ended.abort();
    },
  });
  const one = runs[0]?.record as RunRecord;
  expect(one.interrupted).toBe(true);
  expect(one.times.length).toBeGreaterThan(35);
  expect(one.times.length).toBeLessThan(60);
  expect(one.verdicts[0]?.value).toBeGreaterThan(0);
});

test('one that is interrupted before it began warns of nothing', async () => {
  const ended = new AbortController();
  ended.abort();
  const { runs } = await run([scenario('seed: 1')], { signal: ended.signal });
  const one = runs[0]?.record as RunRecord;
  expect(one).toMatchObject({ interrupted: true, times: [], bringUp: { settled: false } });
  expect(cautionLines(one)).toEqual([]);
});

test('a trace as CSV has a row for each value, and reports are written', async () => {
  const one = await record('seed: 1');
  const [csv, json] = [join(folder, 'run.csv'), join(folder, 'run.json')];
  expect(await writeOutputs(wantedOutputs({ report: [`json=${json}`], trace: csv }), [one])).toEqual([
    json,
    csv,
  ]);
  expect(readdirSync(folder).sort()).toEqual(['run.csv', 'run.json', 'world.yaml']);
  expect(() => wantedOutputs({ report: ['pdf=x'] })).toThrow('"pdf=x" is no report');
  expect(() => wantedOutputs({ trace: 'run.txt' })).toThrow('neither .csv nor .json');
});
