/** What a scenario begins with, and what its figures are said to hide. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cautionLines } from '../../src/cli/what-if-text.ts';
import { type Fidelity, type RunRecord } from '../../src/model/run-record.ts';
import { htmlReport } from '../../src/report/html.ts';
import { whatIf } from '../../src/what-if/what-if.ts';

const world = (pattern: string, fields = ''): string => `
apiVersion: vctl.dev/v1alpha1
kind: Host
metadata: {name: h}
spec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}}
---
apiVersion: vctl.dev/v1alpha1
kind: VirtualMachine
metadata: {name: web, labels: {app: web}}
spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}, profile: Compute}
---
apiVersion: vctl.dev/v1alpha1
kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, serviceTime: 100ms, ${fields}}
---
apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: {name: day}
spec: {to: {kind: LoadBalancer, name: web}, noise: None, pattern: {${pattern}}}
`;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vctl-beginning-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function record(text: string, step: string, fidelity: Fidelity = 'flow'): Promise<RunRecord> {
  const file = join(folder, 'world.yaml');
  writeFileSync(file, text);
  const request = {
    paths: [file],
    recursive: false,
    scenarios: [],
    judged: false,
    for: '1m',
    step,
    fidelity,
  };
  const { runs } = await whatIf(request);
  const [only] = runs;
  if (!only) throw new Error('nothing was run');
  return only.record;
}

describe.each(['flow', 'requests'] as const)(
  'a world that has had twice too much for an hour · %s',
  (fidelity) => {
    test('begins with empty queues, and counts only what came since', async () => {
      const { totals, series } = await record(world('constant: 20'), '15s', fidelity);
      expect(totals).toMatchObject({ requests: 1200, errors: 0, refused: 0 });
      const backlog =
        series.find(({ name, of }) => name === 'backlog' && of === 'lb/default/web')?.values ?? [];
      // Ten a second are served, less 0.16 % for the hypervisor; drawn service times move that by some tens.
      backlog.forEach((value, step) => expect(Math.abs((value ?? 0) - 150 * (step + 1))).toBeLessThan(60));
      expect(backlog).toHaveLength(4);
    });

    test('a pattern begins anew with it', async () => {
      const { series, totals } = await record(
        world('steps: [{at: 0s, value: 1}, {at: 30s, value: 5}]'),
        '15s',
        fidelity,
      );
      const rates =
        series.find(({ name, of }) => name === 'requestsPerSecond' && of === undefined)?.values ?? [];
      expect(rates.map((rate) => Math.round(rate ?? 0))).toEqual([1, 1, 5, 5]);
      expect(totals.requests).toBe(180);
    });
  },
);

describe('traffic that is finer than a load step', () => {
  const trace = 'trace: {interval: 1s, samples: [0, 0, 6]}';
  test.each([
    [
      'a trace',
      trace,
      '15s',
      'traffic/default/day: its trace changes every 1s',
      '; --step 1s shows it as it is',
    ],
    ['a spike', 'spike: {base: 1, peak: 5, at: 7s, duration: 8s}', '15s', 'its spike lasts 8s', '--step 8s'],
    ['steps that are as long', trace, '1s', undefined, undefined],
    ['a constant', 'constant: 1', '15s', undefined, undefined],
  ])('%s in steps is named', async (_name, pattern, step, start, end) => {
    const run = await record(world(pattern), step);
    const lines = cautionLines(run);
    const page = htmlReport([run]);
    if (start === undefined || end === undefined) {
      expect(lines).toEqual([]);
      expect(run.finerThanStep).toBeUndefined();
      expect(page).not.toContain('figures are means of load steps');
      return;
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(start);
    expect(lines[0]).toContain(end);
    expect(run.finerThanStep).toMatchObject([{ of: 'traffic/default/day', stepMs: 15_000 }]);
    expect(page).toContain(`and figures are means of load steps of 15s`);
  });
});

test('the report says which model its latencies are of, and where its errors stand', async () => {
  const page = htmlReport([await record(world('constant: 1', 'algorithm: LeastRequest'), '15s')]);
  expect(page).toContain('How response times come about');
  expect(page).toContain('LeastRequest: the less busy of two VMs');
  expect(page).toContain('docs/model.md');
  const played = htmlReport([await record(world('constant: 1'), '15s', 'requests')]);
  expect(played).toContain('Every single request was played');
  expect(played).not.toContain('RoundRobin: every');
});
