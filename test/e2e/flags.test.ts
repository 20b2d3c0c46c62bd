/**
 * Every flag of every command does something: command lines that differ in it alone come to different ends, told by
 * what they print, the exit code, the files and the objects that they leave behind. Of a command that does several
 * things each is tried, as one may hear a flag that another does not: that one has to refuse it. That no flag is left
 * out, `test/declared/flag-lines.test.ts` sees to.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openState, worldTime } from '../../src/app/state.ts';
import { ExitCode } from '../../src/base/errors.ts';
import { listDirectory } from '../../src/base/listing.ts';
import { kindNames } from '../../src/model/kinds/index.ts';
import { GitRepo } from '../support/git-repo.ts';
import { callVctl, commandOf } from '../declared/in-process.ts';
import { files } from '../declared/flag-files.ts';
import { type Lines, lines, states } from '../declared/flag-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'vctl-flags-'));
const repo = new GitRepo();
afterAll(() => {
  rmSync(folder, { recursive: true });
  repo.dispose();
});

for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, 'files', name)), { recursive: true });
  writeFileSync(join(folder, 'files', name), text);
}
repo.commit({ 'one.yaml': files['repo/one.yaml'] });
repo.git('tag', 'v1');
repo.commit({ 'deep/two.yaml': files['repo/deep/two.yaml'], 'three.yaml': files['nameless.yaml'] });
process.env['VISUAL'] = "sed -i 's/build: one/build: nine/'";

interface End {
  readonly exit: number;
  readonly stdout: string;
  /** All that the line came to. */
  readonly text: string;
  /** World time of the state that it leaves behind, ms. */
  readonly worldMs: number;
}

let runs = 0;

/** Runs a line in a state of its own, a copy of the one named. */
async function run(state: string, line: string): Promise<End> {
  const own = join(folder, `run-${runs++}`);
  mkdirSync(join(own, 'out'), { recursive: true });
  const begin = await prepared(state);
  if (existsSync(begin)) cpSync(begin, join(own, 'state'), { recursive: true });
  const words = [...line.split(' ').map((word) => place(word, own)), '--state', join(own, 'state')];
  const { stdout, stderr, exit } = await callVctl(words, isEndless(line) ? { interruptAfterMs: 700 } : {});
  const { objects, worldMs } = await stateOf(join(own, 'state'));
  const parts = [stdout, '--- stderr', stderr, '--- files', ...contents(join(own, 'out')), '--- state'];
  const said = [...parts, objects].join('\n').replaceAll(own, '$OWN');
  rmSync(own, { recursive: true });
  const ending = `[exit ${exit}${isEndless(line) ? ' at Ctrl-C' : ''}]`;
  return { exit, stdout, text: `${ending}\n${steady(said)}`, worldMs };
}

const ready = new Map<string, Promise<string>>();

/** The folder of a state, made when it is first asked for. */
function prepared(name: string): Promise<string> {
  const known = ready.get(name);
  if (known) return known;
  const making = prepare(name);
  ready.set(name, making);
  return making;
}

/** A word of a line with the folders that it names; `own` is the line's own. */
function place(word: string, own: string): string {
  return word
    .replace('$DIR', join(folder, 'files'))
    .replace('$OUT', join(own, 'out'))
    .replace('$REPO', repo.dir);
}

async function succeed(words: readonly string[]): Promise<void> {
  const { exit, stderr } = await callVctl(words);
  if (exit !== 0) throw new Error(`${words.join(' ')}: exit ${exit}\n${stderr}`);
}

async function prepare(name: string): Promise<string> {
  const path = join(folder, `state-${name}`);
  const made = states[name];
  if (!made) throw new Error(`there is no state ${name}`);
  const { after, lines: before } = made;
  if (after !== undefined) cpSync(await prepared(after), path, { recursive: true });
  for (const line of before) {
    const words = line.split(' ').map((word) => place(word, path));
    if (words[0] === 'rm') rmSync(words[1] ?? '');
    else await succeed([...words, '--state', path]);
  }
  return path;
}

