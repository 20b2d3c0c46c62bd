import { describe, expect, test } from 'vitest';
import { mergeSchemaOf, type MergeSchema } from '../../src/merge/schema.ts';

/** The schema of the place below spec that has this JSON Schema. */
function placeOf(place: unknown, $defs: unknown = {}): MergeSchema | undefined {
  const root = mergeSchemaOf({ type: 'object', properties: { place }, $defs });
  return root.type === 'map' ? root.fields.get('place') : undefined;
}

const listMap = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };

describe('merge schema of a place', () => {
  test.each<[string, unknown, string]>([
    ['a scalar', { type: 'string' }, 'leaf'],
    ['a nullable scalar', { type: ['string', 'null'] }, 'leaf'],
    ['an object with properties', { type: 'object', properties: { a: {} } }, 'map'],
    ['a free map', { type: 'object', additionalProperties: { type: 'string' } }, 'map'],
    ['an atomic object', { type: 'object', 'x-kubernetes-map-type': 'atomic' }, 'leaf'],
    ['a list without a word', { type: 'array', items: { type: 'string' } }, 'leaf'],
    ['an atomic list', { type: 'array', 'x-kubernetes-list-type': 'atomic' }, 'leaf'],
    ['a set', { type: 'array', 'x-kubernetes-list-type': 'set' }, 'set'],
    ['a keyed list', { type: 'array', items: {}, ...listMap }, 'keyed'],
    ['a keyed list without keys', { type: 'array', 'x-kubernetes-list-type': 'map' }, 'leaf'],
    ['nothing known', {}, 'deduced'],
    ['anything goes', true, 'deduced'],
    ['a value of either type', { anyOf: [{ type: 'integer' }, { type: 'string' }] }, 'leaf'],
    ['alternatives of objects', { oneOf: [{ required: ['a'] }, { properties: { a: {} } }] }, 'map'],
    ['a reference', { $ref: '#/$defs/set' }, 'set'],
    ['a reference to nowhere', { $ref: '#/$defs/nowhere' }, 'deduced'],
    ['a reference to itself', { $ref: '#/$defs/loop' }, 'deduced'],
  ])('%s', (_name, place, type) => {
    const defs = { set: { type: 'array', 'x-kubernetes-list-type': 'set' }, loop: { $ref: '#/$defs/loop' } };
    expect(placeOf(place, defs)?.type).toBe(type);
  });

  test('keys are sorted and know their defaults, also through references', () => {
    const place = placeOf(
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['protocol', 'port'],
        items: { $ref: '#/$defs/port' },
      },
      { port: { properties: { protocol: { default: 'TCP' }, port: {} } } },
    );
    expect(place).toMatchObject({ keys: [{ name: 'port' }, { name: 'protocol', default: 'TCP' }] });
  });

  test('a recursive definition refers to itself', () => {
    const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' }, n: { type: 'integer' } } };
    const place = placeOf({ $ref: '#/$defs/node' }, { node });
    const next = place?.type === 'map' ? place.fields.get('next') : undefined;
    expect(next?.type).toBe('map');
    expect(next?.type === 'map' && next.fields.get('next')).toBe(next);
  });

  test('properties of all alternatives are known', () => {
    const place = placeOf({
      properties: { a: { type: 'string' } },
      allOf: [{ properties: { b: { ...listMap, items: {} } } }],
    });
    expect(place?.type === 'map' && [...place.fields].map(([k, v]) => [k, v.type])).toEqual([
      ['a', 'leaf'],
      ['b', 'keyed'],
    ]);
  });

  test('metadata is built in, even for no schema at all', () => {
    const root = mergeSchemaOf(true);
    const metadata = root.type === 'map' ? root.fields.get('metadata') : undefined;
    const fields = metadata?.type === 'map' ? metadata.fields : new Map<string, MergeSchema>();
    expect([...fields].map(([name, s]) => [name, s.type])).toEqual([
      ['annotations', 'map'],
      ['finalizers', 'set'],
      ['labels', 'map'],
      ['ownerReferences', 'keyed'],
    ]);
  });
});
