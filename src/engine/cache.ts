/**
 * What the controllers read: every object, in memory, with the indexes that keep the cost of a change
 * proportional to the change. Filled from the store, kept current by the turns' own writes.
 */
import { compareText } from '../base/listing.ts';
import { type Kind, type KindMap, isKind } from '../model/kinds/index.ts';
import { type KubeObject, keyText, type ObjectKey } from '../model/object.ts';
import { type LabelSelector, matchesSelector } from '../model/selectors.ts';
import { Bucket } from './bucket.ts';
import { EventAges } from './event-retention.ts';
import { HostGroups } from '../controllers/hosts/groups.ts';
import { MachineGroups } from '../controllers/machines/groups.ts';
import { SelectorIndex } from './selector-index.ts';
import { QuotaIndex } from '../controllers/cluster/quota-index.ts';
import { TenancyIndex } from '../controllers/tenants/index-entries.ts';
import { scaledKey } from '../controllers/scaling/target.ts';

export class ObjectCache {
  /** kind -> namespace -> name -> object. */
  readonly #objects = new Map<string, Map<string, Bucket>>();
  readonly #byUid = new Map<string, KubeObject>();
  /** uid of an owner -> the objects that name it, by uid. */
  readonly #dependents = new Map<string, Bucket>();
  /** `namespace/label=value` -> VirtualMachines, by name. */
  readonly #byLabel = new Map<string, Bucket>();
  /** name of a host -> VirtualMachines on it, by uid. */
  readonly #onHost = new Map<string, Bucket>();
  /** `kind/namespace/name` of a target (no name: by selector) -> Traffic that goes there, by uid. */
  readonly #traffic = new Map<string, Bucket>();
  /** Name of a hypervisor -> the Hosts that have it, by uid. */
  readonly #hostsWith = new Map<string, Bucket>();

  /** Events by age. */
  readonly events = new EventAges();
  /** VirtualMachines by owner, labels and size. */
  readonly groups = new MachineGroups();
  /** Hosts by owner and template. */
  readonly hostGroups = new HostGroups();
  /** Objects with a selector, to be found by the labels that they match. */
  readonly selecting = new SelectorIndex();
  /** Tenants and scaling policies by what they refer to. */
  readonly tenancy = new TenancyIndex();
  /** What the objects of each namespace take of its quotas. */
  readonly quotas = new QuotaIndex();
  /** Key text of what is scaled -> ScalingPolicies, by name. */
  readonly #byTarget = new Map<string, Bucket>();

  get<K extends Kind>(kind: K, namespace: string, name: string): KindMap[K] | undefined {
    return this.#objects.get(kind)?.get(namespace)?.get(name) as KindMap[K] | undefined;
  }

  find(key: ObjectKey): KubeObject | undefined {
    return this.#objects.get(key.kind)?.get(key.namespace)?.get(key.name);
  }

  byUid(uid: string): KubeObject | undefined {
    return this.#byUid.get(uid);
  }

  /** Objects of a kind, of one namespace or of all, ordered by namespace and name. */
  list<K extends Kind>(kind: K, namespace?: string): KindMap[K][] {
    const spaces = this.#objects.get(kind);
    if (!spaces) return [];
    const names = namespace === undefined ? [...spaces.keys()].sort(compareText) : [namespace];
    return names.flatMap((space) => sorted(spaces.get(space))) as unknown as KindMap[K][];
  }

