import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventLines, refusalOf } from '../../../src/app/watch/event-text.ts';
import { type Scan, WatchSession } from '../../../src/app/watch/session.ts';
import { memoryState, type State } from '../../../src/app/state.ts';
import { xenHost as bareHost } from '../../support/engine.ts';
import { stored } from '../../support/applied-state.ts';

const xenHost = (name: string): string => `apiVersion: vctl.dev/v1alpha1\n${bareHost(name)}`;

let folder: string;
let state: State;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vctl-watch-'));
  state = await memoryState();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const remove = (name: string): void => rmSync(join(folder, name));
const hostThere = async (name: string): Promise<boolean> => (await stored(state, 'Host', name)) !== undefined;

function session(prune: boolean): WatchSession {
  return new WatchSession(state, {
    ...{ paths: [folder], recursive: false, force: false, prune, dryRun: 'none', wait: false },
    timeout: '5m',
  });
}

function linesOf(scan: Scan): string {
  return eventLines({ type: 'Scan', scan }, false).join('\n');
}

describe('what a watch makes of its files', () => {
  test('a new file is applied, the same files again change nothing', async () => {
    const watch = session(false);
    write('a.yaml', xenHost('a'));
    expect(linesOf(await watch.scan())).toBe('host.vctl.dev/a created');
    const revision = await state.store.revision();
    expect(linesOf(await watch.scan())).toBe('nothing to change');
    expect(await state.store.revision()).toBe(revision);
    write('b.yaml', xenHost('b'));
    expect(linesOf(await watch.scan())).toBe('host.vctl.dev/b created');
  });

  test('a file that becomes invalid · the last good state stays, the place is told, the next save mends it', async () => {
    const watch = session(true);
    write('a.yaml', xenHost('a'));
    await watch.scan();
    const revision = await state.store.revision();
    write('a.yaml', `${xenHost('a')}\nstray: [`);
    const refused = await watch.scan();
    expect(linesOf(refused)).toMatch(/a\.yaml:\d+:\d+: error YAML_SYNTAX/);
    expect(linesOf(refused)).toContain('what was applied before stays');
    expect(refusalOf(refused)).toMatch(/^invalid, what was applied before stays: .*a\.yaml:\d+:\d+ /);
    expect(await state.store.revision()).toBe(revision);
    write('a.yaml', xenHost('a'));
    const recovered = await watch.scan();
    expect(linesOf(recovered)).toContain('the files are valid again');
    expect(refusalOf(recovered)).toBeUndefined();
  });

  test('a file that has gone · pruned only when a second look confirms it', async () => {
    const watch = session(true);
    write('a.yaml', xenHost('a'));
    write('b.yaml', xenHost('b'));
    await watch.scan();
    remove('b.yaml');
    expect(linesOf(await watch.scan())).toBe(
      'host.vctl.dev/b is in no file any more: pruned, unless it comes back',
    );
    expect(await hostThere('b')).toBe(true);
    expect(linesOf(await watch.scan())).toBe('host.vctl.dev/b pruned');
    expect((await stored(state, 'Host', 'b'))?.metadata.deletionTimestamp ?? 'gone').toBeTruthy();
  });

  test('a file that is gone for a moment only · nothing is pruned', async () => {
    const watch = session(true);
    write('a.yaml', xenHost('a'));
    write('b.yaml', xenHost('b'));
    await watch.scan();
    remove('b.yaml');
    await watch.scan();
    write('b.yaml', xenHost('b'));
    expect(linesOf(await watch.scan())).toBe('nothing to change');
    // Another one goes: that is a new suspicion, not the second look at the old one.
    remove('b.yaml');
    expect(await watch.scan()).toMatchObject({ type: 'Applied', confirming: true, objects: [] });
    expect(await hostThere('b')).toBe(true);
  });

  test('an error on the second look · nothing is pruned', async () => {
    const watch = session(true);
    write('a.yaml', xenHost('a'));
    write('b.yaml', xenHost('b'));
    await watch.scan();
    remove('b.yaml');
    await watch.scan();
    write('a.yaml', 'kind: [');
    expect((await watch.scan()).type).toBe('Refused');
    expect(await hostThere('b')).toBe(true);
  });

  test('without --prune, what has gone stays and is named', async () => {
    const watch = session(false);
    write('a.yaml', xenHost('a'));
    write('b.yaml', xenHost('b'));
    await watch.scan();
    remove('b.yaml');
    for (let look = 0; look < 3; look++) {
      expect(linesOf(await watch.scan())).toContain('it stays (--prune deletes such objects)');
    }
    expect(await hostThere('b')).toBe(true);
  });

  test('all files gone · refused, nothing is pruned', async () => {
    const watch = session(true);
    write('a.yaml', xenHost('a'));
    await watch.scan();
    remove('a.yaml');
    expect((await watch.scan()).type).not.toBe('Applied');
    expect((await watch.scan()).type).not.toBe('Applied');
    expect(await hostThere('a')).toBe(true);
  });
});
