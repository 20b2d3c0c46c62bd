import { expect, test } from 'vitest';
import { live } from './run.ts';

/** As `FROM-TO`. @defaultValue 1-1000 */
const [from = 1, to = 1000] = (process.env['VCTL_CHAOS_SEEDS'] ?? '1-1000').split('-').map(Number);
const lives = 50;
const blocks = Array.from({ length: Math.ceil((to - from + 1) / lives) }, (_, block): [number, number] => {
  const first = from + block * lives;
  return [first, Math.min(to, first + lives - 1)];
});

test.each(blocks)('seeds %i to %i', async (first, last) => {
  for (let seed = first; seed <= last; seed++) {
    const { story, problems } = await live(seed);
    expect(problems, `seed ${seed}:\n${story.join('\n')}`).toEqual([]);
  }
});

test('the same seed, the same life', async () => {
  expect(await live(7)).toEqual(await live(7));
});
