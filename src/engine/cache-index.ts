import { type Kind, type KindMap } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { Bucket } from './bucket.ts';

/** Answers a question about the cached objects without a walk over them. Fed by the cache, change by change. */
export interface CacheIndex {
  /** `object` stands where `old` stood; undefined means that there is, or was, none. At least one is there. */
  replace(object: KubeObject | undefined, old: KubeObject | undefined): void;
}

/**
 * An index that a cache can keep. Whoever owns the question declares it, once; it is what the cache is asked by
 * (`ObjectCache.index`).
 */
export interface IndexDefinition<T extends CacheIndex = CacheIndex> {
  /** Whose changes it is fed; absent: all. */
  readonly kinds?: readonly Kind[];
  /** Makes one for a cache that is still empty. */
  readonly make: () => T;
}

/** Objects of one kind by texts that follow from each. */
export class KeyIndex<K extends Kind> implements CacheIndex {
  readonly #buckets = new Map<string, Bucket>();
  readonly #keysOf: (object: KindMap[K]) => readonly string[];

  constructor(keysOf: (object: KindMap[K]) => readonly string[]) {
    this.#keysOf = keysOf;
  }

  /** The objects under a key, ordered by namespace and name; a new array. */
  at(key: string): KindMap[K][] {
    return (this.#buckets.get(key)?.sorted() ?? []) as unknown as KindMap[K][];
  }

  countAt(key: string): number {
    return this.#buckets.get(key)?.size ?? 0;
  }

  replace(object: KubeObject | undefined, old: KubeObject | undefined): void {
    const keys = object ? this.#keysOf(object as KindMap[K]) : [];
    if (old) {
      const id = idOf(old);
      const stays = object !== undefined && idOf(object) === id;
      // Where it will stand again it keeps its place: a bucket whose members stay need not be ordered anew.
      for (const key of this.#keysOf(old as KindMap[K])) {
        if (!stays || !keys.includes(key)) this.#buckets.get(key)?.delete(id);
      }
    }
    if (!object) return;
    const id = idOf(object);
    for (const key of keys) {
      let bucket = this.#buckets.get(key);
      if (!bucket) this.#buckets.set(key, (bucket = new Bucket()));
      bucket.set(id, object);
    }
  }
}

/** Declares an index of one kind by the texts that `keysOf` gives for each object. */
export function keyIndex<K extends Kind>(
  kind: K,
  keysOf: (object: KindMap[K]) => readonly string[],
): IndexDefinition<KeyIndex<K>> {
  return { kinds: [kind], make: () => new KeyIndex(keysOf) };
}

function idOf({ metadata }: KubeObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`;
}