  /** Objects that name this uid as an owner, in a stable order. */
  dependents(ownerUid: string): KubeObject[] {
    return sorted(this.#dependents.get(ownerUid));
  }

  /** The VirtualMachines of a namespace that the selector matches, ordered by name. */
  selectMachines(namespace: string, selector: LabelSelector | undefined): KindMap['VirtualMachine'][] {
    if (selector === undefined) return [];
    const narrowest = sorted(this.#narrowest(namespace, selector));
    const { matchLabels = {}, matchExpressions = [] } = selector;
    // A single label is answered by the index alone.
    const exact = matchExpressions.length === 0 && Object.keys(matchLabels).length <= 1;
    const matching = exact
      ? narrowest
      : narrowest.filter((vm) => matchesSelector(selector, vm.metadata.labels));
    return matching as unknown as KindMap['VirtualMachine'][];
  }

  /** The Hosts with this hypervisor, in a stable order. */
  hostsWith(hypervisor: string): KindMap['Host'][] {
    return sorted(this.#hostsWith.get(hypervisor)) as unknown as KindMap['Host'][];
  }

  /** How many Hosts have this hypervisor. */
  countHostsWith(hypervisor: string): number {
    return this.#hostsWith.get(hypervisor)?.size ?? 0;
  }

  /** How many VirtualMachines are on this host. */
  countMachinesOn(host: string): number {
    return this.#onHost.get(host)?.size ?? 0;
  }

  /** The VirtualMachines whose status names this host, in a stable order. */
  machinesOn(host: string): KindMap['VirtualMachine'][] {
    return sorted(this.#onHost.get(host)) as unknown as KindMap['VirtualMachine'][];
  }

  /**
   * The Traffic that names this target, in a stable order. For a VirtualMachine also all that finds its targets by
   * a selector in the namespace, whether it matches or not.
   */
  trafficTo(kind: string, namespace: string, name: string): KindMap['Traffic'][] {
    const named = sorted(this.#traffic.get(`${kind}/${namespace}/${name}`));
    const selecting = kind === 'VirtualMachine' ? sorted(this.#traffic.get(`${kind}/${namespace}/`)) : [];
    return [...named, ...selecting] as unknown as KindMap['Traffic'][];
  }

  /** The ScalingPolicies whose target is this object, whether it is there or not, ordered by name. */
  policiesFor(target: ObjectKey): KindMap['ScalingPolicy'][] {
    return sorted(this.#byTarget.get(keyText(target))) as unknown as KindMap['ScalingPolicy'][];
  }

  /** Every object; the order is that of insertion. */
  *all(): Iterable<KubeObject> {
    yield* this.#byUid.values();
  }

  /** How many objects of a kind there are. */
  count(kind: Kind): number {
    let count = 0;
    for (const space of this.#objects.get(kind)?.values() ?? []) count += space.size;
    return count;
  }

  get size(): number {
    return this.#byUid.size;
  }

  /** Stores a new or changed object; gives the one that it replaces. */
  put(object: KubeObject): KubeObject | undefined {
    const namespace = object.metadata.namespace ?? '';
    const old = this.find({ kind: object.kind, namespace, name: object.metadata.name });
    if (old) this.#unindex(old, object);
    let spaces = this.#objects.get(object.kind);
    if (!spaces) this.#objects.set(object.kind, (spaces = new Map<string, Bucket>()));
    bucketOf(spaces, namespace).set(object.metadata.name, object);
    this.#byUid.set(object.metadata.uid ?? '', object);
    if (object.kind === 'Event') this.events.put(object as KindMap['Event']);
    this.#index(object);
    this.#regroup(object, old);
    this.quotas.replace(object, old);
    return old;
  }

  /** Forgets an object; gives it if it was there. */
  remove(key: ObjectKey): KubeObject | undefined {
    const old = this.find(key);
    if (!old) return undefined;
    this.#objects.get(key.kind)?.get(key.namespace)?.delete(key.name);
    this.#byUid.delete(old.metadata.uid ?? '');
    if (old.kind === 'Event') this.events.remove(old as KindMap['Event']);
    this.#unindex(old, undefined);
    this.#regroup(undefined, old);
    this.quotas.replace(undefined, old);
    return old;
  }

  #regroup(object: KubeObject | undefined, old: KubeObject | undefined): void {
    if ((object ?? old)?.kind === 'VirtualMachine') {
      this.groups.replace(object as KindMap['VirtualMachine'] | undefined, old?.metadata.uid);
    } else if ((object ?? old)?.kind === 'Host') {
      this.hostGroups.replace(object as KindMap['Host'] | undefined, old?.metadata.uid);
    } else this.selecting.replace(object, old);
  }

  #index(object: KubeObject): void {
    const uid = object.metadata.uid ?? '';
    for (const owner of object.metadata.ownerReferences ?? []) {
      bucketOf(this.#dependents, owner.uid).set(uid, object);
    }
    this.tenancy.put(object);
    if (object.kind === 'Traffic') bucketOf(this.#traffic, targetOf(object)).set(uid, object);
    if (object.kind === 'Host') bucketOf(this.#hostsWith, hypervisorOf(object)).set(uid, object);
    if (object.kind === 'ScalingPolicy') {
      bucketOf(this.#byTarget, scaledBy(object)).set(object.metadata.name, object);
    }
    if (object.kind !== 'VirtualMachine') return;
    const { namespace = '', name, labels } = object.metadata;
    for (const key in labels) bucketOf(this.#byLabel, `${namespace}/${key}=${labels[key]}`).set(name, object);
    const host = hostOf(object);
    if (host !== undefined) bucketOf(this.#onHost, host).set(uid, object);
  }

  /** Takes `old` out of the indexes; places where `next` will stand again may keep their entry. */
  #unindex(old: KubeObject, next: KubeObject | undefined): void {
    const uid = old.metadata.uid ?? '';
    for (const owner of old.metadata.ownerReferences ?? []) this.#dependents.get(owner.uid)?.delete(uid);
    this.tenancy.remove(old);
    if (old.kind === 'Traffic') this.#traffic.get(targetOf(old))?.delete(uid);
    if (old.kind === 'Host') this.#hostsWith.get(hypervisorOf(old))?.delete(uid);
    if (old.kind === 'ScalingPolicy') this.#byTarget.get(scaledBy(old))?.delete(old.metadata.name);
    if (old.kind !== 'VirtualMachine') return;
    const { namespace = '', name, labels } = old.metadata;
    for (const key in labels) {
      if (next?.metadata.labels?.[key] !== labels[key]) {
        this.#byLabel.get(`${namespace}/${key}=${labels[key]}`)?.delete(name);
      }
    }
    const host = hostOf(old);
    if (host !== undefined && (!next || hostOf(next) !== host)) this.#onHost.get(host)?.delete(uid);
  }

  /** The smallest set of VirtualMachines known to hold all that can match. */
  #narrowest(namespace: string, selector: LabelSelector | undefined): Bucket | undefined {
    let best = this.#objects.get('VirtualMachine')?.get(namespace);
    for (const key in selector?.matchLabels) {
      const bucket = this.#byLabel.get(`${namespace}/${key}=${selector.matchLabels[key]}`);
      if (!bucket) return undefined;
      if (!best || bucket.size < best.size) best = bucket;
    }
    return best;
  }
}

/** The kinds and namespaces of the text are taken on trust by callers that iterate keys of the cache. */
export function kindOf(object: KubeObject): Kind {
  if (!isKind(object.kind)) throw new Error(`bug in vctl: stored object of unknown kind ${object.kind}`);
  return object.kind;
}

function targetOf(traffic: KubeObject): string {
  const { kind, name = '' } = (traffic as KindMap['Traffic']).spec.to;
  return `${kind}/${traffic.metadata.namespace ?? ''}/${name}`;
}

function hypervisorOf(object: KubeObject): string {
  return (object as KindMap['Host']).spec.hypervisor;
}

function scaledBy(object: KubeObject): string {
  return keyText(scaledKey(object as KindMap['ScalingPolicy']));
}

function hostOf(object: KubeObject): string | undefined {
  return (object as KindMap['VirtualMachine']).status?.host;
}

function bucketOf(map: Map<string, Bucket>, key: string): Bucket {
  let bucket = map.get(key);
  if (!bucket) map.set(key, (bucket = new Bucket()));
  return bucket;
}

function sorted(bucket: Bucket | undefined): KubeObject[] {
  return bucket ? bucket.sorted() : [];
}
