import { describe, expect, test } from 'vitest';
import { changeObjects, keyIn, withAnnotations } from '../../../src/app/apply/act.ts';
import { type KubeObject } from '../../../src/model/object.ts';
import { xenHost } from '../../support/engine.ts';
import { stateWith, stored } from '../../support/applied-state.ts';
import { applyText } from '../../support/state.ts';

const host = keyIn('Host', 'one', 'ignored');

function unschedulable(object: KubeObject): KubeObject {
  return { ...object, spec: { ...(object.spec as object), unschedulable: true } };
}

describe('changing an object', () => {
  test('a changed field belongs to the command line, and the next apply takes it back without a conflict', async () => {
    const state = await stateWith(xenHost('one'));
    const [changed] = await changeObjects(state, [{ key: host, action: 'cordoned', change: unschedulable }]);
    expect(changed).toMatchObject({ name: 'host.vctl.dev/one', action: 'cordoned' });
    const entries = (await stored(state, 'Host', 'one'))?.metadata.managedFields ?? [];
    expect(entries.filter(({ operation }) => operation === 'Update').map(({ manager }) => manager)).toEqual([
      'vctl',
    ]);
    await applyText(state, xenHost('one', 'unschedulable: false'));
    expect((await stored(state, 'Host', 'one'))?.spec.unschedulable).toBe(false);
  });

  test('nothing to change · no write', async () => {
    const state = await stateWith(xenHost('one'));
    const before = await state.store.revision();
    const [same] = await changeObjects(state, [
      { key: host, action: 'x', change: (object) => ({ ...object }) },
    ]);
    expect(same?.action).toBe('unchanged');
    expect(await state.store.revision()).toBe(before);
  });

  test('somebody else writes in between · read and changed again, both changes stay', async () => {
    const state = await stateWith(xenHost('one'));
    let others = 2;
    const get = state.store.get.bind(state.store);
    state.store.get = async (key) => {
      const object = await get(key);
      if (object && others-- > 0) {
        const noted = withAnnotations(object, { other: String(others) });
        await state.store.commit({ writes: [{ type: 'update', object: noted }], nowMs: state.epochMs });
      }
      return object;
    };
    await changeObjects(state, [{ key: host, action: 'cordoned', change: unschedulable }]);
    const after = await stored(state, 'Host', 'one');
    expect(after?.spec.unschedulable).toBe(true);
    expect(after?.metadata.annotations).toEqual({ other: '0' });
  });

  test('what admission refuses is not written, nor is what was asked for with it', async () => {
    const state = await stateWith(xenHost('one'), xenHost('two'));
    const spoil = (object: KubeObject): KubeObject => ({ ...object, spec: { hypervisor: 'xen' } });
    const edits = [
      { key: host, action: 'x', change: unschedulable },
      { key: keyIn('Host', 'two', ''), action: 'x', change: spoil },
    ];
    await expect(changeObjects(state, edits)).rejects.toMatchObject({ reason: 'Invalid' });
    expect((await stored(state, 'Host', 'one'))?.spec.unschedulable).toBe(false);
  });

  test('the last annotation taken away · none is left', async () => {
    const object: KubeObject = {
      apiVersion: 'v',
      kind: 'k',
      metadata: { name: 'n', annotations: { a: '1' } },
    };
    expect(withAnnotations(object, { a: undefined }).metadata.annotations).toBeUndefined();
  });
});
