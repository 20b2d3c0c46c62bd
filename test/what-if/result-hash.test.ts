import { expect, test } from 'vitest';
import { contentOf } from '../../src/what-if/record.ts';
import { type KubeObject } from '../../src/model/object.ts';

const object = (uid: string, replicas = 1): KubeObject => ({
  apiVersion: 'vctl.dev/v1alpha1',
  kind: 'VirtualMachine',
  metadata: {
    ...{ name: 'web-0', namespace: 'default', uid, resourceVersion: uid },
    ownerReferences: [{ apiVersion: 'vctl.dev/v1alpha1', kind: 'VirtualMachinePool', name: 'web', uid }],
  },
  spec: { replicas },
});

const event = (uid: string, message = 'it runs'): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `web-0.${uid}`, namespace: 'default', uid },
    involvedObject: { kind: 'VirtualMachine', name: 'web-0', uid },
    message,
  }) as unknown as KubeObject;

test('what an object says does not follow from uids and versions', () => {
  expect(contentOf(object('a'))).toEqual(contentOf(object('b')));
  expect(contentOf(event('a'))).toEqual(contentOf(event('b')));
});

test('what it says otherwise tells two apart', () => {
  expect(contentOf(object('a', 2))).not.toEqual(contentOf(object('a', 1)));
  expect(contentOf(event('a', 'it stops'))).not.toEqual(contentOf(event('a')));
  expect(JSON.stringify(contentOf(object('a')))).toContain('web-0');
});
