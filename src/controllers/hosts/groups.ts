import { type CacheIndex, type IndexDefinition } from '../../engine/cache-index.ts';
import { type Host } from '../../model/kinds/index.ts';
import { isTrue } from '../../model/conditions.ts';
import { isTerminating, type KubeObject } from '../../model/object.ts';
import { labels } from '../../model/annotations.ts';

/** The hosts of one owner that were made from the same template. Never empty; those being deleted do not count. */
export interface HostGroup {
  /** Of the template; '' when the host bears none. */
  readonly revision: string;
  /** By uid. */
  readonly members: ReadonlyMap<string, Host>;
  readonly ready: number;
  /** Not ready, and not about to become so by themselves, by uid. */
  readonly stuck: ReadonlyMap<string, Host>;
}

interface Mutable extends HostGroup {
  readonly owner: string;
  readonly members: Map<string, Host>;
  ready: number;
  readonly stuck: Map<string, Host>;
}

/** Hosts counted by owner and template, kept current by one change at a time; for pools of thousands. */
class HostGroups implements CacheIndex {
  /** uid of an owner -> revision -> group. */
  readonly #byOwner = new Map<string, Map<string, Mutable>>();
  /** uid of a host -> how it is counted. */
  readonly #places = new Map<string, { readonly group: Mutable; readonly ready: boolean }>();

  /** The groups that an object manages, in the order in which they came about. */
  ofOwner(uid: string): readonly HostGroup[] {
    return [...(this.#byOwner.get(uid)?.values() ?? [])];
  }

  /** Counts a host as it now is instead of as it was. */
  replace(host: KubeObject | undefined, old: KubeObject | undefined): void {
    if (old?.metadata.uid !== undefined) this.#leave(old.metadata.uid);
    const owner = host?.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    // Hosts without a controller are in no group: nobody asks for their number.
    if (host && owner !== undefined && !isTerminating(host)) this.#enter(host as Host, owner);
  }

  #enter(host: Host, owner: string): void {
    const uid = host.metadata.uid ?? '';
    const group = this.#groupFor(owner, host.metadata.labels?.[labels.revision] ?? '');
    const ready = isTrue(host.status?.conditions, 'Ready');
    group.members.set(uid, host);
    if (ready) group.ready++;
    else if (host.status?.phase === 'NotReady' || host.status?.phase === 'Pending') {
      group.stuck.set(uid, host);
    }
    this.#places.set(uid, { group, ready });
  }

  #leave(uid: string): void {
    const place = this.#places.get(uid);
    if (!place) return;
    const { group, ready } = place;
    this.#places.delete(uid);
    group.members.delete(uid);
    group.stuck.delete(uid);
    if (ready) group.ready--;
    if (group.members.size === 0) this.#byOwner.get(group.owner)?.delete(group.revision);
  }

  #groupFor(owner: string, revision: string): Mutable {
    let groups = this.#byOwner.get(owner);
    if (!groups) this.#byOwner.set(owner, (groups = new Map<string, Mutable>()));
    let group = groups.get(revision);
    if (!group) {
      group = { owner, revision, members: new Map(), ready: 0, stuck: new Map() };
      groups.set(revision, group);
    }
    return group;
  }
}

/** Hosts by owner and template. */
export const hostGroups: IndexDefinition<HostGroups> = { kinds: ['Host'], make: () => new HostGroups() };
