import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { stateStyle } from '../../src/output/paint.ts';
import { renderTable, type Table } from '../../src/output/table.ts';

const table: Table = {
  columns: [
    { name: 'NAME' },
    { name: 'PHASE', style: stateStyle },
    { name: 'CPU', align: 'right' },
    { name: 'NOTE', priority: 1 },
  ],
  rows: [
    ['web-0', 'Running', '2', 'ok'],
    ['データベース', 'Lost', '1500m', ''],
  ],
};

describe('renderTable', () => {
  test('kubectl-like', () => {
    expect(renderTable(table)).toBe(
      [
        'NAME           PHASE       CPU',
        'web-0          Running       2',
        'データベース   Lost      1500m',
        '',
      ].join('\n'),
    );
  });

  test('wide · shows columns of a higher priority', () => {
    expect(renderTable(table, { wide: true }).split('\n')[1]).toBe('web-0          Running       2   ok');
  });

  test('no headers · narrower', () => {
    expect(renderTable(table, { noHeaders: true })).toBe(
      ['web-0          Running       2', 'データベース   Lost      1500m', ''].join('\n'),
    );
  });

  test('color · only where asked, and without moving anything', () => {
    const colored = renderTable(table, { color: true });
    expect(colored).toContain('\u001b[32mRunning\u001b[39m');
    expect(colored).toContain('\u001b[31mLost\u001b[39m');
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(renderTable(table));
    expect(renderTable(table)).not.toContain('\u001b');
  });

  test('control characters · escaped', () => {
    expect(renderTable({ columns: [{ name: 'M' }], rows: [['a\nb\u001b[31m\tc']] })).toBe(
      'M\na\\nb\\x1b[31m\\tc\n',
    );
  });

  test('blanks at the end · cut, even within colour', () => {
    const columns = [{ name: 'A' }, { name: 'B', style: () => 'good' as const }];
    expect(
      renderTable(
        {
          columns,
          rows: [
            ['a', 'b  '],
            ['a ', ''],
          ],
        },
        { color: true },
      ),
    ).toBe('A   B\na   \u001b[32mb\u001b[39m\na\n');
  });

  test('nothing to show', () => {
    expect(renderTable({ columns: [], rows: [] })).toBe('');
    expect(renderTable({ columns: [{ name: 'A' }], rows: [] }, { noHeaders: true })).toBe('');
    expect(renderTable({ columns: [{ name: 'A' }], rows: [] })).toBe('A\n');
  });

  test('underline and gap, as in descriptions', () => {
    expect(
      renderTable(
        { columns: [{ name: 'A' }, { name: 'Bcd' }], rows: [['x', 'y']] },
        { gap: 2, underline: true },
      ),
    ).toBe('A  Bcd\n-  ---\nx  y\n');
  });

  test('every cell of a column starts at the same place, and no line ends in blanks', () => {
    const cell = fc.stringMatching(/^[a-zé世🙂]{1,8}$/u);
    const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, (cells) => {
        const columns = [{ name: 'A' }, { name: 'B' }, { name: 'C' }];
        const lines = renderTable({ columns, rows: cells }).trimEnd().split('\n').slice(1);
        const starts = lines.map((line, row) => {
          expect(line).toBe(line.trimEnd());
          const [first, second, third] = cells[row]!;
          const at = line.indexOf(second, first.length);
          return [
            stringWidth(line.slice(0, at)),
            stringWidth(line.slice(0, line.indexOf(third, at + second.length))),
          ];
        });
        for (const start of starts) expect(start).toEqual(starts[0]);
      }),
    );
  });
});

describe('stateStyle', () => {
  test.each([
    ['Running', 'good'],
    ['Ready,SchedulingDisabled', 'good'],
    ['False', 'bad'],
    ['Migrating', 'busy'],
    ['Stopped', 'quiet'],
    ['<none>', 'quiet'],
    ['xen-rack-0', undefined],
    ['', undefined],
  ])('%s', (state, style) => {
    expect(stateStyle(state)).toBe(style);
  });
});
