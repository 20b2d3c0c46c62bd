import { describe, expect, test } from 'vitest';
import { completionScript } from '../../src/cli/completion.ts';
import { nearestCommand, surplusArgument } from '../../src/cli/not-found.ts';

const input = {
  bin: 'vctl',
  kinds: ['vm', 'ho'],
  commands: [
    { id: 'advance', summary: 'Let time pass.', flags: [] },
    {
      id: 'drain',
      summary: "Empty a host; don't hurry.",
      flags: [{ name: 'dry-run', summary: 'Only say.' }],
    },
    { id: 'get', summary: 'List.', flags: [{ name: 'output', char: 'o', summary: 'Format.' }] },
  ],
};

describe('completion', () => {
  test('bash · commands, their flags in both spellings, kinds, names', () => {
    const script = completionScript('bash', input);
    expect(script).toContain('words="advance drain get"');
    expect(script).toContain('get) words="--output -o" ;;');
    expect(script).toContain('drain) words="$(_vctl_names host)" ;;');
    expect(script).toContain('words="vm ho"');
    expect(script).toContain('complete -o default -F _vctl vctl');
  });

  test('zsh · the same through its emulation of bash', () => {
    expect(completionScript('zsh', input)).toMatch(/bashcompinit\n_vctl_names\(\)/);
  });

  test('fish · quotes what it says, and offers no words where none belong', () => {
    const lines = completionScript('fish', input).split('\n');
    expect(lines).toContain(
      "complete -c vctl -n __fish_use_subcommand -f -a drain -d 'Empty a host; don\\'t hurry.'",
    );
    expect(lines).toContain(
      "complete -c vctl -n '__fish_seen_subcommand_from get' -s o -l output -d 'Format.'",
    );
    expect(lines).toContain("complete -c vctl -n '__fish_seen_subcommand_from get' -f -a 'vm ho'");
    expect(lines.filter((line) => line.includes('seen_subcommand_from advance'))).toEqual([]);
  });
});

test.each([
  ['aply', 'apply'],
  ['gte', 'get'],
  ['get', 'get'],
  ['simulation', undefined],
  ['x', undefined],
])('nearest to %s: %s', (word, nearest) => {
  expect(nearestCommand(word, ['get', 'apply', 'describe'])).toBe(nearest);
});

test.each([
  ['apply:world.yaml', { command: 'apply', argument: 'world.yaml' }],
  ['apply:a:b', { command: 'apply', argument: 'a:b' }],
  ['aply:world.yaml', undefined],
  ['aply', undefined],
])('a word too many in %s', (id, expected) => {
  expect(surplusArgument(id, ['apply', 'get'])).toEqual(expected);
});
