/**
 * Which objects go because what declared them has them no more: a repository for a Sync, files for `apply --prune`.
 * Deleting is the one thing that neither can take back. Pure.
 */
import { keyText, type KubeObject, keyOf, type ObjectKey } from '../model/object.ts';
import { referencesOf } from './references.ts';

/** `disabled` on an object keeps it, whatever is declared. */
export const pruneAnnotation = 'vctl.dev/prune';

/** An object that was applied, and under which uid. */
export interface InventoryEntry extends ObjectKey {
  readonly uid: string;
}

export interface PruneInput {
  readonly inventory: readonly InventoryEntry[];
  /** Key texts of all that is declared, whether it could be applied or not. */
  readonly declared: ReadonlySet<string>;
  /** Says to whom an object belongs now, as `another Sync declares it now`; undefined when nobody else has it. */
  readonly claimed: (object: KubeObject) => string | undefined;
  readonly live: (key: ObjectKey) => KubeObject | undefined;
  /**
   * Says, knowing the uids of all that goes, why an object cannot: as a namespace in which others live; undefined
   * when it can.
   */
  readonly keeper: (going: ReadonlySet<string>) => (object: KubeObject) => string | undefined;
  /** Pruning was asked for. */
  readonly enabled: boolean;
  /** Something that is declared could not be read, was refused or is held back. */
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
  readonly released: readonly {
    readonly entry: InventoryEntry;
    readonly why: string;
    /** Nothing is left that could be deleted. */
    readonly isGone: boolean;
  }[];
  /** Why nothing at all goes although something should. */
  readonly refused?: string;
}

/** Decides what goes. One doubt about what is declared, and nothing does. */
export function planPrune(input: PruneInput): PrunePlan {
  const candidates: { entry: InventoryEntry; object: KubeObject }[] = [];
  const released: { entry: InventoryEntry; why: string; isGone: boolean }[] = [];
  for (const entry of input.inventory) {
    if (input.declared.has(keyText(entry))) continue;
    const object = input.live(entry);
    if (!object || object.metadata.deletionTimestamp !== undefined) {
      released.push({ entry, why: 'it is gone', isGone: true });
      continue;
    }
    const why = whyReleased(entry, object, input.claimed);
    if (why === undefined) candidates.push({ entry, object });
    else released.push({ entry, why, isGone: false });
  }
  const refused = candidates.length === 0 ? undefined : whyRefused(candidates.length, input);
  if (refused !== undefined || !input.enabled) {
    const why = refused ?? 'spec.prune is false';
    const kept = candidates.map(({ entry }) => ({ entry, why }));
    return { prune: [], kept, released, ...(refused === undefined ? {} : { refused }) };
  }
  const kept: { entry: InventoryEntry; why: string }[] = [];
  let going = candidates;
  // What is kept may keep another: a namespace stays for the one object in it that does.
  for (let before = -1; before !== going.length;) {
    before = going.length;
    const keptFor = input.keeper(new Set(going.map(({ entry }) => entry.uid)));
    going = going.filter(({ entry, object }) => {
      const why = keptFor(object);
      if (why !== undefined) kept.push({ entry, why });
      return why === undefined;
    });
  }
  return { prune: inReverse(going.map(({ object }) => object)), kept, released };
}

function whyReleased(
  entry: InventoryEntry,
  object: KubeObject,
  claimed: PruneInput['claimed'],
): string | undefined {
  if (object.metadata.uid !== entry.uid) return 'another object has its name now';
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const claim = claimed(object) ?? (owner && `${owner.kind}/${owner.name} has made or adopted it`);
  if (claim !== undefined) return claim;
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
