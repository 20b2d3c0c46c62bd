import { applyPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KubeObject } from '../../src/model/object.ts';
import { diffObjects, diffText } from '../../src/output/diff-text.ts';

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');
const vm = (cpu: string): KubeObject => ({
  apiVersion: 'vctl.dev/v1alpha1',
  kind: 'VirtualMachine',
  metadata: { name: 'web-0', namespace: 'saas' },
  spec: { mode: 'Para', resources: { cpu, memory: '2Gi' } },
});
const changed = text(
  '--- live/virtualmachine/saas/web-0',
  '+++ wanted/virtualmachine/saas/web-0',
  '@@ -6,5 +6,5 @@',
  ' spec:',
  '   mode: Para',
  '   resources:',
  '-    cpu: "1"',
  '+    cpu: "2"',
  '     memory: 2Gi',
);

describe('diffObjects', () => {
  test('changed', () => {
    expect(diffObjects(vm('1'), vm('2'))).toBe(changed);
  });

  test('the same · nothing', () => {
    expect(diffObjects(vm('1'), vm('1'))).toBe('');
    expect(diffObjects(undefined, undefined)).toBe('');
  });

  test('created and deleted', () => {
    const lines = ['apiVersion: v1', 'kind: Namespace', 'metadata:', '  name: saas'];
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'saas' } };
    expect(diffObjects(undefined, namespace)).toBe(
      text(
        '--- /dev/null',
        '+++ wanted/namespace/saas',
        '@@ -0,0 +1,4 @@',
        ...lines.map((line) => `+${line}`),
      ),
    );
    expect(diffObjects(namespace, undefined, { from: 'state' })).toBe(
      text(
        '--- state/namespace/saas',
        '+++ /dev/null',
        '@@ -1,4 +0,0 @@',
        ...lines.map((line) => `-${line}`),
      ),
    );
  });

  test('managed fields · only when asked for', () => {
    const owned = { ...vm('1'), metadata: { ...vm('1').metadata, managedFields: [] } };
    expect(diffObjects(vm('1'), owned)).toBe('');
    expect(diffObjects(vm('1'), owned, { showManagedFields: true })).toContain('+  managedFields: []\n');
  });

  test('context and colour', () => {
    const colored = diffObjects(vm('1'), vm('2'), { color: true });
    expect(colored).toContain('\u001b[31m-    cpu: "1"\u001b[39m\n\u001b[32m+    cpu: "2"\u001b[39m\n');
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(changed);
    expect(diffObjects(vm('1'), vm('2'), { context: 0 })).toContain(
      '@@ -9 +9 @@\n-    cpu: "1"\n+    cpu: "2"\n',
    );
  });
});

describe('diffText', () => {
  test('applied to the old text it gives the new one', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', '-x', '+y', '@@'), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, fc.nat({ max: 4 }), (old, now, context) => {
        const [before, after] = [text(...old), text(...now)];
        const patch = diffText(before, after, { context });
        if (before === after) expect(patch).toBe('');
        else expect(applyPatch(before, patch)).toBe(after);
      }),
    );
  });
});
