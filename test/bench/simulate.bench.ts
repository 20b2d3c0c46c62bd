/**
 * A day of world time in which each VM follows a sine of its own, in steps of 60 s: the world alone, and the engine
 * with all its controllers come to rest, and the engine with a recorder as `simulate` has it. The yardstick is a bare loop over the same sines. The CPU time that was
 * executed is added up and held against the closed form, so that no work is skipped. Each size runs in a process of
 * its own, whose peak of memory is told with it.
 */
import { spawnSync } from 'node:child_process';
import { defaultEpochMs } from '../../src/base/clock.ts';
import { Engine } from '../../src/app/engine.ts';
import { memoryState, type State } from '../../src/app/state.ts';
import { Recorder } from '../../src/what-if/recorder.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { type World } from '../../src/model/ports.ts';
import { createWorld } from '../../src/sim/world.ts';
import { finishOperations, addRunning, host, machine } from '../sim/builders.ts';
import { fill } from './fleet-state.ts';
import { count, ms, peakMiB, report, root, scale, timed } from './measure.ts';

const stepMs = 60_000;
const dayMs = 86_400_000;
const perHost = 10;
const cores = 2;
const sine = { mean: 0.5, amplitude: 0.4 };
const hostMillis = 32_000;

interface Day {
  readonly dayMs: number;
  readonly cpuSeconds: number;
}

/** Adds up the CPU time that guests get, by what their hosts use from one look to the next. */
class CpuCounter {
  seconds = 0;
  #usedMillis = 0;
  #sinceMs: number;

  constructor(
    private readonly world: World,
    private readonly hostUids: readonly string[],
    /** Of each host, for guests. */
    private readonly capacityMillis: number,
  ) {
    this.#sinceMs = world.nowMs;
    this.look();
  }

