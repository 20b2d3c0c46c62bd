import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type KindTable, type PrinterColumn } from '../../src/model/kinds/columns.ts';
import { type KubeObject } from '../../src/model/object.ts';
import { parseOutputFormat } from '../../src/output/format.ts';
import { type ObjectsContext, renderObjects } from '../../src/output/objects.ts';

interface Vm extends KubeObject {
  readonly status?: { readonly phase?: string; readonly host?: string };
}

const phase: PrinterColumn<Vm> = { name: 'Phase', value: (vm) => vm.status?.phase ?? '', state: true };
const host: PrinterColumn<Vm> = { name: 'Host', value: (vm) => vm.status?.host ?? '', wide: true };
const lastSeen: PrinterColumn = { name: 'Last Seen', value: () => '5s' };
const tables: Readonly<Record<string, KindTable>> = {
  VirtualMachine: { columns: [phase, host] },
  Event: { columns: [lastSeen], hideName: true, hideAge: true },
};

const web: KubeObject = {
  kind: 'VirtualMachine',
  apiVersion: 'vctl.dev/v1alpha1',
  status: { phase: 'Running', host: 'desk-1' },
  spec: { runPolicy: 'Always', mode: 'Para' },
  metadata: {
    managedFields: [],
    uid: 'u-1',
    labels: { tier: 'front', app: 'web' },
    namespace: 'saas',
    name: 'web-0',
    creationTimestamp: '2000-01-01T00:00:00Z',
  },
};
const fresh: KubeObject = {
  apiVersion: 'vctl.dev/v1alpha1',
  kind: 'VirtualMachine',
  metadata: { name: 'a-longer-name', namespace: 'saas' },
};
const namespace: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'saas', creationTimestamp: '2000-01-01T00:01:00Z' },
};

function render(
  objects: readonly KubeObject[],
  format: string,
  context: Partial<ObjectsContext> = {},
): string {
  const all: ObjectsContext = {
    nowMs: Date.UTC(2000, 0, 1, 0, 3, 20),
    tableOf: (kind) => tables[kind],
    single: false,
    ...context,
  };
  return [...renderObjects(objects, parseOutputFormat(format), all)].join('');
}

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');

describe('tables', () => {
  test('one kind · name, its columns, age', () => {
    expect(render([web, fresh], 'table')).toBe(
      text(
        'NAME            PHASE     AGE',
        'web-0           Running   3m20s',
        'a-longer-name   <none>    <unknown>',
      ),
    );
  });

  test('wide · further columns after the age', () => {
    expect(render([web], 'wide')).toBe(
      text('NAME    PHASE     AGE     HOST', 'web-0   Running   3m20s   desk-1'),
    );
  });

  test('several kinds · a table each, names with their kind', () => {
    expect(render([web, namespace, fresh], 'table')).toBe(
      text(
        'NAME                                    PHASE     AGE',
        'virtualmachine.vctl.dev/web-0           Running   3m20s',
        'virtualmachine.vctl.dev/a-longer-name   <none>    <unknown>',
        '',
        'NAME             AGE',
        'namespace/saas   2m20s',
      ),
    );
  });

  test('all namespaces · a column for namespaced kinds only', () => {
    expect(render([web, namespace], 'table', { allNamespaces: true })).toBe(
      text(
        'NAMESPACE   NAME                            PHASE     AGE',
        'saas        virtualmachine.vctl.dev/web-0   Running   3m20s',
        '',
        'NAME             AGE',
        'namespace/saas   2m20s',
      ),
    );
  });

  test('labels', () => {
    expect(render([web, fresh], 'table', { showLabels: true, labelColumns: ['vctl.dev/app', 'app'] })).toBe(
      text(
        'NAME            PHASE     AGE         APP      APP      LABELS',
        'web-0           Running   3m20s       <none>   web      app=web,tier=front',
        'a-longer-name   <none>    <unknown>   <none>   <none>   <none>',
      ),
    );
  });

  test('a kind that opts out of name and age', () => {
    const event: KubeObject = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'x.1' } };
    expect(render([event], 'table')).toBe(text('LAST SEEN', '5s'));
  });

  test('no headers, colour, asked-for kinds', () => {
    expect(render([web], 'table', { noHeaders: true, color: true, showKind: true })).toBe(
      'virtualmachine.vctl.dev/web-0   \u001b[32mRunning\u001b[39m   3m20s\n',
    );
  });

  test('none · nothing', () => {
    expect(render([], 'table')).toBe('');
    expect(render([], 'custom-columns=N:.metadata.name')).toBe('');
    expect(render([], 'name')).toBe('');
  });
});

