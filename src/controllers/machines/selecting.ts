import { type ObjectCache } from '../../engine/cache.ts';
import { type CacheIndex, type IndexDefinition } from '../../engine/cache-index.ts';
import { compareText } from '../../base/listing.ts';
import { isRecord } from '../../base/deep.ts';
import { type KindMap } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type Labels, type LabelSelector, matchesSelector } from '../../model/selectors.ts';

/** Kinds that pick VirtualMachines of their namespace by `spec.selector`. */
export type SelectingKind = 'DisruptionBudget' | 'LoadBalancer' | 'VirtualMachinePool';

/**
 * Answers who selects a VM without asking each selector: every object is filed under the first of the labels
 * that it demands, so that a VM's labels lead to the few that can match.
 */
class SelectorIndex implements CacheIndex {
  /** `kind/namespace/label=value`, or `kind/namespace/` for selectors without such a label -> by name. */
  readonly #filed = new Map<string, Map<string, KubeObject>>();

  /** The objects of a kind whose selector matches, ordered by name. */
  matching<K extends SelectingKind>(kind: K, namespace: string, labels: Labels = {}): KindMap[K][] {
    const found: KubeObject[] = [];
    const collect = (file: string): void => {
      for (const object of this.#filed.get(`${kind}/${namespace}/${file}`)?.values() ?? []) {
        if (matchesSelector(selectorOf(object), labels)) found.push(object);
      }
    };
    collect('');
    for (const key in labels) collect(`${key}=${labels[key]}`);
    return found.sort((a, b) => compareText(a.metadata.name, b.metadata.name)) as unknown as KindMap[K][];
  }

  /** Follows a change: `object` stands where `old` stood; undefined means that there is, or was, none. */
  replace(object: KubeObject | undefined, old: KubeObject | undefined): void {
    if (old) this.#filed.get(fileOf(old))?.delete(old.metadata.name);
    if (!object) return;
    const file = fileOf(object);
    let filed = this.#filed.get(file);
    if (!filed) this.#filed.set(file, (filed = new Map<string, KubeObject>()));
    filed.set(object.metadata.name, object);
  }
}

/** Objects with a selector for VMs, to be found by the labels that they match. */
export const selectors: IndexDefinition<SelectorIndex> = {
  kinds: ['DisruptionBudget', 'LoadBalancer', 'VirtualMachinePool'] satisfies readonly SelectingKind[],
  make: () => new SelectorIndex(),
};

/** The objects of a kind that select a VM of the namespace with these labels, ordered by name. */
export function selecting<K extends SelectingKind>(
  cache: ObjectCache,
  kind: K,
  namespace: string,
  labels: Labels = {},
): KindMap[K][] {
  return cache.index(selectors).matching(kind, namespace, labels);
}

function selectorOf({ spec }: KubeObject): LabelSelector | undefined {
  return isRecord(spec) ? (spec.selector as LabelSelector | undefined) : undefined;
}

function fileOf(object: KubeObject): string {
  const first = Object.entries(selectorOf(object)?.matchLabels ?? {})[0];
  return `${object.kind}/${object.metadata.namespace ?? ''}/${first ? `${first[0]}=${first[1]}` : ''}`;
}
