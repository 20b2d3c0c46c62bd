/** Which Sync an object belongs to, and when it may pass to another. Pure. */
import { type InventoryEntry } from '../../gitops/prune.ts';
import { type Sync } from '../../model/kinds/index.ts';
import { type KubeObject, keyText, type ObjectKey } from '../../model/object.ts';
import { isSyncManager, syncManager, syncName } from './names.ts';

export class Ownership {
  /** Key text -> the other Sync in whose inventory it is, and under which uid. */
  readonly #others = new Map<string, { readonly sync: Sync; readonly uid: string }>();
  readonly #managers: ReadonlySet<string>;

  constructor(
    private readonly me: Sync,
    private readonly syncs: readonly Sync[],
    /** Key texts that a Sync declares now; undefined when that is not known. */
    private readonly declaredBy: (sync: Sync) => ReadonlySet<string> | undefined,
  ) {
    for (const sync of syncs) {
      if (sync.metadata.uid === me.metadata.uid) continue;
      for (const { kind, namespace = '', name, uid } of sync.status?.inventory ?? []) {
        this.#others.set(keyText({ kind, namespace, name }), { sync, uid });
      }
    }
    this.#managers = new Set(syncs.map(syncManager));
  }

  /** Why an object must be left alone: another Sync owns it and has not let go of it. */
  refusal(key: ObjectKey, live: KubeObject | undefined): string | undefined {
    const owner = this.#ownerOf(key, live);
    if (!owner || this.#hasLetGo(owner, key)) return undefined;
    return `${key.kind}/${key.name} belongs to Sync ${syncName(owner)}`;
  }

  /** The field manager from which an object passes to this Sync: of one that let go of it, or that is no more. */
  formerManager(key: ObjectKey, live: KubeObject | undefined): string | undefined {
    const owner = this.#ownerOf(key, live);
    if (owner) return syncManager(owner);
    const mine = syncManager(this.me);
    return live?.metadata.managedFields?.find(
      ({ manager }) => isSyncManager(manager) && manager !== mine && !this.#managers.has(manager),
    )?.manager;
  }

  /** Key texts of those entries that another Sync declares now, or has taken over already. */
  declaredElsewhere(entries: readonly InventoryEntry[]): ReadonlySet<string> {
    const moved = entries.filter((entry) => {
      const other = this.#others.get(keyText(entry));
      return other?.uid === entry.uid;
    });
    const texts = new Set(moved.map(keyText));
    for (const sync of this.syncs) {
      const declared = sync.metadata.uid === this.me.metadata.uid ? undefined : this.declaredBy(sync);
      for (const entry of entries) if (declared?.has(keyText(entry))) texts.add(keyText(entry));
    }
    return texts;
  }

  #ownerOf(key: ObjectKey, live: KubeObject | undefined): Sync | undefined {
    const entry = this.#others.get(keyText(key));
    return live && entry?.uid === live.metadata.uid ? entry?.sync : undefined;
  }

  #hasLetGo(owner: Sync, key: ObjectKey): boolean {
    const declared = this.declaredBy(owner);
    return declared !== undefined && !declared.has(keyText(key));
  }
}
