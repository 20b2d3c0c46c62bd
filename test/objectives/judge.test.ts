import { describe, expect, test } from 'vitest';
import { type Mark } from '../../src/model/run-record.ts';
import { judge, type Objective } from '../../src/objectives/judge.ts';
import { type Recording } from '../../src/objectives/recording.ts';
import { exponentialFlow, minuteMs, recording, startMs } from './builders.ts';

const objective = (parts: Partial<Objective>): Objective => ({
  name: 'one',
  metric: 'errorRate',
  statistic: 'mean',
  ...parts,
});
const at = (minutes: number): number => startMs + minutes * minuteMs;

describe('values', () => {
  const errors = recording({ errorRate: [0, 0.5, NaN], requestsPerSecond: [90, 10, 0] });
  const hosts = recording({ costPerHour: [6, 6, 12], watts: [60, 60, 120], replicas: [1, 2, 6] });

  test.each<[string, Partial<Objective>, Recording, number | undefined]>([
    ['errorRate mean · errors over requests', {}, errors, 0.05],
    ['errorRate max · the worst step', { statistic: 'max' }, errors, 0.5],
    ['errorRate p90 · by requests', { statistic: 'p90' }, errors, 0],
    ['errorRate p95 · by requests', { statistic: 'p95' }, errors, 0.5],
    ['cost total · money', { metric: 'cost', statistic: 'total' }, hosts, 24 / 60],
    ['cost max · an hour', { metric: 'cost', statistic: 'max' }, hosts, 12],
    ['energy total · kWh', { metric: 'energy', statistic: 'total' }, hosts, 0.24 / 60],
    ['energy mean · watts', { metric: 'energy', statistic: 'mean' }, hosts, 80],
    ['replicas mean · by time', { metric: 'replicas' }, hosts, 3],
    ['window · from', { metric: 'replicas', fromMs: 2 * minuteMs }, hosts, 6],
    ['window · to', { metric: 'replicas', toMs: 2 * minuteMs }, hosts, 1.5],
    ['window · both', { metric: 'replicas', fromMs: minuteMs, toMs: 2 * minuteMs }, hosts, 2],
    ['window · after the end', { metric: 'replicas', fromMs: 60 * minuteMs }, hosts, undefined],
    ['no such series', { metric: 'utilization', of: 'host/a' }, hosts, undefined],
  ])('%s', (_name, parts, recorded, expected) => {
    const { value } = judge(objective(parts), recorded);
    if (expected === undefined) expect(value).toBeUndefined();
    else expect(value).toBeCloseTo(expected, 10);
  });

  test('a last step that was cut short counts for its length', () => {
    const cut = recording({ replicas: [1, 3] }, { endMs: startMs + 1.5 * minuteMs });
    expect(judge(objective({ metric: 'replicas' }), cut).value).toBeCloseTo(5 / 3, 10);
  });

  test('latency · the mixture, the mean and the worst p99', () => {
    const flows = [exponentialFlow([10, 100], [90, 10])];
    const recorded = recording({ a: [0, 0] }, { flows: () => flows });
    expect(judge(objective({ metric: 'latency', statistic: 'mean' }), recorded).value).toBeCloseTo(19, 10);
    expect(judge(objective({ metric: 'latency', statistic: 'max' }), recorded).value).toBeCloseTo(460.517, 2);
    const p50 = judge(objective({ metric: 'latency', statistic: 'p50' }), recorded).value ?? NaN;
    expect(0.9 * Math.exp(-p50 / 10) + 0.1 * Math.exp(-p50 / 100)).toBeCloseTo(0.5, 6);
  });

  const waits = [
    { machine: 'vm/default/a', pool: 'vmp/default/web', fromMs: at(0), toMs: at(1) },
    { machine: 'vm/default/b', pool: 'vmp/default/web', fromMs: at(1), toMs: at(4) },
    { machine: 'vm/default/c', fromMs: at(5) },
  ];
  const waited = recording({ pending: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] }, { waits });
  test.each<[string, Partial<Objective>, number | undefined]>([
    ['mean · one that goes on counts so far', { statistic: 'mean' }, 3 * minuteMs],
    ['max', { statistic: 'max' }, 5 * minuteMs],
    ['of a pool', { statistic: 'max', of: 'vmp/default/web' }, 3 * minuteMs],
    ['of a VM', { statistic: 'max', of: 'vm/default/a' }, minuteMs],
    ['in a window before others began', { statistic: 'max', toMs: 2 * minuteMs }, minuteMs],
    ['nobody waited', { statistic: 'max', of: 'vm/default/z' }, undefined],
  ])('pendingTime · %s', (_name, parts, expected) => {
    expect(judge(objective({ metric: 'pendingTime', ...parts }), waited).value).toBe(expected);
  });

  const moves = [
    { atMs: at(1), machine: 'vm/default/a', pool: 'vmp/default/web', from: 'host/h1', to: 'host/h2' },
    { atMs: at(5), machine: 'vm/default/b', from: 'host/h2', to: 'host/h3' },
  ];
  const moved = recording({ pending: Array.from({ length: 10 }, () => 0) }, { moves });
  test.each<[string, Partial<Objective>, number]>([
    ['all', {}, 2],
    ['of a pool', { of: 'vmp/default/web' }, 1],
    ['of a host · to and from', { of: 'host/h2' }, 2],
    ['in a window', { toMs: 2 * minuteMs }, 1],
    ['none is a measured value', { of: 'host/h9' }, 0],
  ])('migrations · %s', (_name, parts, expected) => {
    expect(judge(objective({ metric: 'migrations', statistic: 'total', ...parts }), moved).value).toBe(
      expected,
    );
  });
});

