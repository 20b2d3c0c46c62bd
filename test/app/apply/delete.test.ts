import { describe, expect, test } from 'vitest';
import { deleteObjects, type DeleteRequest } from '../../../src/app/apply/delete.ts';
import { ExitCode } from '../../../src/base/errors.ts';
import { vm, xenHost } from '../../support/engine.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';

function request(...resources: string[]): DeleteRequest {
  return {
    resources,
    paths: [],
    recursive: false,
    all: false,
    namespace: 'default',
    propagation: 'Background',
    ignoreNotFound: false,
    dryRun: false,
    force: false,
    ...patient,
  };
}

const world = [xenHost('one'), vm('a', '', 'app: a'), vm('b', '', 'app: b')];

describe('delete', () => {
  test('by name · gone when it returns, and so is the machine', async () => {
    const state = await stateWith(...world);
    const report = await deleteObjects(state, request('vm/a'));
    expect(report.run?.outcome).toEqual({ type: 'settled' });
    expect(report.unmet).toEqual([]);
    expect(await stored(state, 'VirtualMachine', 'a')).toBeUndefined();
    expect((await stored(state, 'Host', 'one'))?.status?.virtualMachines).toBe(1);
  });

  test.each<[string, Partial<DeleteRequest>, string[]]>([
    ['labels', { resources: ['vm'], selector: 'app=b' }, ['virtualmachine.vctl.dev/b']],
    [
      'a whole kind',
      { resources: ['vm'], all: true },
      ['virtualmachine.vctl.dev/a', 'virtualmachine.vctl.dev/b'],
    ],
    [
      'all of a namespace · no hosts, no hypervisors',
      { resources: ['all'], all: true },
      ['virtualmachine.vctl.dev/a', 'virtualmachine.vctl.dev/b'],
    ],
    [
      'a file, valid or not',
      {
        resources: [],
        paths: ['-'],
        stdin: 'apiVersion: vctl.dev/v1alpha1\nkind: VirtualMachine\nmetadata: {name: a}\n',
      },
      ['virtualmachine.vctl.dev/a'],
    ],
    ['the same twice', { resources: ['vm/a', 'VirtualMachine/a'] }, ['virtualmachine.vctl.dev/a']],
    [
      'missing ones ignored',
      { resources: ['vm', 'a', 'nope'], ignoreNotFound: true },
      ['virtualmachine.vctl.dev/a'],
    ],
  ])('%s', async (_name, asked, names) => {
    const state = await stateWith(...world);
    const report = await deleteObjects(state, { ...request(), ...asked });
    expect(report.objects.map(({ name }) => name)).toEqual(names);
    expect((await state.store.list('VirtualMachine')).items).toHaveLength(2 - names.length);
  });

  test('dry run · nothing goes', async () => {
    const state = await stateWith(...world);
    const before = await state.store.revision();
    const report = await deleteObjects(state, { ...request('vm/a'), dryRun: true });
    expect(report.objects.map(({ action }) => action)).toEqual(['deleted']);
    expect(await state.store.revision()).toBe(before);
  });

  test.each<[string, Partial<DeleteRequest>, ExitCode]>([
    ['the namespace default', { resources: ['ns/default'] }, ExitCode.Refused],
    ['the namespace default, by force', { resources: ['ns/default'], force: true }, ExitCode.Refused],
    ['a hypervisor in use', { resources: ['hv/xen'] }, ExitCode.Refused],
    ['no name', { resources: ['vm'] }, ExitCode.Usage],
    ['names and labels', { resources: ['vm/a'], selector: 'app=a' }, ExitCode.Usage],
    ['names in all namespaces', { resources: ['vm/a'], namespace: undefined }, ExitCode.Usage],
    ['files and names', { resources: ['vm/a'], paths: ['-'], stdin: '' }, ExitCode.Usage],
    ['a file without a name', { resources: [], paths: ['-'], stdin: 'kind: Host' }, ExitCode.Usage],
  ])('refused: %s', async (_name, asked, exitCode) => {
    const state = await stateWith(...world);
    const before = await state.store.revision();
    await expect(deleteObjects(state, { ...request(), ...asked })).rejects.toMatchObject({ exitCode });
    expect(await state.store.revision()).toBe(before);
  });

  test.each<[string, Partial<DeleteRequest>]>([
    ['nobody uses it', { resources: ['hv/kvm'] }],
    ['its hosts go along', { resources: ['hv/xen', 'host/one'] }],
    ['by force', { resources: ['hv/xen'], force: true }],
  ])('a hypervisor may go: %s', async (_name, asked) => {
    const state = await stateWith(xenHost('one'));
    const report = await deleteObjects(state, { ...request(), ...asked });
    expect(report.unmet).toEqual([]);
  });

  test('a host whose VMs have nowhere to go · says what it waits for', async () => {
    const state = await stateWith(...world);
    const report = await deleteObjects(state, { ...request('host/one'), timeout: '2m' });
    expect(report.unmet).toHaveLength(1);
    expect(report.unmet?.[0]).toMatch(/^ho\/one is marked for deletion and still there: 2 VMs have to leave/);
  });
});

describe('delete -f', () => {
  const inFiles = (...names: string[]): DeleteRequest => ({
    ...request(),
    paths: ['-'],
    stdin: names
      .map((name) => `apiVersion: vctl.dev/v1alpha1\nkind: VirtualMachine\nmetadata: {name: ${name}}\n`)
      .join('---\n'),
  });

  test('repeated after half of it was done · the rest goes, and what is not there is named', async () => {
    const state = await stateWith(...world);
    await deleteObjects(state, request('vm/a'));
    const report = await deleteObjects(state, inFiles('a', 'b'));
    expect(report.objects.map(({ name }) => name)).toEqual(['virtualmachine.vctl.dev/b']);
    expect(report.warnings).toEqual(['virtualmachine.vctl.dev/a is not there: nothing to delete']);
    expect(await stored(state, 'VirtualMachine', 'b')).toBeUndefined();
  });

  test('of what is not there at all · NotFound, unless that is asked for', async () => {
    const state = await stateWith(...world);
    await expect(deleteObjects(state, inFiles('x', 'y'))).rejects.toMatchObject({ reason: 'NotFound' });
    const report = await deleteObjects(state, { ...inFiles('a', 'x'), ignoreNotFound: true });
    expect(report).toMatchObject({ objects: [{ name: 'virtualmachine.vctl.dev/a' }], warnings: [] });
  });
});
