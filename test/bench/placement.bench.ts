/** Placing many VMs one by one, against a plain scan of all hosts' free capacity for the best fit. */
import { Fleet } from '../../src/placement/fleet.ts';
import { place } from '../../src/placement/place.ts';
import { type VmRequest } from '../../src/placement/types.ts';
import { host, vm } from '../placement/builders.ts';
import { count, ms, report, scale, timed } from './measure.ts';

const hosts = 5_000 * scale;
const machines = 50_000 * scale;
const gibi = 2 ** 30;

/** Sizes as in a mixed fleet: 1, 2 or 4 cores, with 2 GiB each. */
const requests: VmRequest[] = Array.from({ length: machines }, (_, i) => {
  const cores = 2 ** (i % 3);
  return vm(`vm-${i}`, { cpuMillis: cores * 1000, memoryBytes: 2 * cores * gibi });
});

function indexed(scoring: object): number {
  const fleet = new Fleet();
  for (let i = 0; i < hosts; i++) {
    fleet.putHost(host(`host-${i}`, { allocatable: { cpuMillis: 32_000, memoryBytes: 128 * gibi } }));
  }
  for (const request of requests) {
    const answer = place(request, fleet, scoring);
    if (answer.type !== 'placed') throw new Error('it does not fit');
    fleet.assign(request, answer.host);
  }
  return fleet.scans;
}

function scanned(): void {
  const cpu = new Float64Array(hosts).fill(32_000);
  const memory = new Float64Array(hosts).fill(128 * gibi);
  for (const { cpuMillis, memoryBytes } of requests) {
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < hosts; i++) {
      const left = (cpu[i] ?? 0) - cpuMillis;
      if (left >= 0 && left < least && (memory[i] ?? 0) >= memoryBytes) [best, least] = [i, left];
    }
    if (best < 0) throw new Error('it does not fit');
    cpu[best] = (cpu[best] ?? 0) - cpuMillis;
    memory[best] = (memory[best] ?? 0) - memoryBytes;
  }
}

const plain = await timed(scanned);
for (const [name, scoring] of [
  ['as by default', {}],
  ['best fit', { strategy: 'MostAllocated' }],
] as const) {
  let scans = 0;
  const time = await timed(() => (scans = indexed(scoring)));
  report(
    `${count(machines)} VMs on ${count(hosts)} hosts ${name} : plain scan`,
    time / plain,
    `${ms(time)} : ${ms(plain)}, ${count(machines / (time / 1000))} VMs/s, ${(scans / machines).toFixed(1)} hosts scored a VM`,
  );
}
