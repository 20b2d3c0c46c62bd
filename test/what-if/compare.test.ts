import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compareWhatIfs, type CompareRequest, whatIfSeeds } from '../../src/what-if/compare.ts';
import { whatIf } from '../../src/what-if/what-if.ts';
import { ExitCode } from '../../src/base/errors.ts';

const flashCrowd = join(import.meta.dirname, '..', '..', 'manifests', 'scenarios', 'flash-crowd');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vctl-compare-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function request(more: Partial<CompareRequest>): CompareRequest {
  return {
    ...{ paths: [flashCrowd], recursive: false, scenarios: [], judged: false, for: '20m', step: '1m' },
    ...{ against: [], set: [], seeds: 2, minEffect: 0.01 },
    ...more,
  };
}

describe('comparing worlds', () => {
  test('with itself · nothing differs, in any figure', async () => {
    const { comparisons } = await compareWhatIfs(request({ against: [join(flashCrowd, 'world.yaml')] }));
    expect(comparisons).toHaveLength(1);
    const [one] = comparisons;
    expect(one?.figures.length).toBeGreaterThan(4);
    for (const { name, differences } of one?.figures ?? []) {
      expect([name, differences[1]]).toEqual([name, { mean: 0, margin: 0, verdict: 'Same' }]);
    }
    expect(one?.results[1]).toEqual(one?.results[0]);
    expect(one?.choice.candidate).toBe(0);
  });

  test('a value each · a variant each, of the same seeds; fewer hosts cost less', async () => {
    const { comparisons } = await compareWhatIfs(
      request({ set: ['hostpool/rack:spec.replicas=3,2', 'sp/web:spec.horizontal.minReplicas=5'], seed: 7 }),
    );
    const [one] = comparisons;
    expect(one?.candidates.map(({ name }) => name)).toEqual([
      'baseline',
      'replicas=3, minReplicas=5',
      'replicas=2, minReplicas=5',
    ]);
    expect(one?.seeds).toEqual([7, 8]);
    const cost = one?.figures.find(({ name }) => name === 'cost');
    expect(cost?.differences.map((difference) => difference?.verdict)).toEqual([
      undefined,
      'Better',
      'Better',
    ]);
    // Four hosts of $0.46 for a third of an hour, and two.
    expect(cost?.means[0]).toBeCloseTo((4 * 0.46) / 3, 3);
    expect(cost?.means[2]).toBeCloseTo((2 * 0.46) / 3, 3);
    expect(one?.choice.sentence).toMatch(/^No candidate meets all objectives in any of 2 seeds; /);
  });

  test('another world takes the scenario of the first', async () => {
    writeFileSync(
      join(folder, 'other.yaml'),
      `apiVersion: vctl.dev/v1alpha1
kind: Host
metadata: {name: only}
spec: {hypervisor: xen, capacity: {cpu: 2, memory: 4Gi}}
`,
    );
    const other = await compareWhatIfs(request({ against: [join(folder, 'other.yaml')] }));
    expect(other.refused).toBe(join(folder, 'other.yaml'));
    expect(other.diagnostics.some(({ code }) => code === 'REFERENCE_NOT_FOUND')).toBe(true);
    expect(other.comparisons).toEqual([]);
  });

  test('what admission refuses · told at its place, nothing is run', async () => {
    const { comparisons, diagnostics, refused } = await compareWhatIfs(
      request({ set: ['sp/web:spec.horizontal.minReplica=6'] }),
    );
    expect(comparisons).toEqual([]);
    expect(refused).toBe('minReplica=6');
    expect(diagnostics[0]).toMatchObject({ code: 'UNKNOWN_FIELD', file: join(flashCrowd, 'world.yaml') });
  });

  test.each<[string, string, RegExp]>([
    ['no such object', 'sp/wob:spec.x=1', /there is no such ScalingPolicy/],
    ['no such kind', 'spx/web:spec.x=1', /there is no kind "spx"/],
    ['no value', 'sp/web', /is no setting/],
    ['no YAML', 'sp/web:spec.x={a', /is no value/],
    [
      'too many',
      `sp/web:spec.horizontal.minReplicas=${Array.from({ length: 13 }, (_, i) => i).join(',')}`,
      /13 variants/,
    ],
  ])('refused: %s', async (_name, setting, message) => {
    const refused = compareWhatIfs(request({ set: [setting] }));
    await expect(refused).rejects.toMatchObject({
      exitCode: ExitCode.Usage,
      message: expect.stringMatching(message) as unknown,
    });
  });

  test('a field is taken away by null, and one of a list is set by its index', async () => {
    const { diagnostics } = await compareWhatIfs(
      request({ set: ['sp/web:spec.metrics[0].resource.target.averageUtilization=101%'] }),
    );
    expect(diagnostics[0]?.path).toBe('/spec/metrics/0/resource/target/averageUtilization');
    const without = await compareWhatIfs(request({ set: ['sp/web:spec.target='] }));
    expect(without.diagnostics[0]).toMatchObject({ code: 'MISSING_FIELD' });
  });

  test('interrupted · only whole seeds count', async () => {
    const controller = new AbortController();
    let runs = 0;
    const onProgress = ({ doneMs, phase }: { doneMs: number; phase: string }): void => {
      if (phase === 'running' && doneMs === 0) runs++;
      // In the second world of the second seed.
      if (runs >= 4 && doneMs > 300_000) controller.abort();
    };
    const report = await compareWhatIfs(request({ set: ['hostpool/rack:spec.replicas=3'], seeds: 3 }), {
      signal: controller.signal,
      onProgress,
    });
    expect(report.interrupted).toBe(true);
    expect(report.comparisons[0]?.seeds.length ?? 0).toBeLessThan(3);
  });
});

describe('one world with several seeds', () => {
  test("each seed from the scenario's on, as a run of its own would come out", async () => {
    const { summaries, records } = await whatIfSeeds(request({ seeds: 3 }));
    expect(summaries).toHaveLength(1);
    expect(summaries[0]?.seeds).toEqual([42, 43, 44]);
    const alone = await whatIf(request({ seed: 44 }));
    expect(summaries[0]?.results[2]).toBe(alone.runs[0]?.record.result);
    expect(new Set(summaries[0]?.results).size).toBe(3);
    expect(records.map(({ seed }) => seed)).toEqual([42, 43, 44]);
  });

  test.each([
    ['in the second seed · the first counts', 43, [[42]]],
    ['in the first seed · nothing does', 42, []],
  ])('interrupted %s', async (_name, last, whole) => {
    const controller = new AbortController();
    const onProgress = ({ name, doneMs, phase }: { name: string; doneMs: number; phase: string }): void => {
      if (name.endsWith(`seed ${last}`) && phase === 'running' && doneMs > 300_000) controller.abort();
    };
    const report = await whatIfSeeds(request({ seeds: 3 }), { signal: controller.signal, onProgress });
    expect(report.interrupted).toBe(true);
    expect(report.summaries.map(({ seeds }) => seeds)).toEqual(whole);
  });

  test.each([0, 101, -1])('%d seeds · refused', async (seeds) => {
    await expect(whatIfSeeds(request({ seeds }))).rejects.toMatchObject({ exitCode: ExitCode.Usage });
  });
});
