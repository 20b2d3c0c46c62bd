import { describe, expect, test } from 'vitest';
import { edit, type TextEditor } from '../../../src/app/apply/edit.ts';
import { type State } from '../../../src/app/state.ts';
import { ExitCode } from '../../../src/base/errors.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';
import { vm, xenHost } from '../../support/engine.ts';

/** A person who changes the text as told, one step each time that the editor opens, and then nothing more. */
class Person implements TextEditor {
  readonly path = '/where/it/is/kept';
  readonly seen: string[] = [];

  constructor(private readonly steps: readonly ((text: string) => string)[]) {}

  edit(text: string): Promise<string> {
    this.seen.push(text);
    return Promise.resolve(this.steps[this.seen.length - 1]?.(text) ?? text);
  }
}

function editVm(state: State, person: Person): ReturnType<typeof edit> {
  return edit(state, { kind: 'VirtualMachine', name: 'a', namespace: 'default', ...patient }, person);
}

const priority = (value: string) => (text: string) =>
  text.replace(/^ {2}priority: .*$/m, `  priority: ${value}`);

describe('edit', () => {
  test('writes what was changed and nothing else', async () => {
    const state = await stateWith(xenHost('one'), vm('a', '', 'app: a'));
    const person = new Person([priority('7')]);
    const { objects } = await editVm(state, person);
    expect(objects[0]?.action).toBe('patched');
    const after = await stored(state, 'VirtualMachine', 'a');
    expect(after?.spec).toMatchObject({ priority: 7 });
    expect(person.seen[0]).not.toMatch(/^status:|managedFields/m);
  });

  test.each<[string, (text: string) => string]>([
    ['saved as it was', (text) => text],
    ['emptied', () => ''],
    ['only comments left', (text) => text.replace(/^[^#].*\n/gm, '')],
  ])('cancelled: %s', async (_name, step) => {
    const state = await stateWith(xenHost('one'), vm('a'));
    const before = await state.store.revision();
    const { objects } = await editVm(state, new Person([step]));
    expect(objects[0]?.action).toBe('not changed');
    expect(await state.store.revision()).toBe(before);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['a value that is invalid', priority('[]'), /^# .*priority/m],
    ['no YAML', (text) => `${text}\n  {`, /^# line \d+, column \d+: /m],
    ['a new name', (text) => text.replace('name: a', 'name: b'), /metadata\.name cannot be patched/],
  ])('opens again with the reason on top: %s', async (_name, step, reason) => {
    const state = await stateWith(xenHost('one'), vm('a'));
    const person = new Person([step]);
    const before = await state.store.revision();
    await expect(editVm(state, person)).rejects.toMatchObject({
      nextSteps: expect.arrayContaining(['what you wrote is kept in /where/it/is/kept']) as unknown,
    });
    expect(person.seen).toHaveLength(2);
    expect(person.seen[1]).toMatch(reason);
    expect(await state.store.revision()).toBe(before);
  });

  test('a mended text is taken', async () => {
    const state = await stateWith(xenHost('one'), vm('a'));
    await editVm(state, new Person([priority('many'), priority('3')]));
    expect((await stored(state, 'VirtualMachine', 'a'))?.spec).toMatchObject({ priority: 3 });
  });

  test('an object that is not there', async () => {
    const state = await stateWith(xenHost('one'));
    await expect(editVm(state, new Person([]))).rejects.toMatchObject({ reason: 'NotFound' });
  });

  test('a refusal says usage', async () => {
    const state = await stateWith(xenHost('one'), vm('a'));
    await expect(editVm(state, new Person([priority('[]')]))).rejects.toMatchObject({
      exitCode: ExitCode.Usage,
    });
  });
});