  look(): void {
    const { nowMs } = this.world;
    this.seconds += (this.#usedMillis * (nowMs - this.#sinceMs)) / 1e6;
    this.#sinceMs = nowMs;
    this.#usedMillis = 0;
    for (const uid of this.hostUids) {
      this.#usedMillis += (this.world.hostUsage(uid)?.utilization ?? 0) * this.capacityMillis;
    }
  }
}

async function worldDay(machines: number): Promise<Day> {
  const hosts = Array.from({ length: machines / perHost }, (_, i) =>
    host(`host-${i}`, { cpuMillis: hostMillis }),
  );
  const world = createWorld({ seed: 1, nowMs: defaultEpochMs, stepMs });
  const uids = Array.from({ length: machines }, (_, i) => `vm-${i}`);
  for (const request of hosts) world.ensureHost(request);
  finishOperations(world);
  const cpuMillis = cores * 1000;
  addRunning(world, ...uids.map((uid, i) => machine(uid, `host-${i % hosts.length}`, { cpuMillis })));
  world.advanceTo(nextStep(world));
  world.ensureTraffic({
    name: 'default/sine',
    target: { type: 'Machines', uids, serviceTimeMs: 10 },
    unit: 'Cpu',
    pattern: { type: 'Sine', ...sine, periodMs: dayMs, perTarget: true },
    poisson: false,
    startMs: world.nowMs,
  });
  const counter = new CpuCounter(
    world,
    hosts.map(({ uid }) => uid),
    hostMillis,
  );
  const time = await timed(() => {
    for (let step = 0; step < dayMs / stepMs; step++) {
      world.advanceTo(world.nowMs + stepMs);
      world.takeChanges();
      counter.look();
    }
  });
  return { dayMs: time, cpuSeconds: counter.seconds };
}

async function engineDay(machines: number, recorded: boolean): Promise<Day> {
  const state = await memoryState();
  await fill(state, machines, cores);
  const counting: { by?: CpuCounter } = {};
  const recording: { by?: Recorder } = {};
  const engine: Engine = await Engine.start(state, {
    stepMs,
    onTurn: () => counting.by?.look(),
    onChange: (object, old) => recording.by?.note(object, old, engine.manager.nowMs),
    onPass: (world, untilMs) => recording.by?.pass(world, engine.manager.cache, untilMs),
  });
  const { manager } = engine;
  const { type } = await engine.settle(dayMs);
  if (type !== 'settled') throw new Error(`the fleet is ${type}`);
  await engine.advance(nextStep(manager.world) - manager.nowMs);
  await addTraffic(state, manager.nowMs);
  await engine.settle(0);
  const hosts = manager.cache.list('Host').map(({ metadata }) => metadata.uid ?? '');
  // Xen takes a quarter of a core for itself.
  const counter = (counting.by = new CpuCounter(manager.world, hosts, hostMillis - 250));
  if (recorded) recording.by = recorderFrom(manager);
  const time = await timed(async () => {
    await engine.advance(dayMs);
    recording.by?.recording(manager.nowMs);
    recording.by?.table.series(recording.by.steps);
  });
  if (recorded && recording.by?.steps !== dayMs / stepMs) throw new Error('not every step was recorded');
  await engine.stop();
  return { dayMs: time, cpuSeconds: counter.seconds };
}

/** As a run of a scenario has it, from now on for a day. */
function recorderFrom({ nowMs, cache, world }: Engine['manager']): Recorder {
  const times = { startMs: nowMs, endMs: nowMs + dayMs, stepMs };
  const recorder = new Recorder({ ...times, wanted: new Set(), machines: false });
  for (const kind of ['Host', 'VirtualMachine', 'Traffic'] as const) {
    for (const object of cache.list(kind)) recorder.note(object, undefined, nowMs);
  }
  recorder.begin(world);
  return recorder;
}

function nextStep({ nowMs }: World): number {
  return Math.ceil((nowMs + 1) / stepMs) * stepMs;
}

async function addTraffic({ store }: State, nowMs: number): Promise<void> {
  const object = withDefaults('Traffic', {
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'Traffic',
    metadata: { name: 'sine', namespace: 'default' },
    spec: {
      to: { kind: 'VirtualMachine', selector: { matchLabels: { app: 'web' } } },
      unit: 'Cpu',
      pattern: { sine: { ...sine, period: '24h', phase: 'PerTarget' } },
    },
  });
  await store.commit({ writes: [{ type: 'create', object }], nowMs });
}

/** The same sines, and nothing else. */
function bareDay(machines: number): number {
  const phases = Float64Array.from({ length: machines }, (_, i) => i / machines);
  const used = new Float64Array(machines);
  for (let timeMs = 0; timeMs < dayMs; timeMs += stepMs) {
    for (let i = 0; i < machines; i++) {
      const share = sine.mean + sine.amplitude * Math.sin(2 * Math.PI * (timeMs / dayMs + (phases[i] ?? 0)));
      used[i] = (used[i] ?? 0) + (share * cores * stepMs) / 1000;
    }
  }
  return used.reduce((sum, seconds) => sum + seconds, 0);
}

/** Throws unless the executed CPU time is what the sines come to over whole periods, within 0.1 %. */
function check(machines: number, cpuSeconds: number): void {
  const due = (machines * cores * sine.mean * dayMs) / 1000;
  if (Math.abs(cpuSeconds / due - 1) > 1e-3) {
    throw new Error(`${count(cpuSeconds)} CPU seconds instead of ${count(due)}`);
  }
}

const days = {
  world: worldDay,
  engine: (machines: number) => engineDay(machines, false),
  recorded: (machines: number) => engineDay(machines, true),
};

async function measure(part: keyof typeof days, machines: number): Promise<void> {
  let bareSeconds = 0;
  const plainMs = await timed(() => (bareSeconds = bareDay(machines)));
  check(machines, bareSeconds);
  const day = await days[part](machines);
  check(machines, day.cpuSeconds);
  report(
    `a day of ${count(machines)} VMs, ${part} : bare sines`,
    day.dayMs / plainMs,
    `${ms(day.dayMs)} : ${ms(plainMs)}, peak ${peakMiB()} MiB, ${count(day.cpuSeconds)} CPU s`,
  );
}

const [part, size] = process.argv.slice(3);
if (part === 'world' || part === 'engine' || part === 'recorded') {
  await measure(part, Number(size));
} else {
  for (const machines of [10_000 * scale, 50_000 * scale]) {
    for (const name of Object.keys(days)) {
      const args = [...process.execArgv, process.argv[1] ?? '', root, name, String(machines)];
      const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
      if (status !== 0) process.exitCode = 1;
    }
  }
}
