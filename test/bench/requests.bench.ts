/**
 * Playing single requests, against the least that any discrete-event simulation does for one: two events into and out of
 * a heap of plain numbers, and two exponential draws. CPU time, as other programs may run beside.
 */
import { Random } from '../../src/base/random.ts';
import { type BalancingAlgorithm } from '../../src/model/ports.ts';
import { epochMs, minuteMs } from '../sim/builders.ts';
import { latencies, requestWorld, send, type Layout } from '../sim/requests/play.ts';
import { count, median, ms, peakMiB, report, scale } from './measure.ts';

const requests = 2_000_000 * scale;
const rounds = 3;

/** CPU time that `work` takes, ms. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** A binary heap of as many pending events as there are guests, and nothing but times. */
function bare(guests: number): void {
  const random = new Random(1);
  const draw = (): number => -Math.log(1 - random.next());
  const heap = new Float64Array(guests + 2);
  let size = 0;
  const push = (time: number): void => {
    let place = size++;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if ((heap[above] as number) <= time) break;
      heap[place] = heap[above] as number;
      place = above;
    }
    heap[place] = time;
  };
  const pop = (): number => {
    const first = heap[0] as number;
    const last = heap[--size] as number;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= size) break;
      if (below + 1 < size && (heap[below + 1] as number) < (heap[below] as number)) below++;
      if (last <= (heap[below] as number)) break;
      heap[place] = heap[below] as number;
      place = below;
    }
    heap[place] = last;
    return first;
  };
  for (let i = 0; i < guests; i++) push(draw());
  for (let i = 0; i < requests; i++) {
    push(pop() + draw());
    push(pop() + draw());
  }
}

/** Plays about as many requests through one balancer, at utilization 0.8. */
function played(layout: Layout): { readonly cpu: number; readonly requests: number } {
  const perSecond = 80 * (layout.machines ?? 1) * (layout.cores ?? 1);
  const world = requestWorld(layout);
  send(world, perSecond);
  const minutes = Math.ceil(requests / (60 * perSecond));
  const cpu = cpuMs(() => latencies(world, minutes));
  if (world.nowMs < epochMs + minutes * minuteMs) throw new Error('it has not come to its end');
  return { cpu, requests: world.balancerFlow('web')?.totalRequests ?? 0 };
}

function measure(what: string, layout: Layout): void {
  const machines = layout.machines ?? 1;
  const own: number[] = [];
  const yard: number[] = [];
  let rate = 0;
  for (let round = 0; round < rounds; round++) {
    const { cpu, requests: came } = played(layout);
    rate = Math.max(rate, came / (cpu / 1000));
    own.push((cpu * requests) / came);
    yard.push(cpuMs(() => bare(machines)));
  }
  report(
    `${count(requests)} requests, ${what} : bare heap and draws`,
    median(own) / median(yard),
    `${ms(median(own))} : ${ms(median(yard))}, ${count(rate)} requests/s at best, peak ${peakMiB()} MiB`,
  );
}

const algorithms: readonly BalancingAlgorithm[] = ['Random', 'RoundRobin', 'LeastRequest', 'Maglev'];
measure('1 VM of 1 vCPU', {});
for (const algorithm of algorithms)
  measure(`${algorithm} over 40 VMs`, { machines: 40, balancer: { algorithm } });
measure('4 VMs of 8 vCPUs', { machines: 4, cores: 8 });
measure('24 VMs on 20 cores', { machines: 24, hostCores: 20, balancer: { algorithm: 'LeastRequest' } });
