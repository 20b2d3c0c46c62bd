import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../support/engine.ts';

const names = ['web-0', 'web-1', 'web-2'];
const hosts = ['h1', 'h2'];
const rate = 100;

/** What happens to the machines behind the load balancer, and how long the world then goes on. */
type Happening =
  | { readonly type: 'start' | 'stop' | 'delete'; readonly name: string }
  | { readonly type: 'crash' | 'cut' | 'slow'; readonly host: string; readonly forMs: number }
  | { readonly type: 'nothing' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ type: fc.constantFrom('start', 'stop', 'delete'), name: fc.constantFrom(...names) }),
  fc.record({
    type: fc.constantFrom('crash', 'cut', 'slow'),
    host: fc.constantFrom(...hosts),
    forMs: fc.integer({ min: 1, max: 120_000 }),
  }),
  fc.constant({ type: 'nothing' as const }),
);
const scene = fc.array(fc.tuple(happening, fc.integer({ min: 0, max: 60_000 })), { maxLength: 12 });

async function act(engine: TestEngine, event: Happening): Promise<void> {
  switch (event.type) {
    case 'nothing':
      return;
    case 'delete':
      if (engine.manager.cache.get('VirtualMachine', 'default', event.name))
        await engine.delete('VirtualMachine', event.name);
      return;
    case 'start':
    case 'stop':
      // One that is on its way out stays so.
      if (engine.manager.cache.get('VirtualMachine', 'default', event.name)?.metadata.deletionTimestamp)
        return;
      await engine.write(vm(event.name, event.type === 'start' ? '' : 'runPolicy: Halted', 'app: web'));
      return;
    default: {
      const type = ({ crash: 'Crash', cut: 'NetworkLoss', slow: 'Slow' } as const)[event.type];
      const hostUid = engine.get('Host', event.host).metadata.uid ?? '';
      engine.world.inject({ hostUid, type, forMs: event.forMs, ...(type === 'Slow' ? { speed: 0.1 } : {}) });
    }
  }
}

test('what is offered is served or an error, whatever happens to the machines', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (events) => {
      const engine = new TestEngine();
      await engine.write(
        [
          someHypervisors,
          ...hosts.map((name) => xenHost(name)),
          ...names.map((name) => vm(name, '', 'app: web')),
          'kind: LoadBalancer\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, serviceTime: 10ms}',
          `kind: Traffic\nmetadata: {name: t}\nspec: {to: {kind: LoadBalancer, name: web}, noise: None, pattern: {constant: ${rate}}}`,
        ].join('\n---\n'),
      );
      await engine.settle();
      const startMs = Date.UTC(2000, 0, 1);
      // Integrated here from what is seen between any two changes; the world keeps its own totals.
      let served = 0;
      let seen = engine.world.balancer('default/web');
      served += (seen?.totalRequests ?? 0) - (seen?.totalErrors ?? 0);
      for (const [event, forMs] of events) {
        await act(engine, event);
        await engine.advance(0);
        const untilMs = engine.world.nowMs + forMs;
        while (engine.world.nowMs < untilMs) {
          seen = engine.world.balancer('default/web');
          const good = rate * (1 - (seen?.errorRate ?? 0));
          const fromMs = engine.world.nowMs;
          const nextMs = Math.min(untilMs, engine.world.nextEventAtMs() ?? untilMs);
          await engine.advance(Math.max(0, nextMs - fromMs));
          served += (good * (engine.world.nowMs - fromMs)) / 1000;
        }
      }
      const offered = (rate * (engine.world.nowMs - startMs)) / 1000;
      const { totalRequests = NaN, totalErrors = NaN } = engine.world.balancer('default/web') ?? {};
      expect(totalRequests).toBeCloseTo(offered, 3);
      expect(totalErrors).toBeGreaterThanOrEqual(0);
      expect(served + totalErrors).toBeCloseTo(offered, 3);
    }),
    { numRuns: 40 },
  );
});
