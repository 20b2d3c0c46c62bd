import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { gammaQuantile, gammaSurvival, logGamma } from '../../src/performance/gamma.ts';
import { inSequence, mixture } from '../../src/performance/latency.ts';
import { queue } from '../../src/performance/queueing.ts';
import { erlangC } from '../../src/performance/waiting/erlang.ts';
import {
  meanMs,
  percentileMs,
  type ResponseTime,
  survival,
  varianceMs2,
} from '../../src/performance/waiting/response-time.ts';
import { waitMoments } from '../../src/performance/waiting/wait.ts';

/** Erlang's C from its definition, by sums of a^k / k!. */
function bruteErlangC(servers: number, load: number): number {
  let term = 1;
  let sum = 0;
  for (let k = 0; k < servers; k++) {
    sum += term;
    term *= load / (k + 1);
  }
  const waiting = term / (1 - load / servers);
  return waiting / (sum + waiting);
}

describe('erlangC', () => {
  test.each([
    ['one server · the utilization', 1, 0.5, 0.5],
    ['two servers, one Erlang', 2, 1, 1 / 3],
    ['three servers, two Erlang', 3, 2, 4 / 9],
    ['ten servers, eight Erlang (tables: 0.409)', 10, 8, 0.40918],
    ['nothing offered', 4, 0, 0],
    ['at capacity', 4, 4, 1],
    ['above capacity', 4, 5, 1],
  ])('%s', (_name, servers, load, expected) => {
    expect(erlangC(servers, load)).toBeCloseTo(expected, 5);
  });

  test('agrees with the definition, up to 150 servers', () => {
    for (const servers of [1, 2, 3, 5, 8, 16, 64, 150]) {
      for (const utilization of [0.01, 0.3, 0.7, 0.9, 0.99]) {
        const expected = bruteErlangC(servers, servers * utilization);
        expect(Math.abs(erlangC(servers, servers * utilization) / expected - 1)).toBeLessThan(1e-10);
      }
    }
  });

  test('500 servers · finite, within 0 and 1, growing with the load', () => {
    let before = 0;
    for (let load = 1; load < 500; load++) {
      const now = erlangC(500, load);
      expect(now).toBeGreaterThanOrEqual(before);
      expect(now).toBeLessThan(1);
      before = now;
    }
  });
});

/** P(T > t) by numeric convolution of wait and service: independent of the closed form. */
function convolved({ service, waitProbability, wait }: ResponseTime, t: number): number {
  const serviceRate = 1 / service.meanMs;
  const drainRate = 1 / waitMoments(wait).meanMs;
  const steps = 20_000;
  let integral = 0;
  for (let i = 0; i < steps; i++) {
    const wait = ((i + 0.5) * t) / steps;
    integral += drainRate * Math.exp(-drainRate * wait) * Math.exp(-serviceRate * (t - wait));
  }
  const waited = Math.exp(-drainRate * t) + (integral * t) / steps;
  return (1 - waitProbability) * Math.exp(-serviceRate * t) + waitProbability * waited;
}

