import { compareText } from '../base/listing.ts';
import { type KubeObject } from '../model/object.ts';

/**
 * Objects by a key that stays with each: its name or its uid. Remembers their order, which only changes when one
 * comes or goes, so that reading a large bucket after one of its objects has changed costs no sorting.
 */
export class Bucket {
  readonly #objects = new Map<string, KubeObject>();
  #order: readonly string[] | undefined;

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  set(key: string, object: KubeObject): void {
    if (!this.#objects.has(key)) this.#order = undefined;
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#order = undefined;
  }

  /** Ordered by kind, namespace and name; a new array. */
  sorted(): KubeObject[] {
    this.#order ??= [...this.#objects].sort(([, a], [, b]) => compareObjects(a, b)).map(([key]) => key);
    const sorted: KubeObject[] = [];
    for (const key of this.#order) {
      const object = this.#objects.get(key);
      if (object) sorted.push(object);
    }
    return sorted;
  }
}

function compareObjects(a: KubeObject, b: KubeObject): number {
  return (
    compareText(a.kind, b.kind) ||
    compareText(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    compareText(a.metadata.name, b.metadata.name)
  );
}
