/** One changed object in a running engine: what it costs must not depend on how many others there are. */
import { Engine } from '../../src/app/engine.ts';
import { memoryState, type State } from '../../src/app/state.ts';
import { fill } from './fleet-state.ts';
import { count, interleaved, ms, report, scale } from './measure.ts';

interface Fleet {
  readonly state: State;
  readonly engine: Engine;
  readonly machines: number;
}

async function running(machines: number): Promise<Fleet> {
  const state = await memoryState();
  await fill(state, machines);
  const engine = await Engine.start(state);
  await engine.settle(24 * 3_600_000);
  return { state, engine, machines };
}

let changes = 0;
/** Gives one VM another size; the engine hears of it, resizes the guest and writes down what came of it. */
async function change({ state, engine, machines }: Fleet): Promise<void> {
  changes++;
  const key = { kind: 'VirtualMachine', namespace: 'default', name: `vm-${(changes * 37) % machines}` };
  const old = await state.store.get(key);
  if (!old) throw new Error(`there is no ${key.name}`);
  const spec = old.spec as { resources: { cpu: number; memory: string } };
  const next = { ...old, spec: { ...spec, resources: { ...spec.resources, cpu: 3 - spec.resources.cpu } } };
  await state.store.commit({
    writes: [{ type: 'update', object: next }],
    nowMs: engine.manager.nowMs,
  });
  const { type } = await engine.settle(3_600_000);
  if (type !== 'settled') throw new Error(`the fleet is ${type}`);
}

const sizes = [1_000 * scale, 10_000 * scale];
const fleets = await Promise.all(sizes.map(running));
for (const fleet of fleets) await change(fleet);
const looked = fleets.map(({ engine }) => engine.manager.counts.looks);
const rounds = 30;
const [few = 0, many = 0] = await interleaved(
  rounds,
  fleets.map((fleet) => () => change(fleet)),
);
const looks = fleets.map(({ engine }, i) => (engine.manager.counts.looks - (looked[i] ?? 0)) / rounds);
report(
  `one change among ${count(sizes[1] ?? 0)} VMs : among ${count(sizes[0] ?? 0)}`,
  many / few,
  `${ms(many)} : ${ms(few)}, ${looks.map((n) => n.toFixed(0)).join(' : ')} looks`,
);
