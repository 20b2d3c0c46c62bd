/** VMs that all join one load balancer: ten times as many should take ten times as long. */
import { Engine } from '../../src/app/engine.ts';
import { memoryState } from '../../src/app/state.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { fill } from './fleet-state.ts';
import { count, ms, report, scale, timed } from './measure.ts';

async function join(machines: number): Promise<{ readonly ms: number; readonly figures: string }> {
  const state = await memoryState();
  await fill(state, machines);
  const balancer = withDefaults('LoadBalancer', {
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'LoadBalancer',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } } },
  });
  await state.store.commit({ writes: [{ type: 'create', object: balancer }], nowMs: state.epochMs });
  let figures = '';
  const time = await timed(async () => {
    const engine = await Engine.start(state);
    const { type } = await engine.settle(24 * 3_600_000);
    if (type !== 'settled') throw new Error(`the fleet is ${type}`);
    const { turns, looks, writes } = engine.manager.counts;
    figures = `${count(turns)} turns, ${count(looks)} looks, ${count(writes)} writes`;
    await engine.stop();
  });
  await state.store.close();
  return { ms: time, figures };
}

await join(200);
const small = 500 * scale;
const few = await join(small);
const many = await join(small * 10);
report(
  `${count(small * 10)} VMs behind one balancer : 10 times ${count(small)}`,
  many.ms / (10 * few.ms),
  `${ms(many.ms)} : 10 x ${ms(few.ms)}, ${many.figures}`,
);
