import { expect, test } from 'vitest';
import { commandNames, commandOf } from './in-process.ts';
import { lines } from './flag-lines.ts';

/** What `test/e2e/flags.test.ts` tries of its own for every command. */
const everyCommand: readonly string[] = ['state', 'json'];

/** Flags without a line of their own, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  'patch --type': 'the one value that it takes is its default',
  'apply --speed': 'tried against the wall clock in test/e2e/flags.test.ts',
  'sync --speed': 'tried against the wall clock in test/e2e/flags.test.ts',
};

const tried = new Map<string, Set<string>>();
for (const { line, what = line.split(' ')[0] ?? '', flags, refused = [] } of lines) {
  const names = tried.get(what) ?? new Set();
  tried.set(what, names);
  for (const name of Object.keys(flags)) names.add(name);
  for (const value of refused) {
    const [, name = ''] = /--(?:no-)?([a-z-]+)(?:$| [^-]*$)/.exec(value) ?? [];
    names.add(name);
  }
}

test.each(commandNames)('%s · each flag is tried, in each thing that the command does', async (name) => {
  const { flags = {} } = await commandOf(name);
  const things = [...tried].filter(([what]) => what.split(' ')[0] === name);
  expect(things).not.toEqual([]);
  const missing = things.flatMap(([what, names]) =>
    Object.keys(flags)
      .filter((flag) => !names.has(flag) && !everyCommand.includes(flag))
      .map((flag) => `${what} --${flag}`),
  );
  expect(missing.filter((one) => exceptions[one] === undefined)).toEqual([]);
});

test('no flag is tried that a command does not have, and no exception is left over', async () => {
  const known = new Set<string>();
  for (const name of commandNames) {
    for (const flag of Object.keys((await commandOf(name)).flags ?? {})) known.add(`${name} --${flag}`);
  }
  const named = [...tried].flatMap(([what, names]) =>
    [...names].map((flag) => `${what.split(' ')[0]} --${flag}`),
  );
  expect([...named, ...Object.keys(exceptions)].filter((one) => !known.has(one))).toEqual([]);
});
