/** The objects as they would stand after this apply: those being applied, over those that are live. */
import { withDefaults } from '../../model/defaults.ts';
import { type Kind, type KindMap } from '../../model/kinds/index.ts';
import { keyOf, keyText, type KubeObject, type ObjectKey } from '../../model/object.ts';

/** What is there already. `namespace` is '' for cluster-scoped kinds. */
export interface LiveObjects {
  get(kind: Kind, namespace: string, name: string): KubeObject | undefined;
  list(kind: Kind, namespace: string): Iterable<KubeObject>;
  /** Every object, of all namespaces. */
  all(): Iterable<KubeObject>;
}

/** Names offered as guesses at what was meant: enough to help, few enough to cost nothing. */
const mostCandidates = 500;

/** Reads what is applied before what is live; every object comes with its defaults. */
export class View {
  readonly #applied = new Map<string, KubeObject>();
  readonly #byKind = new Map<string, KubeObject[]>();

  readonly #refused: ReadonlySet<string>;

  /** `refused` are keys of objects of this apply that have errors of their own: they are known to be meant. */
  constructor(
    applied: readonly KubeObject[],
    readonly live: LiveObjects,
    refused: readonly ObjectKey[] = [],
  ) {
    this.#refused = new Set(refused.map(keyText));
    for (const object of applied) {
      const key = keyOf(object);
      if (this.#applied.has(keyText(key))) continue;
      this.#applied.set(keyText(key), object);
      const group = `${key.kind}/${key.namespace}`;
      const objects = this.#byKind.get(group);
      if (objects) objects.push(object);
      else this.#byKind.set(group, [object]);
    }
  }

  get<K extends Kind>(kind: K, namespace: string, name: string): KindMap[K] | undefined {
    const object =
      this.#applied.get(keyText({ kind, namespace, name })) ?? this.live.get(kind, namespace, name);
    return object && withDefaults(kind, object);
  }

  /** True for an object of this apply. */
  isApplied(object: KubeObject): boolean {
    return this.#applied.has(keyText(keyOf(object)));
  }

  /** True for objects that are there, are applied, or are meant to be applied once they are mended. */
  has(kind: Kind, namespace: string, name: string): boolean {
    const key = keyText({ kind, namespace, name });
    return (
      this.#applied.has(key) || this.#refused.has(key) || this.live.get(kind, namespace, name) !== undefined
    );
  }

  /** The object as it is now, before anything is applied. */
  before<K extends Kind>(kind: K, namespace: string, name: string): KindMap[K] | undefined {
    const object = this.live.get(kind, namespace, name);
    return object && withDefaults(kind, object);
  }

  /** Every object of the kind in the namespace, applied ones first. */
  *list<K extends Kind>(kind: K, namespace: string): Generator<KindMap[K]> {
    for (const object of this.#byKind.get(`${kind}/${namespace}`) ?? []) yield withDefaults(kind, object);
    for (const object of this.live.list(kind, namespace)) {
      if (!this.#applied.has(keyText(keyOf(object)))) yield withDefaults(kind, object);
    }
  }

  /** Some names of the kind, to guess what was meant. */
  names(kind: Kind, namespace: string): string[] {
    const names: string[] = [];
    for (const { metadata } of this.list(kind, namespace)) {
      if (names.push(metadata.name) >= mostCandidates) break;
    }
    return names;
  }
}