describe('yaml', () => {
  const webYaml = [
    'apiVersion: vctl.dev/v1alpha1',
    'kind: VirtualMachine',
    'metadata:',
    '  name: web-0',
    '  namespace: saas',
    '  labels:',
    '    app: web',
    '    tier: front',
    '  creationTimestamp: "2000-01-01T00:00:00Z"',
    '  uid: u-1',
    'spec:',
    '  mode: Para',
    '  runPolicy: Always',
    'status:',
    '  host: desk-1',
    '  phase: Running',
  ];

  test('one that was asked for · itself, in the fixed order', () => {
    expect(render([web], 'yaml', { single: true })).toBe(text(...webYaml));
  });

  test('many · a List', () => {
    expect(render([namespace, namespace], 'yaml')).toBe(
      text(
        'apiVersion: v1',
        'kind: List',
        'metadata:',
        '  resourceVersion: ""',
        'items:',
        '- apiVersion: v1',
        '  kind: Namespace',
        '  metadata:',
        '    name: saas',
        '    creationTimestamp: "2000-01-01T00:01:00Z"',
        '- apiVersion: v1',
        '  kind: Namespace',
        '  metadata:',
        '    name: saas',
        '    creationTimestamp: "2000-01-01T00:01:00Z"',
      ),
    );
  });

  test('managed fields · only when asked for', () => {
    expect(render([web], 'yaml', { single: true, showManagedFields: true })).toContain(
      '  managedFields: []\n',
    );
  });

  test('texts that YAML 1.1 or 1.2 would misread are quoted, long ones not folded, repeats not aliased', () => {
    const shared = { long: 'word '.repeat(60).trim() };
    const spec = {
      a: 'yes',
      b: '1.0',
      c: 'true',
      d: '2000-01-01',
      e: '1:30',
      f: 'null',
      g: shared,
      h: shared,
      i: '0x1f',
    };
    const output = render([{ ...namespace, spec }], 'yaml', { single: true });
    expect(output).toContain(
      text('  a: "yes"', '  b: "1.0"', '  c: "true"', '  d: "2000-01-01"', '  e: "1:30"', '  f: "null"'),
    );
    expect(output).toContain(text('  g:', `    long: ${shared.long}`, '  h:', `    long: ${shared.long}`));
    expect(parse(output, { version: '1.1' })).toEqual({ ...namespace, spec });
  });
});

describe('json', () => {
  test('many · the text of the whole List, in chunks', () => {
    const objects = [web, fresh, namespace];
    const output = render(objects, 'json');
    expect(output).toBe(`${JSON.stringify(JSON.parse(output), null, 4)}\n`);
    expect((JSON.parse(output) as { items: KubeObject[] }).items.map((item) => item.metadata.name)).toEqual(
      objects.map((object) => object.metadata.name),
    );
    expect(output).not.toContain('managedFields');
  });

  test('one that was asked for · itself', () => {
    expect(render([namespace], 'json', { single: true })).toBe(
      text(
        '{',
        '    "apiVersion": "v1",',
        '    "kind": "Namespace",',
        '    "metadata": {',
        '        "name": "saas",',
        '        "creationTimestamp": "2000-01-01T00:01:00Z"',
        '    }',
        '}',
      ),
    );
  });

  test.each(['json', 'yaml'])('%s · one or none of a listing is still a List', (format) => {
    for (const objects of [[], [namespace]]) {
      const list = parse(render(objects, format)) as { kind: string; items: KubeObject[] };
      expect(list).toMatchObject({ apiVersion: 'v1', kind: 'List' });
      expect(list.items).toHaveLength(objects.length);
    }
  });
});

describe('names, templates, columns', () => {
  test('name', () => {
    expect(render([web, namespace], 'name')).toBe(text('virtualmachine.vctl.dev/web-0', 'namespace/saas'));
  });

  test.each([
    ['of a listing', false, '{.items[*].metadata.name}', 'web-0'],
    ['of one object', true, '{.metadata.name}', 'web-0'],
  ])('jsonpath %s', (_name, single, template, expected) => {
    expect(render([web], `jsonpath=${template}`, { single })).toBe(expected);
  });

  test('custom columns', () => {
    const columns = "NAME:.metadata.name,PHASE:status.phase,L:{.metadata.labels['app','tier']},SPEC:.spec";
    expect(render([web, fresh], `custom-columns=${columns}`)).toBe(
      text(
        'NAME            PHASE     L           SPEC',
        'web-0           Running   web,front   {"mode":"Para","runPolicy":"Always"}',
        'a-longer-name   <none>    <none>      <none>',
      ),
    );
  });

  test('many objects · chunks of many lines', () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({
      ...fresh,
      metadata: { name: `vm-${index}` },
    }));
    const context: ObjectsContext = { nowMs: 0, tableOf: () => undefined, single: false };
    expect([...renderObjects(many, { type: 'table', wide: false }, context)]).toHaveLength(4);
    expect([...renderObjects(many, { type: 'json' }, context)]).toHaveLength(2002);
  });
});
