/**
 * Placing many VMs one by one, against a plain scan of all hosts' free capacity for the best fit; and with rules
 * between VMs (apps of ten that avoid each other's hosts, or spread over ten zones), against the same without.
 */
import { Fleet } from '../../src/placement/fleet.ts';
import { place } from '../../src/placement/place.ts';
import { type PlacementRules, type VmRequest } from '../../src/placement/types.ts';
import { host, vm } from '../placement/builders.ts';
import { count, ms, report, scale, timed } from './measure.ts';

const hosts = 5_000 * scale;
const machines = 50_000 * scale;
const gibi = 2 ** 30;

/** VMs of an app are alike and know each other by its label. */
const appSize = 10;
const zones = 10;

/** Sizes as in a mixed fleet: 1, 2 or 4 cores, with 2 GiB each. `rules` are those of an app. */
function machinesWith(rules: (app: string) => PlacementRules): VmRequest[] {
  let placement: PlacementRules = {};
  return Array.from({ length: machines }, (_, i) => {
    const cores = 2 ** (Math.floor(i / appSize) % 3);
    const app = `app-${Math.floor(i / appSize)}`;
    if (i % appSize === 0) placement = rules(app);
    const size = { cpuMillis: cores * 1000, memoryBytes: 2 * cores * gibi };
    return vm(`vm-${i}`, { ...size, labels: { app }, placement });
  });
}
const requests = machinesWith(() => ({}));

function indexed(scoring: object, wanted: readonly VmRequest[] = requests): number {
  const fleet = new Fleet();
  for (let i = 0; i < hosts; i++) {
    const allocatable = { cpuMillis: 32_000, memoryBytes: 128 * gibi };
    fleet.putHost(host(`host-${i}`, { allocatable, labels: { zone: `zone-${i % zones}` } }));
  }
  for (const request of wanted) {
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

const without = await timed(() => indexed({}));
const ofApp = (app: string): { matchLabels: { app: string } } => ({ matchLabels: { app } });
for (const [name, rules] of [
  ['anti-affinity', (app: string) => ({ antiAffinity: [{ selector: ofApp(app) }] })],
  ['topology spread', (app: string) => ({ topologySpread: [{ topologyKey: 'zone', selector: ofApp(app) }] })],
] as const) {
  const wanted = machinesWith(rules);
  let scans = 0;
  const time = await timed(() => (scans = indexed({}, wanted)));
  report(
    `${count(machines)} VMs on ${count(hosts)} hosts with ${name} : without`,
    time / without,
    `${ms(time)} : ${ms(without)}, ${count(machines / (time / 1000))} VMs/s, ${(scans / machines).toFixed(1)} hosts scored a VM`,
  );
}