describe('verdicts', () => {
  const steady = recording({ replicas: [3, 3] });
  test.each<[string, Partial<Objective>, boolean]>([
    ['below · less', { below: 4 }, true],
    ['below · equal', { below: 3 }, false],
    ['below · more', { below: 2 }, false],
    ['above · more', { above: 2 }, true],
    ['above · equal', { above: 3 }, false],
    ['both · within', { above: 2, below: 4 }, true],
    ['both · outside of one', { above: 3.5, below: 4 }, false],
  ])('%s', (_name, parts, met) => {
    expect(judge(objective({ metric: 'replicas', ...parts }), steady).met).toBe(met);
  });

  test('without a measured value it is missed, and says why', () => {
    const silent = recording({ errorRate: [NaN, NaN], requestsPerSecond: [0, 0] });
    const { met, value, note } = judge(objective({ below: 1 }), silent);
    expect({ met, value }).toEqual({ met: false, value: undefined });
    expect(note).toBe('not measured: no requests came in the window');
  });
});

describe('the worst stretch', () => {
  const mark = (minutes: number, type: Mark['type'], subject: string, text: string): Mark => ({
    ...{ atMs: at(minutes), type, subject, text },
  });
  const calm = Array.from({ length: 60 }, () => 0);
  const errorRate = calm.map((_, minute) => (minute === 3 ? 0.2 : minute >= 20 && minute < 26 ? 0.1 : 0));
  const requestsPerSecond = calm.map(() => 100);
  const marks = [
    mark(2, 'Scale', 'sp/default/early', '1 → 2: too early to matter'),
    mark(18, 'Fault', 'host/a', 'crashed for 30m'),
    mark(21, 'Scale', 'sp/default/web', '4 → 8: cpu utilization 96 % of a 60 % target'),
    mark(22, 'Scale', 'sp/default/web', '8 → 15: cpu utilization 80 % of a 60 % target'),
    mark(22, 'Scale', 'sp/default/other', '1 → 2: nothing that it rests on'),
    mark(22, 'Fault', 'host/z', 'crashed where none of its VMs is'),
    mark(23, 'Change', 'traffic/default/other', 'went elsewhere'),
    mark(23, 'Change', 'hypervisor/xen', 'patched, which may concern anybody'),
    mark(26, 'Fault', 'host/b', 'crashed when it was over'),
    mark(48, 'Repair', 'host/a', 'repaired'),
  ];
  const waits = [
    { machine: 'vm/default/a', fromMs: at(21), toMs: at(23) },
    { machine: 'vm/default/b', fromMs: at(22), toMs: at(24) },
    { machine: 'vm/default/c', fromMs: at(40), toMs: at(41) },
    { machine: 'vm/default/x', pool: 'vmp/default/other', fromMs: at(21), toMs: at(25) },
  ];
  const busy = (from: number, to: number): number[] =>
    calm.map((_, minute) => (minute >= from && minute < to ? 0.996 : 0.5));
  const under = new Set(['lb/default/web', 'vmp/default/web', 'sp/default/web', 'sp/default/early']);
  for (const name of ['host/a', 'host/b', 'vm/default/a', 'vm/default/b']) under.add(name);
  const recorded = recording(
    {
      'lb/default/web errorRate': errorRate,
      'lb/default/web requestsPerSecond': requestsPerSecond,
      'vmp/default/web utilization': busy(22, 25),
      'host/a utilization': busy(0, 60),
      'vmp/default/other utilization': busy(0, 60),
    },
    { marks, waits, restsOn: () => under },
  );
  const { worst, met } = judge(objective({ of: 'lb/default/web', below: 0.001 }), recorded);

  test('is the one that adds up to the most', () => {
    expect(met).toBe(false);
    expect([worst?.fromMs, worst?.toMs]).toEqual([at(20), at(26)]);
  });

  test('names what went on then', () => {
    expect(worst?.during).toEqual([
      'host/a crashed for 30m',
      'hypervisor/xen patched, which may concern anybody',
      'vmp/default/web was at 99.6 % of its CPU',
      '2 VMs were not up yet',
      'sp/default/web scaled 4 → 8 → 15',
    ]);
  });

  test('is not named when the objective is met, and of a total', () => {
    expect(judge(objective({ of: 'lb/default/web', below: 0.5 }), recorded).worst).toBeUndefined();
    const costly = recording({ costPerHour: [60] });
    expect(
      judge(objective({ metric: 'cost', statistic: 'total', below: 0.5 }), costly).worst,
    ).toBeUndefined();
  });

  test('a step on the limit itself is beyond it', () => {
    const flat = recording({ replicas: [3, 3] });
    const verdict = judge(objective({ metric: 'replicas', below: 3 }), flat);
    expect([verdict.worst?.fromMs, verdict.worst?.toMs]).toEqual([at(0), at(2)]);
  });
});