function contents(path: string): string[] {
  return listDirectory(path).flatMap(({ name, isDirectory }) =>
    isDirectory ? contents(join(path, name)) : [name, readFileSync(join(path, name), 'utf8')],
  );
}

/** What stands for all objects of a state, and its world time. */
async function stateOf(path: string): Promise<{ readonly objects: string; readonly worldMs: number }> {
  const state = await openState({ path, create: false });
  const all = await Promise.all(kindNames.map(async (kind) => (await state.store.list(kind)).items));
  const worldMs = await worldTime(state);
  await state.store.close();
  return { objects: createHash('sha256').update(JSON.stringify(all)).digest('hex'), worldMs };
}

/** Leaves out what differs with the wall clock. */
function steady(text: string): string {
  return text
    .replace(/\d+\.\d+ s here/g, 'here')
    .replace(/of world time in \d+\.\d+ s/g, 'of world time')
    .replace(/passed in [\d.]+ s \([\d,.]+ x\)/g, 'passed')
    .replace(/"wallMs":\s*[\d.]+/g, '');
}

const known = new Map<string, Promise<End>>();

/** The end of a line; one that is asked for again is not run again. */
function endOf({ state = 'world' }: Lines, line: string): Promise<End> {
  const key = `${state} ${line}`;
  const end = known.get(key) ?? run(state, line);
  known.set(key, end);
  return end;
}

/** True for lines that go on until Ctrl-C. */
function isEndless(line: string): boolean {
  return / --(watch|speed 1x)\b/.test(line) || (/^sync\b(?! [a-z])/.test(line) && !/ --once\b/.test(line));
}

describe.each(lines.map((one) => [`${one.what ?? ''} ${one.line}`, one] as const))('%s', (_name, one) => {
  test('comes to the same end when it is run again', async () => {
    if (isEndless(one.line)) return;
    const [first = ''] = Object.values(one.flags)[0] ?? [];
    const line = `${one.line} ${first}`.trim();
    expect((await run(one.state ?? 'world', line)).text).toBe((await endOf(one, line)).text);
  });

  test.each(Object.entries(one.flags))('--%s', async (_flag, values) => {
    const seen = new Map<string, string>();
    for (const value of values) {
      const line = `${one.line} ${value}`.trim();
      const { exit, text } = await endOf(one, line);
      if (exit === Number(ExitCode.Usage) && !one.mayFail) expect.fail(`${line}\nis refused: ${text}`);
      const twin = seen.get(text);
      if (twin !== undefined) expect.fail(`${twin}\n${line}\ncome to the same end: ${text.slice(0, 2000)}`);
      seen.set(text, line);
    }
  });

  test.each(one.refused ?? [])('%s is refused', async (value) => {
    const { exit, text } = await endOf(one, `${one.line} ${value}`);
    expect(exit, text).toBe(ExitCode.Usage);
    expect(text).toContain(/--[a-z-]+(?=[^-]*$)/.exec(value)?.[0].replace('--no-', '--'));
  });
});

describe('world time against the wall clock', () => {
  test.each([
    ['apply', 'world', 'apply -f $DIR/nameless.yaml --watch'],
    ['sync', 'nothing', 'sync --repo $REPO'],
  ])('%s --speed', async (_name, state, line) => {
    // Half a second or so of it.
    const [slow, fast] = [await run(state, `${line} --speed 1x`), await run(state, `${line} --speed max`)];
    expect(fast.worldMs - slow.worldMs).toBeGreaterThan(60_000);
  });
});

describe('--json prints one document of JSON, whatever comes of it', () => {
  const each = new Map(lines.map((one) => [one.what ?? one.line.split(' ')[0], one] as const));
  test.each([...each])('%s', async (_name, { state = 'world', line, flags }) => {
    if (isEndless(line) || !(await commandOf(line.split(' ')[0] ?? '')).enableJsonFlag) return;
    const [first = ''] = Object.values(flags)[0] ?? [];
    const { stdout } = await run(state, `${line} ${first} --json`.replace('  ', ' '));
    expect(() => JSON.parse(stdout) as unknown, stdout).not.toThrow();
  });
});
