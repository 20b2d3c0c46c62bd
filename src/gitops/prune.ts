/** Which objects go because the repository has them no more. Deleting is the one thing that a sync cannot take back. Pure. */
import { keyText, type KubeObject, keyOf, type ObjectKey } from '../model/object.ts';
import { referencesOf } from './references.ts';

/** `disabled` on an object keeps it, whatever the repository says. */
export const pruneAnnotation = 'vctl.dev/prune';

/** An object that a Sync has applied. */
export interface InventoryEntry extends ObjectKey {
  readonly uid: string;
}

export interface PruneInput {
  readonly inventory: readonly InventoryEntry[];
  /** Key texts of all that the revision declares, whether it could be applied or not. */
  readonly declared: ReadonlySet<string>;
  /** Key texts that another Sync declares now: they have moved there. */
  readonly moved: ReadonlySet<string>;
  readonly live: (key: ObjectKey) => KubeObject | undefined;
  /** Says why an object cannot go, as a namespace in which others live; undefined when it can. */
  readonly keptFor: (object: KubeObject) => string | undefined;
  /** spec.prune */
  readonly enabled: boolean;
  /** Something of the revision could not be read, was refused or is held back. */
  readonly incomplete: boolean;
  /** How many may go at once: a number, or a share of the inventory as `20%`. */
  readonly maxPrune: string | number;
  /** Whoever runs this said that more may go. */
  readonly dangerous: boolean;
}

export interface PrunePlan {
  /** In the order in which they go: what refers to another goes before it. */
  readonly prune: readonly KubeObject[];
  /** Not declared any more, and still owned: they go when nothing stands against it. */
  readonly kept: readonly { readonly entry: InventoryEntry; readonly why: string }[];
  /** Not owned any more: gone, replaced by another object of the name, moved, or protected. */
  readonly released: readonly { readonly entry: InventoryEntry; readonly why: string }[];
  /** Why nothing at all goes although something should. */
  readonly refused?: string;
}

/** Decides what goes. One doubt about the revision, and nothing does. */
export function planPrune(input: PruneInput): PrunePlan {
  const candidates: { entry: InventoryEntry; object: KubeObject }[] = [];
  const released: { entry: InventoryEntry; why: string }[] = [];
  for (const entry of input.inventory) {
    if (input.declared.has(keyText(entry))) continue;
    const object = input.live(entry);
    const why = whyReleased(entry, object, input.moved);
    if (why !== undefined || !object) released.push({ entry, why: why ?? 'it is gone' });
    else candidates.push({ entry, object });
  }
  const refused = candidates.length === 0 ? undefined : whyRefused(candidates.length, input);
  if (refused !== undefined || !input.enabled) {
    const why = refused ?? 'spec.prune is false';
    const kept = candidates.map(({ entry }) => ({ entry, why }));
    return { prune: [], kept, released, ...(refused === undefined ? {} : { refused }) };
  }
  const kept: { entry: InventoryEntry; why: string }[] = [];
  const prune: KubeObject[] = [];
  for (const { entry, object } of candidates) {
    const why = input.keptFor(object);
    if (why === undefined) prune.push(object);
    else kept.push({ entry, why });
  }
  return { prune: inReverse(prune), kept, released };
}

function whyReleased(
  entry: InventoryEntry,
  object: KubeObject | undefined,
  moved: ReadonlySet<string>,
): string | undefined {
  if (!object || object.metadata.deletionTimestamp !== undefined) return 'it is gone';
  if (object.metadata.uid !== entry.uid) return 'another object has its name now';
  if (moved.has(keyText(entry))) return 'another Sync declares it now';
  const isProtected = object.metadata.annotations?.[pruneAnnotation] === 'disabled';
  return isProtected ? `${pruneAnnotation}: disabled keeps it` : undefined;
}

function whyRefused(count: number, input: PruneInput): string | undefined {
  if (!input.enabled) return undefined;
  if (input.incomplete) return 'not all of the revision could be read and admitted';
  if (input.declared.size === 0) {
    return 'the revision declares no object at all; if that is meant, use vctl delete';
  }
  const most = mostPruned(input.maxPrune, input.inventory.length);
  if (input.dangerous || count <= most) return undefined;
  return `${count} of ${input.inventory.length} objects would go, more than maxPrune ${input.maxPrune} allows (${most}); if that is meant: --dangerous-prune`;
}

/** How many may go at once. A share is rounded down, but one always may: else small Syncs could never prune. */
export function mostPruned(maxPrune: string | number, total: number): number {
  const share = /^(\d+)%$/.exec(String(maxPrune))?.[1];
  if (share === undefined) return Number(maxPrune);
  return Number(share) === 0 ? 0 : Math.max(1, Math.floor((total * Number(share)) / 100));
}

/** What refers to others goes first: the reverse of the order of applying. */
function inReverse(objects: readonly KubeObject[]): KubeObject[] {
  const byKey = new Map(objects.map((object) => [keyText(keyOf(object)), object]));
  const order: KubeObject[] = [];
  const seen = new Set<KubeObject>();
  const visit = (object: KubeObject): void => {
    if (seen.has(object)) return;
    seen.add(object);
    for (const key of referencesOf(object)) {
      const needed = byKey.get(keyText(key));
      if (needed) visit(needed);
    }
    order.push(object);
  };
  for (const object of objects) visit(object);
  return order.reverse();
}
