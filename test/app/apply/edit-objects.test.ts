import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { init } from '../../../src/app/init.ts';
import { type MetadataRequest, setMetadata, sortWords } from '../../../src/app/apply/metadata.ts';
import { patch } from '../../../src/app/apply/patch.ts';
import { runApply } from '../../../src/app/apply/run-apply.ts';
import { memoryState, type State } from '../../../src/app/state.ts';
import { ExitCode } from '../../../src/base/errors.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';
import { vm, xenHost } from '../../support/engine.ts';

function label(state: State, words: string, more: Partial<MetadataRequest> = {}): Promise<unknown> {
  return setMetadata(state, {
    ...{
      field: 'labels',
      words: words.split(words.includes('|') ? '|' : ' '),
      all: false,
      namespace: 'default',
      overwrite: false,
    },
    ...patient,
    ...more,
  });
}

describe('label and annotate', () => {
  test.each<[string, string, Partial<MetadataRequest>, object]>([
    ['adds', 'vm/a new=1', {}, { app: 'a', new: '1' }],
    ['adds by kind and name', 'vm a new=', {}, { app: 'a', new: '' }],
    ['takes away', 'vm/a app-', {}, {}],
    ['keeps the same value', 'vm/a app=a', {}, { app: 'a' }],
    ['overwrites when told', 'vm/a app=b', { overwrite: true }, { app: 'b' }],
    ['by labels', 'vm x=1', { selector: 'app=a' }, { app: 'a', x: '1' }],
    ['the same twice', 'vm/a x=1 x=1', {}, { app: 'a', x: '1' }],
    ['any name', 'vm/a constructor=1', {}, { app: 'a', constructor: '1' }],
    ['all of a kind', 'vm x=1', { all: true }, { app: 'a', x: '1' }],
    ['annotates', 'vm/a note=a=b', { field: 'annotations' }, { app: 'a' }],
  ])('%s', async (_name, words, more, labels) => {
    const state = await stateWith(xenHost('one'), vm('a', '', 'app: a'));
    await label(state, words, more);
    const { metadata } = (await stored(state, 'VirtualMachine', 'a'))!;
    expect(metadata.labels ?? {}).toEqual(labels);
    if (more.field === 'annotations') expect(metadata.annotations).toEqual({ note: 'a=b' });
  });

  test.each<[string, string, object]>([
    ['another value', 'vm/a app=b', { exitCode: ExitCode.Conflict }],
    ['a value that is too long', `vm/a x=${'y'.repeat(64)}`, { reason: 'Invalid' }],
    ['a value that is no label value', 'vm/a x=-y', { reason: 'Invalid' }],
    ['no change', 'vm/a', { exitCode: ExitCode.Usage }],
    ['two values for one key', 'vm/a x=1 x=2', { exitCode: ExitCode.Usage }],
    ['a value and its removal', 'vm/a x=1 x-', { exitCode: ExitCode.Usage }],
    ['a bad key', 'vm/a a/b/c=1', { reason: 'Invalid' }],
    ['a key with a space', 'vm/a|a b=1', { reason: 'Invalid' }],
    ['a whole kind by mistake', 'vm x=1', { exitCode: ExitCode.Usage }],
    ['no such object', 'vm/nope x=1', { reason: 'NotFound' }],
  ])('refused: %s', async (_name, words, error) => {
    const state = await stateWith(xenHost('one'), vm('a', '', 'app: a'));
    const before = await state.store.revision();
    await expect(label(state, words)).rejects.toMatchObject(error);
    expect(await state.store.revision()).toBe(before);
  });

  test('changes are told from names', () => {
    expect(sortWords(['vm', 'web-0', 'a=b=c', 'old-', '-'])).toEqual({
      resources: ['vm', 'web-0', '-'],
      changes: new Map([
        ['a', 'b=c'],
        ['old', undefined],
      ]),
    });
  });
});

describe('patch', () => {
  const request = { kind: 'VirtualMachine', name: 'a', namespace: 'default', ...patient } as const;

  test('merges, fills defaults again, and the world follows', async () => {
    const state = await stateWith(xenHost('one'), vm('a', 'priority: 5'));
    await patch(state, { ...request, patch: 'spec: {resources: {cpu: 2}, priority: null}' });
    const after = await stored(state, 'VirtualMachine', 'a');
    expect(after).toMatchObject({
      spec: { priority: 0, resources: { memory: '2Gi' } },
      status: { phase: 'Running' },
    });
    expect(String(after?.status?.resources?.cpu)).toBe('2');
  });

  test('what apply would only warn about · done, with the warning', async () => {
    const state = await stateWith(xenHost('one'));
    const report = await patch(state, {
      ...request,
      kind: 'Host',
      name: 'one',
      patch: '{"spec": {"hypervisor": "nope"}}',
    });
    expect(report.warnings).toEqual([expect.stringContaining('nope')]);
  });

  test.each<[string, string, RegExp]>([
    ['not YAML', '{', /cannot be read/],
    ['no object', 'text', /no object/],
    ['the status', 'status: {phase: Running}', /status cannot be patched/],
    ['the name', 'metadata: {name: b}', /metadata.name cannot be patched/],
    ['an unknown field', 'spec: {memroy: 1}', /UNKNOWN_FIELD/],
    [
      'an unknown field that is to go',
      'spec: {memroy: null}',
      /spec\/memroy is not a field of VirtualMachine/,
    ],
    ['a field glued to its value', '{spec:{priority:5}}', /write priority: 5, with a space after the colon/],
    ['a wrong value', 'spec: {runPolicy: Sometimes}', /runPolicy/],
    ['what beside others is wrong', 'spec: {mode: Para, guest: {paravirtualized: false}}', /paravirtualiz/],
  ])('refused: %s', async (_name, text, message) => {
    const state = await stateWith(xenHost('one'), vm('a'));
    const before = await state.store.revision();
    const asked = patch(state, { ...request, patch: text });
    await expect(asked).rejects.toThrow(message);
    await expect(asked).rejects.toMatchObject({ exitCode: ExitCode.Usage });
    expect(await state.store.revision()).toBe(before);
  });
});

describe('init', () => {
  const root = join(import.meta.dirname, '..', '..', '..');
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vctl-init-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('what it writes can be applied as it is, and names a schema that is there', async () => {
    const { files } = init(join(folder, 'new'), root);
    expect(files).toEqual(['README.md', 'hosts.yaml', 'scaling.yaml', 'shop.yaml', 'traffic.yaml']);
    for (const file of files.filter((name) => name.endsWith('.yaml'))) {
      const text = readFileSync(join(folder, 'new', file), 'utf8');
      const schema = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1] ?? '';
      expect(readFileSync(join(folder, 'new', schema), 'utf8')).toContain('$schema');
    }
    const state = await memoryState();
    const report = await runApply(state, {
      ...{ paths: [join(folder, 'new')], recursive: false, force: false, prune: false, dryRun: 'none' },
      ...patient,
    });
    expect(report.diagnostics).toEqual([]);
    expect(report.run).toMatchObject({ outcome: { type: 'settled' }, summary: { problems: [] } });
  });

  test('one of the files is there · nothing is written', () => {
    writeFileSync(join(folder, 'shop.yaml'), 'mine');
    expect(() => init(folder, root)).toThrow(expect.objectContaining({ exitCode: ExitCode.Refused }));
    expect(readdirSync(folder)).toEqual(['shop.yaml']);
    expect(readFileSync(join(folder, 'shop.yaml'), 'utf8')).toBe('mine');
  });
});
