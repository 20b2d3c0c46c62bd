import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const names = ['web-0', 'web-1', 'web-2'];
const hosts = ['h1', 'h2'];
/** So few that a single machine can serve them all: what fails, fails for want of a machine. */
const rate = 20;

/** What happens to the machines behind the load balancer, and how long the world then goes on. */
type Happening =
  | { readonly type: 'start' | 'stop' | 'delete'; readonly name: string }
  | { readonly type: 'crash' | 'cut'; readonly host: string; readonly forMs: number }
  | { readonly type: 'nothing' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ type: fc.constantFrom('start', 'stop', 'delete'), name: fc.constantFrom(...names) }),
  fc.record({
    type: fc.constantFrom('crash', 'cut'),
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
      const type = event.type === 'crash' ? 'Crash' : 'NetworkLoss';
      engine.world.inject({
        hostUid: engine.get('Host', event.host).metadata.uid ?? '',
        type,
        forMs: event.forMs,
      });
    }
  }
}

/** Share of the requests that go to machines which can answer: worked out apart from the world's own totals. */
function servedShare(engine: TestEngine): number {
  let sum = 0;
  for (const { machineUid, share } of engine.world.balancer('default/web')?.backends ?? []) {
    if (engine.world.answers(machineUid)) sum += share;
  }
  return sum;
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
      const first = engine.world.balancer('default/web');
      let served = (first?.totalRequests ?? NaN) - (first?.totalErrors ?? NaN);
      for (const [event, forMs] of events) {
        await act(engine, event);
        await engine.advance(0);
        const untilMs = engine.world.nowMs + forMs;
        while (engine.world.nowMs < untilMs) {
          const fromMs = engine.world.nowMs;
          const share = servedShare(engine);
          await engine.advance(Math.min(untilMs, engine.world.nextEventAtMs() ?? untilMs) - fromMs);
          served += (rate * share * (engine.world.nowMs - fromMs)) / 1000;
        }
      }
      const offered = (rate * (engine.world.nowMs - startMs)) / 1000;
      const { totalRequests = NaN, totalErrors = NaN } = engine.world.balancer('default/web') ?? {};
      expect(totalRequests).toBeCloseTo(offered, 3);
      expect(totalErrors).toBeGreaterThanOrEqual(0);
      expect(served + totalErrors).toBeCloseTo(offered, 3);
    }),
    { numRuns: 30 },
  );
}, 30_000);
