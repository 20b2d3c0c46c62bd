import { describe, expect, test } from 'vitest';
import { parsePage } from './document.ts';

const page = (...lines: readonly string[]): ReturnType<typeof parsePage> => parsePage(lines.join('\n'));
const commandsOf = (...lines: readonly string[]): unknown =>
  page(...lines).pieces.flatMap((piece) =>
    piece.type === 'commands' ? piece.commands.map(({ line: _line, ...rest }) => rest) : [],
  );

describe('commands', () => {
  test('one a line or after &&, without npx and remarks', () => {
    expect(
      commandsOf('```sh', 'npx vctl get vm   # all', '', '# a remark', 'npm ci && vctl version', '```'),
    ).toEqual([
      { command: 'vctl get vm', exit: 0 },
      { command: 'npm ci', exit: 0 },
      { command: 'vctl version', exit: 0 },
    ]);
  });

  test('with their exceptions', () => {
    expect(
      commandsOf(
        '<!--',
        'skip: npm ci · no network',
        'exit 5: npx vctl apply -f x',
        '-->',
        '<!-- stop: vctl sync · created -->',
        '',
        '```sh',
        'npm ci && npx vctl apply -f x',
        'vctl sync',
        '```',
      ),
    ).toEqual([
      { command: 'npm ci', exit: 0, skip: 'no network' },
      { command: 'vctl apply -f x', exit: 5 },
      { command: 'vctl sync', exit: 0, stopAt: 'created' },
    ]);
  });
});

test('what is printed, files and figures, with their places', () => {
  const { pieces, problems } = page(
    '<!-- end of output: npx vctl get vm -->',
    '```',
    'web',
    '```',
    '<!-- file: a.yaml -->',
    '```yaml',
    'kind: Host',
    '```',
    '<!-- holds: a / b is from 1 to 2 -->',
    '<!-- play',
    '$ vctl version',
    '…',
    '-->',
  );
  expect(problems).toEqual([]);
  expect(pieces).toEqual([
    { type: 'output', line: 2, command: 'vctl get vm', extent: 'end', text: 'web', span: { from: 3, to: 3 } },
    { type: 'file', name: 'a.yaml', text: 'kind: Host\n' },
    { type: 'holds', line: 9, relation: 'a / b is from 1 to 2' },
    {
      type: 'play',
      line: 10,
      steps: [{ remark: '', command: 'vctl version', answer: '…' }],
    },
  ]);
});

test('code within the text, also over the end of a line', () => {
  expect(
    page('See `vctl', 'drain` and `--json`.', '', '```sh', 'vctl version', '```', 'Or `x`.').mentions,
  ).toEqual([
    { line: 1, text: 'vctl drain' },
    { line: 2, text: '--json' },
    { line: 7, text: 'x' },
  ]);
});

describe('is refused', () => {
  test.each([
    ['a block without a mark', ['```', 'web', '```'], '1: a block without a mark'],
    ['a block of another language without a mark', ['```yaml', 'a: 1', '```'], '1: a block without a mark'],
    ['an indented command', ['Do', '', '    vctl get vm'], '3: a command in an indented block'],
    ['a mark that is none', ['<!-- skpi: npm ci · x -->'], '1: not a mark: skpi'],
    [
      'a skip without a reason',
      ['<!-- skip: npm ci -->', '```sh', 'npm ci', '```'],
      '1: skip: COMMAND · and then why',
    ],
    [
      'a mark for no command',
      ['<!-- exit 2: vctl a -->', '```sh', 'vctl b', '```'],
      '1: no command below is: vctl a',
    ],
    [
      'a mark far from its block',
      ['<!-- output: vctl a -->', 'Text', '```', '```'],
      '1: a mark without a block',
    ],
    ['an exception above an output', ['<!-- exit 2: vctl a -->', '```', '```'], '1: exit is for commands'],
  ])('%s', (_name, lines, problem) => {
    expect(page(...lines).problems[0]).toContain(problem);
  });
});
