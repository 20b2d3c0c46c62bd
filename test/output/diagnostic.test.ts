import { describe, expect, test } from 'vitest';
import { excerptOf, linesOf, type PlacedDiagnostic, renderDiagnostics } from '../../src/output/diagnostic.ts';

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');
const source = 'kind: Host\nmetadata:\n  name: desk-1\n\n\nspec:\n  hypervisor: virtualbox\n';
const hosted: PlacedDiagnostic = {
  severity: 'error',
  code: 'HOSTED_NEEDS_HOST_OS',
  message: 'host "desk-1": hypervisor "virtualbox" is Hosted, so spec.hostOS is required',
  path: '/spec/hypervisor',
  ...{ file: 'world/hosts.yaml', line: 7, column: 3 },
  help: 'add: hostOS: {name: ubuntu, version: "24.04"}',
  excerpt: excerptOf(linesOf(source), 7),
};
const unknown: PlacedDiagnostic = {
  severity: 'error',
  code: 'UNKNOWN_FIELD',
  message: '/spec/memroy is not a field of VirtualMachine; did you mean "memory"?',
  path: '/spec/memroy',
  ...{ file: 'world/vm.yaml', line: 12, column: 5 },
};
const warning: PlacedDiagnostic = {
  ...unknown,
  severity: 'warning',
  code: 'NOT_FOUND',
  help: 'apply it first\nor later',
};

describe('renderDiagnostics', () => {
  test('all at once, the place, the reason, the way out', () => {
    const outcome = 'nothing was applied';
    expect(renderDiagnostics([hosted, unknown, unknown], { outcome })).toBe(
      text(
        'world/hosts.yaml:7:3: error HOSTED_NEEDS_HOST_OS: host "desk-1": hypervisor "virtualbox" is Hosted, so spec.hostOS is required',
        '    6 | spec:',
        '    7 |   hypervisor: virtualbox',
        '      |   ^',
        '  add:  hostOS: {name: ubuntu, version: "24.04"}',
        'world/vm.yaml:12:5: error UNKNOWN_FIELD: /spec/memroy is not a field of VirtualMachine; did you mean "memory"?',
        'world/vm.yaml:12:5: error UNKNOWN_FIELD: /spec/memroy is not a field of VirtualMachine; did you mean "memory"?',
        '3 errors in 2 files; nothing was applied.',
      ),
    );
  });

  test.each([
    ['one', [hosted], '1 error in 1 file; nothing was applied.'],
    ['both', [hosted, warning, warning], '1 error and 2 warnings in 2 files; nothing was applied.'],
    ['warnings stop nothing', [warning], '1 warning in 1 file.'],
    ['without a file', [{ ...unknown, file: undefined }], '1 error; nothing was applied.'],
  ])('summary · %s', (_name, diagnostics, expected) => {
    const output = renderDiagnostics(diagnostics, { outcome: 'nothing was applied' });
    expect(output.trimEnd().split('\n').at(-1)).toBe(expected);
  });

  test('none · nothing', () => {
    expect(renderDiagnostics([], { outcome: 'nothing was applied' })).toBe('');
  });
});

/** What is printed of one diagnostic, without the summary. */
function textOf(diagnostic: PlacedDiagnostic, color = false): string {
  return renderDiagnostics([diagnostic], { color }).replace(/[^\n]*\n$/, '');
}

describe('one diagnostic', () => {
  test('help of several lines', () => {
    expect(textOf(warning).split('\n').slice(1)).toEqual(['  help: apply it first', '        or later', '']);
  });

  test.each([
    ['no column', { ...unknown, column: undefined }, 'world/vm.yaml:12: error'],
    ['no file', { ...unknown, file: undefined, line: undefined, column: undefined }, '/spec/memroy: error'],
    [
      'nothing',
      { ...unknown, file: undefined, line: undefined, column: undefined, path: '' },
      'error UNKNOWN',
    ],
  ])('place · %s', (_name, diagnostic, start) => {
    expect(textOf(diagnostic).startsWith(start)).toBe(true);
  });

  test('caret · under wide characters', () => {
    const wide = { ...unknown, ...{ line: 1, column: 8, excerpt: excerptOf(['名前: 七: x'], 1) } };
    expect(textOf(wide).split('\n')[2]).toBe('      |           ^');
  });

  test('colour · changes nothing else', () => {
    const colored = textOf(hosted, true);
    expect(colored).toContain('\u001b[31merror HOSTED_NEEDS_HOST_OS:\u001b[39m');
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(textOf(hosted));
  });
});

describe('excerptOf', () => {
  test.each([
    ['first line', 1, { firstLine: 1, lines: ['kind: Host'] }],
    ['third', 3, { firstLine: 2, lines: ['metadata:', '  name: desk-1'] }],
    ['past the end', 99, undefined],
    ['zero', 0, undefined],
  ])('%s', (_name, line, expected) => {
    expect(excerptOf(linesOf(source), line)).toEqual(expected);
  });
});

describe('a very long line', () => {
  const text = (column: number): string[] => {
    const line = `${'a'.repeat(column - 1)}X${'b'.repeat(50_000 - column)}`;
    const long = { ...unknown, line: 2, column, excerpt: excerptOf(['c'.repeat(5000), line], 2) };
    return renderDiagnostics([long]).split('\n').slice(1, 4);
  };

  test.each([1, 30, 200, 25_000, 49_990, 50_000])(
    'is cut around column %d, at which the caret stands',
    (column) => {
      const [before = '', line = '', caret = ''] = text(column);
      expect(before.length).toBeLessThan(220);
      expect(line.length).toBeLessThan(220);
      expect(line.charAt(caret.indexOf('^'))).toBe('X');
    },
  );

  test('a line of ordinary length is whole', () => {
    expect(
      renderDiagnostics([{ ...unknown, line: 1, column: 3, excerpt: excerptOf(['d'.repeat(200)], 1) }]),
    ).toContain('d'.repeat(200));
  });
});
