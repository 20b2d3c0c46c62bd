/** Which objects have measured figures that their statuses do not show yet. */
import { compareText } from '../base/listing.ts';
import { type Kind, type KindMap } from '../model/kinds/index.ts';
import { type KubeObject, type ObjectKey, keyOf, keyText, parseKeyText } from '../model/object.ts';
import { type World } from '../model/ports.ts';
import { type ObjectCache } from './cache.ts';
import { type Controller, type FigureStanding } from './controller.ts';

/** A share as statuses show it: four decimals, so that the last bits of a float are no news. */
export function shownShare(share: number): number {
  return Math.round(share * 1e4) / 1e4;
}

/** Finds what to look at when a run ends, as the controllers of the kinds say. */
export class FigureWatch {
  readonly #controllers: Readonly<Partial<Record<string, Controller>>>;
  /** Key texts of the objects whose statuses may be behind. */
  readonly #suspects = new Set<string>();
  /** Objects compared since the start, for tests that count work. */
  comparisons = 0;

  constructor(controllers: Readonly<Partial<Record<Kind, Controller>>>) {
    this.#controllers = controllers;
  }

  /** An object has come or changed. */
  note(object: KubeObject): void {
    if (this.#controllers[object.kind]?.figureStanding) this.#suspects.add(keyText(keyOf(object)));
  }

  /** The keys to look at, those of one kind ordered by name. Each is named once, until it changes again. */
  *stale(cache: ObjectCache, world: World): Iterable<ObjectKey> {
    for (const controller of Object.values(this.#controllers)) {
      if (controller?.alwaysMeasured) for (const object of cache.list(controller.kind)) yield keyOf(object);
    }
    const { machines, hosts } = world.takeMoved();
    for (const uid of [...machines, ...hosts]) {
      const object = cache.byUid(uid);
      if (object) this.note(object);
    }
    for (const text of [...this.#suspects].sort(compareText)) {
      const key = parseKeyText(text);
      this.comparisons++;
      const standing = this.#standingOf(cache.find(key), world);
      if (standing !== 'Unmeasured') this.#suspects.delete(text);
      if (standing === 'Stale') yield key;
    }
  }

  #standingOf(object: KubeObject | undefined, world: World): FigureStanding {
    const controller = object && this.#controllers[object.kind];
    return controller?.figureStanding?.(object as KindMap[Kind], world) ?? 'Fresh';
  }
}
