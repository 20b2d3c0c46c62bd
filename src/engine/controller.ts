import { type Kind, type KindMap } from '../model/kinds/index.ts';
import { type KubeObject, type ObjectKey } from '../model/object.ts';
import { type Metrics } from '../model/ports.ts';
import { type ObjectCache } from './cache.ts';
import { type Turn } from './turn.ts';

/** What a look at an object came to. */
export interface Result {
  /** Look again at this world time, whatever happens until then. */
  readonly requeueAtMs?: number;
  /**
   * False while the object is still on its way by itself: convergence waits for it. True (the default)
   * once it is as wanted, or cannot get there for a reason that its conditions name.
   */
  readonly settled?: boolean;
  /**
   * True: another look right away would find nothing to do. The look has taken account of what it wrote to the
   * object itself and of what it asked of the world for it, so these alone ask for no further look. To be given by
   * controllers of kinds of which there are thousands. @defaultValue false
   */
  readonly rests?: boolean;
}

/** A look that can wait until the next multiple of `everyMs` of world time, so that one look serves many changes. */
export interface SharedLook {
  readonly key: ObjectKey;
  readonly everyMs: number;
}

/**
 * Which objects have to be looked at when one of another kind changes. Called with the object as it was and as it
 * is; `other` is the respective other state, undefined when it has come or gone: where only some changes matter,
 * comparing the two spares the looks at all others.
 */
export type Watch<T extends KubeObject = KubeObject> = (
  changed: T,
  cache: ObjectCache,
  other: T | undefined,
) => Iterable<ObjectKey | SharedLook>;

/** How an object's status stands to what is measured. */
export type FigureStanding =
  | 'Fresh'
  | 'Stale'
  /** It works, and will have a first sample without any change that would tell. */
  | 'Unmeasured';

/** Notes of one controller. */
export interface NoteKind {
  /** With which their keys begin. */
  readonly prefix: string;
  /**
   * True: then follows the key text of the object that a note is about. One that has gone while nobody looked is
   * handed to `gone`, so that its note goes too.
   */
  readonly byObject: boolean;
}

/**
 * One kind's reconcile loop. Level-triggered: it reads what is, never what happened. It is called with
 * the object as it stands, one key at a time, and a second call with nothing changed must write nothing.
 * Throwing means "try again later" with backoff; what can be explained belongs into a condition instead.
 */
export interface Controller<K extends Kind = Kind> {
  readonly kind: K;
  readonly watches?: { readonly [W in Kind]?: Watch<KindMap[W]> };
  /** Every object is looked at when a run ends, because its status shows measured figures: for kinds of few objects. */
  readonly alwaysMeasured?: boolean;
  /** What it remembers beside its objects (`Turn.setPrivate`), to be read when the loop starts. */
  readonly notes?: NoteKind;
  reconcile(object: KindMap[K], turn: Turn): Result;
  /**
   * For kinds of very many objects whose statuses show measured figures: how one stands to what is measured. Asked
   * of those that have changed, or whose load has, when a run ends; stale ones are looked at.
   */
  figureStanding?(object: KindMap[K], world: Metrics): FigureStanding;
  /** Called for an object that is no longer there, perhaps again and again: forgets what was noted of it. */
  gone?(key: ObjectKey, turn: Turn): void;
}

/** Declares a controller so that its types are checked, and forgets its kind for the registry. */
export function controller<K extends Kind>(definition: Controller<K>): Controller {
  return definition;
}
