/**
 * How available hosts, VMs and pools are, integrated over world time: a crash in the middle of a step counts from the
 * moment on at which it happens.
 */
import { machineGroups } from '../controllers/machines/groups.ts';
import { membersOf } from '../controllers/pools/members.ts';
import { type ObjectCache } from '../engine/cache.ts';
import { isTrue } from '../model/conditions.ts';
import { type VirtualMachine, type VirtualMachinePool } from '../model/kinds/index.ts';
import { type World } from '../model/ports.ts';
import { type SubjectName } from '../model/run-record.ts';
import { type Roster } from './roster.ts';

/** Available time and all time since the last step, ms. */
interface Span {
  upMs: number;
  ms: number;
}

/** What is looked at. */
export interface AvailabilityScene {
  readonly world: World;
  readonly cache: ObjectCache;
  readonly roster: Roster;
  /** Subjects that are measured however many there are. */
  readonly wanted: ReadonlySet<SubjectName>;
  /** Measure every pool. */
  readonly pools: boolean;
}

export class AvailabilityMeter {
  readonly #spans = new Map<SubjectName, Span>();
  #values: readonly (readonly [SubjectName, number])[] = [];
  #passedMs: number;

  /** Measures from `startMs` on, world time. */
  constructor(startMs: number) {
    this.#passedMs = startMs;
  }

  /** What holds now, until the next look. */
  look(scene: AvailabilityScene): void {
    this.#values = [...valuesOf(scene)];
  }

  /** Lets time pass to `timeMs`, as things stood at the last look. */
  passTo(timeMs: number): void {
    const ms = timeMs - this.#passedMs;
    if (ms <= 0) return;
    this.#passedMs = timeMs;
    for (const [subject, value] of this.#values) {
      const span = this.#spans.get(subject) ?? { upMs: 0, ms: 0 };
      this.#spans.set(subject, span);
      span.upMs += value * ms;
      span.ms += ms;
    }
  }

  /** The means since the last call, 0..1, of those that were there. */
  take(): [SubjectName, number][] {
    const means = [...this.#spans].map(([subject, { upMs, ms }]): [SubjectName, number] => [
      subject,
      upMs / ms,
    ]);
    this.#spans.clear();
    return means;
  }
}

function* valuesOf(scene: AvailabilityScene): Iterable<readonly [SubjectName, number]> {
  const { world, cache, roster, wanted, pools } = scene;
  const machines = roster.of('VirtualMachine');
  const hosts = roster.of('Host');
  for (const subject of wanted) {
    const vm = machines.get(subject);
    if (vm) yield [subject, isAvailable(vm, world) ? 1 : 0];
    const host = hosts.get(subject);
    if (!host) continue;
    yield [subject, world.isReachable(host.metadata.uid ?? '') ? 1 : 0];
  }
  for (const [subject, pool] of roster.of('VirtualMachinePool')) {
    if (pool.spec.replicas <= 0 || !(pools || wanted.has(subject))) continue;
    const up = ownMachines(pool, cache).filter((vm) => isAvailable(vm, world)).length;
    yield [subject, Math.min(1, up / pool.spec.replicas)];
  }
}

/** It is ready, and requests reach it: what is seen of a VM may lag behind what has become of its host. */
function isAvailable(vm: VirtualMachine, world: World): boolean {
  return isTrue(vm.status?.conditions, 'Ready') && world.answers(vm.metadata.uid ?? '');
}

/** The VMs that the pool has made or taken over: not those of others that its selector matches. */
export function ownMachines({ metadata }: VirtualMachinePool, cache: ObjectCache): VirtualMachine[] {
  return membersOf(cache.index(machineGroups).ofOwner(metadata.uid ?? ''));
}
