import { describe, expect, test } from 'vitest';
import { type KubeObject } from '../../src/model/object.ts';
import { trackUpdate } from '../../src/merge/update.ts';
import { apply, owners, schema, startMs, thing, write } from './support.ts';

const spec = { replicas: 1, tiers: [{ name: 'web', replicas: 2 }] };
const file = apply(undefined, 'file', thing(spec, { labels: { a: 'b' } }));

describe('tracking plain writes', () => {
  test('a creator owns everything, containers too', () => {
    expect(
      owners(write(undefined, 'ctl', thing({ resources: { cpu: '1' } }, { labels: { a: 'b' } }))),
    ).toEqual({
      'ctl Update': [
        '.metadata.labels',
        '.metadata.labels.a',
        '.spec',
        '.spec.resources',
        '.spec.resources.cpu',
      ],
    });
  });

  const rows: [string, KubeObject, string[], string[]][] = [
    [
      'a changed field is taken over',
      { ...file, spec: { ...spec, replicas: 5 } },
      ['.spec.replicas'],
      [
        '.metadata.labels.a',
        '.spec.tiers[name="web"]',
        '.spec.tiers[name="web"].name',
        '.spec.tiers[name="web"].replicas',
      ],
    ],
    [
      'an added item and a changed one',
      { ...file, spec: { ...spec, tiers: [{ name: 'db' }, { name: 'web', replicas: 3 }] } },
      ['.spec.tiers[name="db"]', '.spec.tiers[name="db"].name', '.spec.tiers[name="web"].replicas'],
      ['.metadata.labels.a', '.spec.replicas', '.spec.tiers[name="web"]', '.spec.tiers[name="web"].name'],
    ],
    [
      'a removed list leaves all sets',
      { ...file, spec: { replicas: 1 } },
      [],
      ['.metadata.labels.a', '.spec.replicas'],
    ],
    [
      'an emptied list',
      { ...file, spec: { ...spec, tiers: [], replicas: 1 } },
      [],
      ['.metadata.labels.a', '.spec.replicas'],
    ],
  ];
  test.each(rows)('%s', (_name, after, mine, theirs) => {
    const tracked = owners(write(file, 'ctl', after));
    expect(tracked['ctl Update'] ?? []).toEqual(mine);
    expect(tracked['file Apply']).toEqual(theirs);
  });

  test('status and system metadata are not tracked, and the object is the same', () => {
    const after = {
      ...file,
      status: { phase: 'Ready' },
      metadata: { ...file.metadata, resourceVersion: '9' },
    };
    expect(write(file, 'ctl', after)).toBe(after);
  });

  test('managed fields that the writer left out are kept', () => {
    const { managedFields, ...metadata } = file.metadata;
    expect(write(file, 'ctl', { ...file, metadata }).metadata.managedFields).toEqual(managedFields);
  });

  test('a single empty entry clears them', () => {
    const cleared = { ...file, metadata: { ...file.metadata, managedFields: [{}] } } as unknown as KubeObject;
    expect(write(file, 'ctl', cleared).metadata).not.toHaveProperty('managedFields');
  });

  test('time moves with a change of its fields alone; the entry grows', () => {
    const first = write(file, 'ctl', { ...file, spec: { ...spec, replicas: 5 } }, startMs + 1000);
    const other = write(
      first,
      'other',
      { ...first, spec: { ...spec, replicas: 5, size: 1 } },
      startMs + 2000,
    );
    const second = write(
      other,
      'ctl',
      { ...other, spec: { ...spec, replicas: 5, size: 1, args: [] } },
      startMs + 3000,
    );
    expect(owners(second)).toMatchObject({
      'ctl Update': ['.spec.args', '.spec.replicas'],
      'other Update': ['.spec.size'],
    });
    expect(second.metadata.managedFields?.map((e) => `${e.manager} ${e.time}`)).toEqual([
      'file 2000-01-01T00:00:00Z',
      'other 2000-01-01T00:00:02Z',
      'ctl 2000-01-01T00:00:03Z',
    ]);
  });

  test('time moves too when it changes its own field again', () => {
    const first = write(undefined, 'ctl', thing({ size: 1 }), startMs);
    const second = write(first, 'ctl', { ...first, spec: { size: 2 } }, startMs + 1000);
    expect(second.metadata.managedFields?.map((e) => e.time)).toEqual(['2000-01-01T00:00:01Z']);
  });

  test('a subresource has an entry of its own', () => {
    const after = { ...file, spec: { ...spec, replicas: 5 } };
    const options = { before: file, after, manager: 'ctl', schema, nowMs: startMs };
    expect(owners(trackUpdate({ ...options, subresource: 'scale' }))).toMatchObject({
      'ctl Update scale': ['.spec.replicas'],
    });
    const direct = trackUpdate({ ...options, after: { ...file, spec: { ...spec, size: 1 } } });
    const both = trackUpdate({
      ...{ ...options, before: direct, subresource: 'scale' },
      after: { ...direct, spec: { ...spec, size: 1, replicas: 5 } },
    });
    expect(owners(both)).toMatchObject({
      'ctl Update': ['.spec.size'],
      'ctl Update scale': ['.spec.replicas'],
    });
  });
});
