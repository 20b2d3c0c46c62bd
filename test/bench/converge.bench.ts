/**
 * From stored manifests to all VMs running: ten times as many VMs should take ten times as long. The second
 * yardstick is writing all objects as JSON, once.
 */
import { join } from 'node:path';
import { Engine } from '../../src/app/engine.ts';
import { memoryState, openState, type State } from '../../src/app/state.ts';
import { fill } from './fleet-state.ts';
import { count, ms, peakMiB, report, scale, temporaryFolder, timed } from './measure.ts';

const folder = temporaryFolder();

interface Result {
  readonly convergeMs: number;
  readonly jsonMs: number;
  readonly looks: number;
}

async function converge(state: State, machines: number): Promise<Result> {
  await fill(state, machines);
  let looks = 0;
  const convergeMs = await timed(async () => {
    const engine = await Engine.start(state);
    const { type } = await engine.settle(24 * 3_600_000);
    if (type !== 'settled') throw new Error(`the fleet is ${type}`);
    looks = engine.manager.counts.looks;
    await engine.stop();
  });
  const { items } = await state.store.list('VirtualMachine');
  const running = items.filter(({ status }) => (status as { phase?: string }).phase === 'Running').length;
  if (running !== machines) throw new Error(`${running} of ${machines} VMs run`);
  const jsonMs = await timed(() => items.map((item) => JSON.stringify(item)).join('\n'));
  await state.store.close();
  return { convergeMs, jsonMs, looks };
}

const onDisk = (name: string): Promise<State> => openState({ path: join(folder, name), create: true });

for (const [where, open] of [
  ['in memory', () => memoryState()],
  ['on disk', onDisk],
] as const) {
  await converge(await open('warm'), 500);
  const small = 1_000 * scale;
  const few = await converge(await open('few'), small);
  const many = await converge(await open('many'), small * 10);
  const perSecond = count((small * 10) / (many.convergeMs / 1000));
  report(
    `${count(small * 10)} VMs to Running ${where} : 10 times ${count(small)}`,
    many.convergeMs / (10 * few.convergeMs),
    `${ms(many.convergeMs)} : 10 x ${ms(few.convergeMs)}, ${perSecond} VMs/s, ${(many.looks / small / 10).toFixed(1)} looks a VM, peak ${peakMiB()} MiB`,
  );
  report(
    `${count(small * 10)} VMs to Running ${where} : their JSON`,
    many.convergeMs / many.jsonMs,
    `${ms(many.convergeMs)} : ${ms(many.jsonMs)}`,
  );
}
