import { describe, expect, test } from 'vitest';
import { LiveBlock } from '../../src/cli/live-block.ts';
import { watchBlock } from '../../src/cli/watch-text.ts';

/** As much of a terminal as the block needs: lines, the cursor, up, and erase below. */
class Screen {
  readonly lines: string[] = [''];
  #row = 0;

  write = (text: string): void => {
    for (const part of text.split(/(\u001b\[\d+[AJ]|\r|\n)/)) {
      const up = /^\u001b\[(\d+)A$/.exec(part);
      if (up) this.#row -= Number(up[1]);
      else if (part === '\u001b[0J') this.lines.splice(this.#row, Infinity, '');
      else if (part === '\n') this.lines[++this.#row] ??= '';
      else if (part !== '\r' && part !== '') this.lines[this.#row] += part;
    }
  };
}

describe('a block at the foot of a terminal', () => {
  test('is drawn anew in place, and a log grows above it', () => {
    const screen = new Screen();
    const block = new LiveBlock(screen.write, () => 80);
    block.draw(['one', 'two']);
    block.draw(['three']);
    expect(screen.lines).toEqual(['three', '']);
    block.above(() => screen.write('log\n'));
    expect(screen.lines).toEqual(['log', 'three', '']);
    block.draw(['three', 'four']);
    expect(screen.lines).toEqual(['log', 'three', 'four', '']);
    block.clear();
    expect(screen.lines).toEqual(['log', '']);
  });

  test('cuts what would wrap, and writes nothing for the same lines', () => {
    let written = 0;
    const screen = new Screen();
    const block = new LiveBlock(
      (text) => (written++, screen.write(text)),
      () => 5,
    );
    block.draw(['abcdefgh']);
    block.draw(['abcdxyz']);
    expect(screen.lines).toEqual(['abcd', '']);
    expect(written).toBe(1);
  });
});

describe('what the block of a watch says', () => {
  const what = { paths: 'world/', speed: '60x' };
  const calm = { nowMs: Date.UTC(2000, 0, 1), total: 4, done: 4, waiting: [], problems: [] };

  test('all settled', () => {
    expect(watchBlock(calm, what)).toEqual([
      '── world/ · world 2000-01-01T00:00:00Z · 60x · Ctrl-C ends',
      '   converged   all 4 objects have settled',
    ]);
  });

  test('on the way, unhealthy, and the files invalid', () => {
    const problems = Array.from({ length: 7 }, (_, i) => ({
      object: `vm/a/${i}`,
      reason: 'No',
      message: 'no',
    }));
    const lines = watchBlock(
      { ...calm, done: 2, waiting: ['vm/a/0 (booting, 8s left)'], problems },
      { ...what, refusal: 'invalid' },
    );
    expect(lines[1]).toMatch(/converging {2}▕█+░+▏ 2\/4 {2}slowest: vm\/a\/0 \(booting, 8s left\)/);
    expect(lines[2]).toBe('   unhealthy   vm/a/0: no (No)');
    expect(lines[7]).toBe('               … and 2 more');
    expect(lines[8]).toBe('   files       invalid');
  });
});
