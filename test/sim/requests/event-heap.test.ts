import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventHeap } from '../../../src/sim/requests/event-heap.ts';

test('the first is always that of the lowest time, then of the lowest order', () => {
  const step = fc.record({
    thing: fc.nat(40),
    // Few values, so that many are equal.
    time: fc.oneof(fc.nat(5), fc.constant(Infinity)),
    removed: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new EventHeap();
      const naive = new Map<number, { order: number; time: number }>();
      const things = Array.from({ length: 41 }, (_, i) => {
        const order = (i * 17) % 41;
        const thing = heap.add(order);
        naive.set(thing, { order, time: Infinity });
        return thing;
      });
      for (const { thing: index, time, removed } of steps) {
        const old = things[index] ?? -1;
        if (removed) {
          const order = naive.get(old)?.order ?? 0;
          heap.remove(old);
          naive.delete(old);
          const fresh = heap.add(order);
          things[index] = fresh;
          naive.set(fresh, { order, time: Infinity });
        } else {
          heap.set(old, time);
          naive.set(old, { order: naive.get(old)?.order ?? 0, time });
        }
        const [first] = [...naive]
          .filter(([, one]) => one.time < Infinity)
          .sort(([, a], [, b]) => a.time - b.time || a.order - b.order);
        expect(heap.first).toBe(first?.[0] ?? -1);
        expect(heap.firstAt).toBe(first?.[1].time ?? Infinity);
      }
    }),
  );
});
