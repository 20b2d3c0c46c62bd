/**
 * Making very many objects in slices, so that a turn stays bounded: between two slices the run can be interrupted, its
 * progress shown, and what was made so far stored.
 */
import { type Turn } from './turn.ts';

/** Objects that one owner makes at one moment of world time; as Kubernetes' ReplicaSet controller, its burst a sync. */
export const mostAtOnce = 500;
/** World time between two slices, ms. */
const betweenMs = 1_000;

interface Slice {
  readonly atMs: number;
  made: number;
  /** More was wanted than this moment allows. */
  cut: boolean;
}

/** By cache, which lives as long as the engine knows what it has made; then by the owner's uid. */
const slices = new WeakMap<Turn['cache'], Map<string, Slice>>();

function sliceOf(owner: string, turn: Turn): Slice {
  let ofCache = slices.get(turn.cache);
  if (!ofCache) slices.set(turn.cache, (ofCache = new Map<string, Slice>()));
  let slice = ofCache.get(owner);
  if (slice?.atMs !== turn.nowMs) {
    slice = { atMs: turn.nowMs, made: 0, cut: false };
    ofCache.set(owner, slice);
  }
  return slice;
}

/** How many of the `wanted` objects the owner of this uid may make now; they count as made. */
export function takeSlice(owner: string, wanted: number, turn: Turn): number {
  if (wanted <= 0) return 0;
  const slice = sliceOf(owner, turn);
  const count = Math.min(wanted, mostAtOnce - slice.made);
  slice.made += count;
  slice.cut = count < wanted;
  return count;
}

/** When the owner may go on, ms of world time; undefined when nothing was held back. */
export function nextSliceAtMs(owner: string, turn: Turn): number | undefined {
  return sliceOf(owner, turn).cut ? turn.nowMs + betweenMs : undefined;
}
