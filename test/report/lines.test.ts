import { describe, expect, test } from 'vitest';
import { chartKinds, chartOfVerdict, type ChartId, type ChartKind } from '../../src/report/charts.ts';
import { reportDocument } from '../../src/report/document.ts';
import {
  axisRange,
  defaultSubjects,
  drawnLimits,
  drawnLines,
  focusedSubjects,
  logRange,
  prefersLog,
  related,
  subjectsOf,
} from '../../src/report/lines.ts';
import { type RunDocument } from '../../src/report/page-data.ts';
import { flashCrowd, makeRecord } from '../support/run-record.ts';

const record = makeRecord({ ...flashCrowd, stepMs: 60_000 });

function runOf(from = record): RunDocument {
  const [run] = reportDocument([from]).runs;
  if (run === undefined) throw new Error('no run');
  return run;
}

function kindOf(id: ChartId): ChartKind {
  const kind = chartKinds.find((one) => one.id === id);
  if (kind === undefined) throw new Error(id);
  return kind;
}

const run = runOf();
const names = (subjects: readonly number[]) => subjects.map((subject) => run.subjects[subject]);
const labels = (id: ChartId, subjects: readonly number[]) =>
  drawnLines(run, kindOf(id), subjects).map((line) => line.label);

describe('what a chart draws', () => {
  test('before anybody chooses: what an objective is about', () => {
    expect(names(defaultSubjects(run, kindOf('latency')))).toEqual(['lb/default/shop']);
    expect(names(defaultSubjects(run, kindOf('errors')))[0]).toBe('lb/default/shop');
    expect(names(defaultSubjects(run, kindOf('traffic')))[0]).toBe('');
  });

  test('one subject: all its percentiles, and no mean beside them', () => {
    expect(labels('latency', [run.subjects.indexOf('lb/default/shop')])).toEqual([
      'lb/default/shop p95',
      'lb/default/shop p99',
      'lb/default/shop p50',
    ]);
  });

  test('several subjects: one line each, wanted and ready replicas for each', () => {
    expect(labels('latency', subjectsOf(run, kindOf('latency')))).toHaveLength(4);
    const replicas = drawnLines(run, kindOf('replicas'), subjectsOf(run, kindOf('replicas')));
    expect(replicas.map((line) => line.dashed)).toEqual([false, true, false, true, false, true]);
    expect(replicas.map((line) => line.color)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test('a chosen subject brings its namesakes; a chart without any keeps its own choice', () => {
    const focus = run.subjects.indexOf('vmp/default/search');
    expect(names(focusedSubjects(run, kindOf('latency'), focus))).toEqual(['lb/default/search']);
    expect(focusedSubjects(run, kindOf('cost'), focus)).toEqual(defaultSubjects(run, kindOf('cost')));
  });

  test.each([
    ['sp/default/web', 'vmp/default/web', true],
    ['sp/default/web', 'vmp/other/web', false],
    ['host/a', 'host/a', true],
    ['host/a', 'host/b', false],
    ['', 'lb/default/web', false],
  ])('%s and %s: %s', (a, b, answer) => {
    expect(related(a, b)).toBe(answer);
  });

  test('limits are drawn for the subjects shown; totals have no axis', () => {
    expect(drawnLimits(run, kindOf('latency'), [run.subjects.indexOf('lb/default/shop')])).toHaveLength(1);
    expect(drawnLimits(run, kindOf('latency'), [run.subjects.indexOf('lb/default/search')])).toEqual([]);
    expect(chartOfVerdict(record.verdicts[2]!)).toBeUndefined();
  });
});

describe('the whole beside its only part', () => {
  const single = runOf(makeRecord({ ...flashCrowd, stepMs: 60_000, applications: 1 }));
  test('is not drawn twice', () => {
    const shown = defaultSubjects(single, kindOf('traffic')).map((subject) => single.subjects[subject]);
    expect(shown).toEqual(['lb/default/shop']);
    expect(subjectsOf(single, kindOf('traffic'))).toHaveLength(2);
  });
});

describe('a logarithmic axis', () => {
  const line = (mean: number[], max?: number[]) => ({
    ...{ label: '', color: 0, dashed: false },
    data: { name: 'latencyP95' as const, of: 0, mean, max, min: max && mean },
  });
  test('for a peak that would press the rest to the ground, of latencies alone', () => {
    expect(prefersLog(kindOf('latency'), [line([10, 11, 12], [10, 11, 900])])).toBe(true);
    expect(prefersLog(kindOf('latency'), [line([10, 11, 12], [10, 11, 90])])).toBe(false);
    expect(prefersLog(kindOf('traffic'), [line([10, 11, 12], [10, 11, 900])])).toBe(false);
  });
  test('whole decades around the values and a limit near them', () => {
    const limit = { ...run.limits[0]!, value: 5000 };
    expect(logRange([line([12, 0, 40], [12, 0, 870])], [])).toEqual([10, 1000]);
    expect(logRange([line([12, 0, 40], [12, 0, 870])], [limit])).toEqual([10, 10_000]);
    expect(logRange([line([12, 40])], [{ ...limit, value: 1e6 }])).toEqual([10, 100]);
    expect(logRange([], [])).toEqual([1, 10]);
  });
});

describe('the range of an axis', () => {
  const lines = drawnLines(run, kindOf('latency'), defaultSubjects(run, kindOf('latency')));
  const limits = drawnLimits(run, kindOf('latency'), defaultSubjects(run, kindOf('latency')));
  const peak = Math.max(
    ...(record.series.find((one) => one.name === 'latencyP99' && one.of)?.values as number[]),
  );

  test('holds the peak of every bucket', () => {
    const [from, to] = axisRange(kindOf('latency'), lines, []);
    expect(from).toBe(0);
    expect(to).toBeGreaterThanOrEqual(peak * 0.999);
  });

  test('takes a limit in, unless the lines would shrink below a quarter', () => {
    const near = limits.map((limit) => ({ ...limit, value: peak * 2 }));
    const far = limits.map((limit) => ({ ...limit, value: peak * 5 }));
    expect(axisRange(kindOf('latency'), lines, near)[1]).toBeGreaterThan(peak * 2);
    expect(axisRange(kindOf('latency'), lines, far)[1]).toBeLessThan(peak * 2);
  });

  test('nothing measured, or nothing but zeros', () => {
    expect(axisRange(kindOf('traffic'), [], [])).toEqual([0, 1]);
    const [line] = lines;
    const zeros = { ...line!, data: { name: 'errorRate' as const, of: 0, mean: [0, 0] } };
    expect(axisRange(kindOf('errors'), [zeros], [])).toEqual([0, 1]);
  });
});
