/** A snapshot of the stored objects, for admission and for merging. */
import { type LiveObjects } from '../admission/rules.ts';
import { compareText } from '../base/listing.ts';
import { type Kind, kindNames } from '../model/kinds/index.ts';
import { type KubeObject, keyOf, keyText } from '../model/object.ts';
import { type Store } from '../model/ports.ts';

export class LiveSnapshot implements LiveObjects {
  readonly #objects: ReadonlyMap<string, KubeObject>;

  private constructor(objects: ReadonlyMap<string, KubeObject>) {
    this.#objects = objects;
  }

  /** Everything but events, as it is now. */
  static async read(store: Store): Promise<LiveSnapshot> {
    const objects = new Map<string, KubeObject>();
    for (const kind of kindNames) {
      if (kind === 'Event' || kind === 'Lease') continue;
      for (const object of (await store.list(kind)).items) objects.set(keyText(keyOf(object)), object);
    }
    return new LiveSnapshot(objects);
  }

  get(kind: Kind, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(keyText({ kind, namespace, name }));
  }

  list(kind: Kind, namespace: string): KubeObject[] {
    return [...this.#objects.values()]
      .filter((object) => object.kind === kind && (object.metadata.namespace ?? '') === namespace)
      .sort((a, b) => compareText(a.metadata.name, b.metadata.name));
  }

  all(): Iterable<KubeObject> {
    return this.#objects.values();
  }
}
