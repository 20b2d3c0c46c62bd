/** Which objects have measured figures that their statuses do not show yet. */
import { compareText } from '../base/listing.ts';
import { type Host, type Kind, type VirtualMachine } from '../model/kinds/index.ts';
import { type KubeObject, type ObjectKey, keyOf, keyText, parseKeyText } from '../model/object.ts';
import { type World } from '../model/ports.ts';
import { type ObjectCache } from './cache.ts';

/** Kinds of which there are few and whose figures are many: always looked at when a run ends. */
const alwaysMeasured: readonly Kind[] = ['LoadBalancer', 'Traffic', 'ScalingPolicy', 'Tenant'];

/** A share as statuses show it: four decimals, so that the last bits of a float are no news. */
export function shownShare(share: number): number {
  return Math.round(share * 1e4) / 1e4;
}

/**
 * Finds what to look at when a run ends. VMs and hosts, of which there may be very many, are only compared when they
 * have changed or their load has, and only named when their utilization is not what their status shows.
 */
export class FigureWatch {
  /** Key texts of the VMs and hosts whose statuses may be behind. */
  readonly #suspects = new Set<string>();
  /** VMs and hosts compared since the start, for tests that count work. */
  comparisons = 0;

  /** An object has come or changed. */
  note(object: KubeObject): void {
    if (object.kind === 'VirtualMachine' || object.kind === 'Host')
      this.#suspects.add(keyText(keyOf(object)));
  }

  /** The keys to look at, those of one kind ordered by name. Each is named once, until it changes again. */
  *stale(cache: ObjectCache, world: World): Iterable<ObjectKey> {
    for (const kind of alwaysMeasured) for (const object of cache.list(kind)) yield keyOf(object);
    const { machines, hosts } = world.takeMoved();
    for (const uid of [...machines, ...hosts]) {
      const object = cache.byUid(uid);
      if (object) this.note(object);
    }
    for (const text of [...this.#suspects].sort(compareText)) {
      const key = parseKeyText(text);
      const object = cache.find(key);
      this.comparisons++;
      const standing = object ? standingOf(object, world) : 'fresh';
      if (standing !== 'unmeasured') this.#suspects.delete(text);
      if (standing === 'stale') yield key;
    }
  }
}

/** `unmeasured`: it works, and will have a first sample without any change that would tell. */
function standingOf(object: KubeObject, world: World): 'fresh' | 'stale' | 'unmeasured' {
  const uid = object.metadata.uid ?? '';
  const { status } = object as Host | VirtualMachine;
  const usage = object.kind === 'Host' ? world.hostUsage(uid) : world.machineUsage(uid);
  if (usage === undefined) return status && 'startedAt' in status ? 'unmeasured' : 'fresh';
  return shownShare(usage.utilization) === status?.utilization ? 'fresh' : 'stale';
}