describe('response time', () => {
  const cases = [
    ['one core, half busy', queue(62.5, 8, 1).time],
    ['four cores, 90 %', queue(450, 8, 4).time],
    ['two cores at 50 %: both rates equal', queue(125, 8, 2).time],
    ['32 cores, 95 %', queue(3800, 8, 32).time],
    ['2.5 cores, 80 %', queue(250, 8, 2.5).time],
  ] as const;

  test.each(cases)('%s · distribution as by convolution', (_name, time) => {
    for (const ms of [1, 5, 20, 80]) expect(survival(time, ms)).toBeCloseTo(convolved(time, ms), 6);
  });
  test.each(cases)('%s · percentiles invert the distribution', (_name, time) => {
    for (const p of [0.5, 0.95, 0.99]) expect(survival(time, percentileMs(time, p))).toBeCloseTo(1 - p, 9);
  });
  test.each(cases)('%s · mean and variance are those of the distribution', (_name, time) => {
    let first = 0;
    let second = 0;
    const width = 0.02;
    for (let t = width / 2; t < 4000; t += width) {
      first += survival(time, t) * width;
      second += 2 * t * survival(time, t) * width;
    }
    expect(meanMs(time)).toBeCloseTo(first, 3);
    expect(varianceMs2(time) / (second - first ** 2)).toBeCloseTo(1, 4);
  });

  test.each([0.1, 0.5, 0.9, 0.98])('one core at %d · exponential at mu - lambda', (utilization) => {
    const { time } = queue(utilization * 100, 10, 1);
    const rate = 0.1 * (1 - utilization);
    expect(meanMs(time)).toBeCloseTo(1 / rate, 8);
    expect(percentileMs(time, 0.95)).toBeCloseTo(-Math.log(0.05) / rate, 5);
    expect(percentileMs(time, 0.5)).toBeCloseTo(-Math.log(0.5) / rate, 5);
  });

  test('percentiles rise with the load and stay finite, for any number of cores', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 300, noNaN: true }),
        fc.double({ min: 0, max: 1.2, noNaN: true }),
        (cores, utilization) => {
          const at = (u: number): number => percentileMs(queue((u * cores * 1000) / 5, 5, cores).time, 0.99);
          expect(Number.isFinite(at(utilization))).toBe(true);
          expect(at(utilization + 0.05)).toBeGreaterThanOrEqual(at(utilization) * (1 - 1e-8));
        },
      ),
    );
  });
});

describe('queue', () => {
  test.each([
    ['idle', 0, 8, 2, { utilization: 0, servedPerSecond: 0, errorRate: 0 }],
    ['half', 125, 8, 2, { utilization: 0.5, servedPerSecond: 125, errorRate: 0 }],
    ['at capacity · all served', 250, 8, 2, { utilization: 1, servedPerSecond: 250, errorRate: 0 }],
    ['twice the capacity · half fails', 500, 8, 2, { utilization: 1, servedPerSecond: 250, errorRate: 0.5 }],
    ['no core · all fails', 10, 8, 0, { utilization: 0, servedPerSecond: 0, errorRate: 1 }],
    ['no core, no request', 0, 8, 0, { utilization: 0, servedPerSecond: 0, errorRate: 0 }],
  ])('%s', (_name, rate, serviceMs, cores, expected) => {
    expect(queue(rate, serviceMs, cores)).toMatchObject(expected);
  });
  test('saturated · the latency is capped at that of 99 %', () => {
    expect(meanMs(queue(1e6, 10, 1).time)).toBeCloseTo(1000, 6);
    expect(queue(1e6, 10, 1).time).toEqual(queue(100, 10, 1).time);
  });
  test('half a core · twice the service time', () => {
    expect(meanMs(queue(0, 10, 0.5).time)).toBeCloseTo(20, 9);
  });
  test('no core · infinite', () => {
    expect(percentileMs(queue(1, 10, 0).time, 0.5)).toBe(Infinity);
  });
});

