/**
 * How keys and values look on the disk. Values are JSON text: it keeps the order of keys exactly, drops what
 * is undefined, and V8 encodes and decodes it as fast as MessagePack (4 us an object of 1 KB either way).
 */
import { isRecord } from '../base/deep.ts';
import { assert } from '../base/errors.ts';
import { type KubeObject, type ObjectKey } from '../model/object.ts';
import { type Change } from '../model/ports.ts';

/**
 * Sorts as listings do, by kind, namespace and name: a space is lower than every character of a name, which
 * `/` is not (`a-b` would come before `a/`).
 */
export function encodeKey(key: ObjectKey): string {
  return `${key.kind} ${key.namespace} ${key.name}`;
}

/** The keys of a kind, or of one of its namespaces: from `start`, inclusive, to `end`, exclusive. */
export function keyRange(kind: string, namespace?: string): { readonly start: string; readonly end: string } {
  const prefix = namespace === undefined ? kind : `${kind} ${namespace}`;
  return { start: `${prefix} `, end: `${prefix}!` };
}

const letters = { Added: 'A', Modified: 'M', Deleted: 'D' } as const;

/** A change in one buffer: a letter for its type, then the object, whose bytes `objectOf` shares. */
export function encodeChange(change: Change): Buffer {
  return Buffer.from(letters[change.type] + JSON.stringify(change.object));
}

/** The encoded object within an encoded change. */
export function objectOf(encodedChange: Buffer): Buffer {
  return encodedChange.subarray(1);
}

export function decodeChange(revision: number, bytes: Buffer): Change {
  return { revision, type: typeOf(bytes[0]), object: decodeObject(bytes.subarray(1)) };
}

export function encodeValue(value: unknown): Buffer {
  const text = JSON.stringify(value) as string | undefined;
  assert(text !== undefined, 'only plain JSON values can be stored');
  return Buffer.from(text);
}

/** @throws SyntaxError when the bytes are damaged. */
export function decodeValue(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString());
}

/** @throws SyntaxError when the bytes are damaged, or hold something else than an object. */
export function decodeObject(bytes: Buffer): KubeObject {
  const value = decodeValue(bytes);
  const isObject = isRecord(value) && typeof value['kind'] === 'string' && isRecord(value['metadata']);
  if (!isObject || typeof (value['metadata'] as { name?: unknown }).name !== 'string')
    throw new SyntaxError('no object');
  return value as unknown as KubeObject;
}

function typeOf(letter: number | undefined): Change['type'] {
  switch (String.fromCharCode(letter ?? 0)) {
    case 'A':
      return 'Added';
    case 'M':
      return 'Modified';
    case 'D':
      return 'Deleted';
    default:
      throw new SyntaxError('no type of change');
  }
}
