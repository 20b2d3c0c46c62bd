import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whatIf, type TimedRun, type WhatIfRequest } from '../../src/what-if/what-if.ts';
import { ExitCode, UserError } from '../../src/base/errors.ts';
import { expectedText, runSummary, runTitle, verdictLines } from '../../src/cli/what-if-text.ts';

const world = `
apiVersion: vctl.dev/v1alpha1
kind: Host
metadata: {name: h}
spec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}}
---
apiVersion: vctl.dev/v1alpha1
kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {mode: Para, guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}, profile: Compute}}}
---
apiVersion: vctl.dev/v1alpha1
kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, algorithm: Random, serviceTime: 20ms}
---
apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: {name: day}
spec: {to: {kind: LoadBalancer, name: web}, pattern: {constant: 50}}
`;

const objectives = `objectives: [
  {name: p95, of: {kind: LoadBalancer, name: web}, metric: latency, statistic: p95, below: 1s},
  {name: mean, metric: latency, statistic: mean, below: 1s},
  {name: errors, metric: errorRate, below: 1%},
  {name: busy, of: {kind: VirtualMachinePool, name: web}, metric: utilization, below: 90%}]`;
const scenario = (spec: string): string => `
apiVersion: vctl.dev/v1alpha1
kind: Scenario
metadata: {name: one}
spec: {${spec}, ${objectives}}
`;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vctl-fidelity-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(spec: string, request: Partial<WhatIfRequest> = {}): Promise<TimedRun> {
  const { runs, diagnostics } = await whatIf(requestOf(spec, request));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [only] = runs;
  if (!only) throw new Error('nothing was run');
  return only;
}

function requestOf(spec: string, request: Partial<WhatIfRequest> = {}): WhatIfRequest {
  const file = join(folder, 'world.yaml');
  writeFileSync(file, [world, scenario(spec)].join('---'));
  return { paths: [file], recursive: false, scenarios: [], judged: true, fidelity: 'requests', ...request };
}

/** The requests that a scenario is said to come to; it is not run. */
async function expected(spec: string, maxRequests?: number): Promise<number> {
  let found = NaN;
  await whatIf(requestOf(spec, { maxRequests }), {
    signal: AbortSignal.abort(),
    onExpected: ({ requests }) => (found = requests),
  });
  return found;
}