describe('mixture', () => {
  const fast = queue(50, 8, 2).time;
  const slow = queue(20, 40, 1).time;
  test('equal backends · as one', () => {
    const { p95Ms, meanMs: mean } = mixture([0.2, 0.3, 0.5].map((share) => ({ share, time: fast })));
    expect(p95Ms).toBe(percentileMs(fast, 0.95));
    expect(mean).toBeCloseTo(meanMs(fast), 12);
  });
  test('unequal backends · percentiles of the mixed distribution', () => {
    const result = mixture([
      { share: 0.75, time: fast },
      { share: 0.25, time: slow },
    ]);
    expect(result.meanMs).toBeCloseTo(0.75 * meanMs(fast) + 0.25 * meanMs(slow), 9);
    for (const [ms, left] of [
      [result.p50Ms, 0.5],
      [result.p95Ms, 0.05],
      [result.p99Ms, 0.01],
    ] as const) {
      expect(0.75 * survival(fast, ms) + 0.25 * survival(slow, ms)).toBeCloseTo(left, 8);
    }
  });
  test('equal ones among others count with all their shares', () => {
    const split = mixture([
      { share: 0.2, time: fast },
      { share: 0.25, time: slow },
      { share: 0.55, time: fast },
    ]);
    const whole = mixture([
      { share: 0.75, time: fast },
      { share: 0.25, time: slow },
    ]);
    expect(split.meanMs).toBeCloseTo(whole.meanMs, 9);
    expect(split.p95Ms).toBeCloseTo(whole.p95Ms, 6);
  });
  test('nobody answers · zeros; a dead backend does not count', () => {
    const dead = { share: 1, time: queue(1, 10, 0).time };
    expect(mixture([])).toEqual({ meanMs: 0, varianceMs2: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 });
    expect(mixture([dead]).p99Ms).toBe(0);
    expect(mixture([dead, { share: 1, time: fast }]).p99Ms).toBe(percentileMs(fast, 0.99));
  });
});

/** The quantile of the sum of two response times, by convolution on a grid: independent of moments. */
function sumQuantile(a: ResponseTime, b: ResponseTime, p: number): number {
  const steps = 2000;
  const left = (t: number): number => {
    let sum = survival(b, t);
    const width = t / steps;
    for (let i = 0; i < steps; i++) {
      const mass = survival(b, i * width) - survival(b, (i + 1) * width);
      sum += mass * survival(a, t - (i + 0.5) * width);
    }
    return sum;
  };
  let low = 0;
  let high = 1e5;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (left(middle) > 1 - p) low = middle;
    else high = middle;
  }
  return low;
}

describe('inSequence', () => {
  test('one tier · as it is', () => {
    const tier = mixture([{ share: 1, time: queue(50, 8, 2).time }]);
    expect(inSequence([tier])).toBe(tier);
    expect(inSequence([tier, mixture([])])).toBe(tier);
    expect(inSequence([]).meanMs).toBe(0);
  });
  test.each([
    ['equal exponential tiers · exact', queue(50, 10, 1).time, queue(50, 10, 1).time, 0.0005],
    ['web 80 %, database 50 %', queue(200, 8, 2).time, queue(600, 3, 4).time, 0.04],
    ['both at 90 %', queue(225, 8, 2).time, queue(900, 4, 4).time, 0.04],
    ['a slow and a quick one', queue(20, 40, 1).time, queue(20, 2, 1).time, 0.04],
  ])('%s', (_name, first, second, tolerance) => {
    const result = inSequence([first, second].map((time) => mixture([{ share: 1, time }])));
    expect(result.meanMs).toBeCloseTo(meanMs(first) + meanMs(second), 9);
    for (const [actual, p] of [
      [result.p50Ms, 0.5],
      [result.p95Ms, 0.95],
      [result.p99Ms, 0.99],
    ] as const) {
      expect(Math.abs(actual / sumQuantile(first, second, p) - 1)).toBeLessThan(tolerance);
    }
  });
});

describe('gamma', () => {
  test.each([
    ['log 4!', logGamma(5), Math.log(24)],
    ['log sqrt pi', logGamma(0.5), Math.log(Math.sqrt(Math.PI))],
    ['shape 1 is exponential', gammaSurvival(1, 2), Math.exp(-2)],
    ['Erlang-3 below its mean', gammaSurvival(3, 1), Math.exp(-1) * 2.5],
    ['Erlang-3 above its mean', gammaSurvival(3, 6), Math.exp(-6) * 25],
    ['chi-square with 10 degrees, 95 %: 18.307', 2 * gammaQuantile(5, 0.95), 18.307038],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBeCloseTo(expected, 6);
  });
});