describe('a scenario that is played request by request', () => {
  test('comes to what theory says, with what the flow model says beside it', async () => {
    const { record } = await run('duration: 10m, seed: 3');
    expect(record.fidelity).toBe('requests');
    // M/M/1 at 0.5 by two, but for 0.16 % that this guest loses to its hypervisor: mean 40 ms, p95 3 times that.
    const values = new Map(record.verdicts.map(({ name, value }) => [name, value ?? NaN]));
    expect(Math.abs((values.get('mean') ?? 0) / 40 - 1)).toBeLessThan(0.06);
    expect(Math.abs((values.get('p95') ?? 0) / (40 * Math.log(20)) - 1)).toBeLessThan(0.08);
    expect(values.get('errors')).toBe(0);
    expect(Math.abs((values.get('busy') ?? 0) - 0.5)).toBeLessThan(0.02);
    const flow = new Map(record.verdicts.map(({ name, flowValue }) => [name, flowValue ?? NaN]));
    for (const name of ['mean', 'p95', 'busy']) {
      expect(Math.abs((flow.get(name) ?? 0) / (values.get(name) ?? 0) - 1)).toBeLessThan(0.08);
    }
    expect(Math.abs(record.totals.requests / 30_000 - 1)).toBeLessThan(0.03);
    expect(record.fidelities?.map(({ of }) => of)).toEqual([undefined, 'lb/default/web']);
    const [whole] = record.fidelities ?? [];
    expect(whole?.played.requests).toBe(record.totals.requests);
    expect(whole?.played.meanMs).toBeCloseTo(values.get('mean') ?? 0, 2);
    expect(whole?.flow.meanMs).toBeCloseTo(flow.get('mean') ?? 0, 2);
  });

  test('is the same for the same seed, and names its fidelity', async () => {
    const [first, second] = [await run('duration: 2m, seed: 3'), await run('duration: 2m, seed: 3')];
    expect(JSON.stringify(second.record)).toBe(JSON.stringify(first.record));
    expect((await run('duration: 2m, seed: 4')).record.result).not.toBe(first.record.result);
    expect(runTitle(first)).toMatch(/^one {2}2m of world time in .* s · request by request · seed 3/);
    const paint = { good: (text: string): string => text, bad: (text: string): string => text };
    const [line = ''] = verdictLines(first.record.verdicts, paint);
    expect([...runSummary(first)].join('\n')).toMatch(
      /flow model all together {4}mean [0-9.]+ ms \([+−]?[0-9.]+ %\) .* p99 .* 0 % failed \(0 % were\)/,
    );
    expect(line).toMatch(/latency p95 of lb\/default\/web +[0-9.]+ ms +< 1 s +\(flow model: [0-9.]+ ms\)/);
  });

  test('shows errors in the steps in which they come about', async () => {
    const crash = 'events: [{at: 61s, fault: {kind: Host, name: h, type: NetworkLoss, for: 30s}}]';
    const { record } = await run(`duration: 3m, seed: 1, ${crash}`, { step: '10s' });
    const series = record.series.find(({ name, of }) => name === 'errorRate' && of === 'lb/default/web');
    expect(series?.values.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(series?.values[7]).toBe(1);
    expect(series?.values.at(-1)).toBe(0);
    const { requests, errors } = record.totals;
    const [, , verdict] = record.verdicts;
    expect(verdict?.value).toBeCloseTo(errors / requests, 3);
  });

  test('in steps that do not divide the day every request is in its own', async () => {
    const { record } = await run('duration: 1m, seed: 1', { step: '7s' });
    const rates = record.series.find(({ name, of }) => name === 'requestsPerSecond' && of === undefined);
    const counted = (rates?.values ?? []).reduce<number>(
      (sum, rate, step) => sum + (rate ?? 0) * Math.min(7, 60 - 7 * step),
      0,
    );
    expect(record.times).toHaveLength(9);
    expect(counted).toBeCloseTo(record.totals.requests, 0);
    for (const rate of rates?.values ?? []) expect(Math.abs((rate ?? 0) - 50)).toBeLessThan(20);
  });
});

describe('how many requests it will be', () => {
  // 50 a second in the hour that the world has to come up, and in the scenario.
  const before = 50 * 3600;
  test.each([
    ['a constant', 'duration: 10m', 50 * 600],
    [
      'a scaled traffic',
      'duration: 10m, events: [{at: 1m, traffic: {name: day, scale: 3, for: 2m}}]',
      50 * 840,
    ],
    ['a constant instead', 'duration: 10m, events: [{at: 9m, traffic: {name: day, constant: 10}}]', 27_600],
    [
      'a patch',
      'duration: 10m, events: [{at: 5m, patch: {kind: Traffic, name: day, merge: {spec: {scale: 2}}}}]',
      50 * 900,
    ],
    ['what is deleted', 'duration: 10m, events: [{at: 1m, delete: {kind: Traffic, name: day}}]', 3000],
    [
      'what is applied',
      'duration: 10m, events: [{at: 9m, apply: {manifest: {apiVersion: vctl.dev/v1alpha1, kind: Traffic, metadata: {name: more}, spec: {to: {kind: LoadBalancer, name: web}, pattern: {spike: {base: 0, peak: 100, at: 10s, duration: 5s}}}}}}]',
      30_500,
    ],
  ])('%s', async (_name, spec, requests) => {
    expect(await expected(spec)).toBe(before + requests);
  });

  test('more than the limit are refused before anything is run', async () => {
    const refusal = await expected('duration: 10m', 200_000).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UserError);
    const { message, exitCode, nextSteps } = refusal as UserError;
    expect(message).toBe('one comes to 210,000 requests, more than the 200,000 that may be played');
    expect(exitCode).toBe(ExitCode.Usage);
    expect(nextSteps[0]).toContain('--max-requests 210000');
    await expect(expected('duration: 10m', 0)).rejects.toThrow('--max-requests is at least 1, not 0');
  });

  test('is said with the limit', () => {
    const expected = { name: 'one', requests: 18_204_511, limit: 50_000_000 };
    expect(expectedText({ ...expected, runs: 1 })).toBe(
      'one: 18,204,511 requests to play (limit 50,000,000)',
    );
    expect(expectedText({ ...expected, runs: 10 })).toBe(
      'one: 10 runs of 18,204,511 requests to play (limit 50,000,000 a run)',
    );
  });
});
