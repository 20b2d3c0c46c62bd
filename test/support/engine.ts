import { parse } from 'yaml';
import { type Controller } from '../../src/engine/controller.ts';
import { indexes } from '../../src/controllers/indexes.ts';
import { Scheduler } from '../../src/controllers/scheduling/scheduler.ts';
import { controllers } from '../../src/controllers/index.ts';
import { Manager, type Outcome } from '../../src/engine/manager.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { isKind, kinds, type Kind, type KindMap } from '../../src/model/kinds/index.ts';
import { type KubeObject, keyOf, keyText } from '../../src/model/object.ts';
import { type Store, type World } from '../../src/model/ports.ts';
import { createWorld } from '../../src/sim/world.ts';
import { createMemoryStore } from '../../src/store/memory.ts';

const epochMs = Date.UTC(2000, 0, 1);

/** An engine on a memory store and a fresh world, for tests of controllers. */
export class TestEngine {
  readonly store: Store;
  readonly manager: Manager;
  readonly #seed: number;
  #started = false;
  /** Objects whose look said that it rests, though another look right away wrote something. */
  readonly #restless: string[] = [];

  get world(): World {
    return this.manager.world;
  }

  /** `onTurn` is called after each turn of the loop; `store` holds what another engine has left. */
  constructor(
    seed = 1,
    onTurn?: (manager: Manager) => void,
    store = createMemoryStore({ seed }),
    /** In place of the real ones. */
    others: Partial<Record<Kind, Controller>> = {},
  ) {
    this.store = store;
    this.#seed = seed;
    const loadWorld = async (): Promise<World> =>
      createWorld({ seed, nowMs: epochMs, restore: await store.listPrivate('world/') });
    const checked: Partial<Record<Kind, Controller>> = {};
    for (const [kind, one] of Object.entries(controllers))
      if (isKind(kind)) checked[kind] = this.#lookTwice(one);
    this.manager = new Manager({
      store,
      loadWorld,
      controllers: { ...checked, ...others },
      indexes,
      makePlacer: (cache) => new Scheduler(cache),
      seed,
      onTurn,
    });
  }

  /** Another process on the same store: it knows only what was saved. */
  reopen(): TestEngine {
    return new TestEngine(this.#seed, undefined, this.store);
  }

  /** Stores objects given in short as YAML documents: apiVersion may be left out, namespace is `default`. */
  async write(text: string): Promise<void> {
    for (const document of text.split(/^---$/m)) {
      const given = parse(document) as { kind: string; metadata: { name: string; namespace?: string } };
      if (!isKind(given.kind)) throw new Error(`no kind ${given.kind}`);
      const info = kinds[given.kind];
      const metadata = info.namespaced ? { namespace: 'default', ...given.metadata } : given.metadata;
      const object = withDefaults(given.kind, { apiVersion: info.apiVersion, ...given, metadata });
      const old = await this.store.get(keyOf(object));
      const write = old
        ? ({
            type: 'update',
            object: { ...old, ...object, metadata: { ...old.metadata, ...metadata }, status: old.status },
          } as const)
        : ({ type: 'create', object } as const);
      await this.store.commit({ writes: [write], nowMs: this.#nowMs });
    }
  }

  async delete(kind: Kind, name: string, namespace = kinds[kind].namespaced ? 'default' : ''): Promise<void> {
    await this.store.commit({
      writes: [{ type: 'delete', key: { kind, namespace, name } }],
      nowMs: this.#nowMs,
    });
  }

  get #nowMs(): number {
    return this.#started ? this.world.nowMs : epochMs;
  }

  /** Lets the world go on until all has settled, for at most `forMs` of world time. */
  async settle(forMs = 3_600_000): Promise<Outcome> {
    await this.#start();
    const outcome = await this.manager.settle(this.world.nowMs + forMs);
    this.#mustRest();
    return outcome;
  }

  async advance(ms: number): Promise<void> {
    await this.#start();
    await this.manager.runUntil(this.world.nowMs + ms);
    this.#mustRest();
  }

  get<K extends Kind>(
    kind: K,
    name: string,
    namespace = kinds[kind].namespaced ? 'default' : '',
  ): KindMap[K] {
    const object = this.manager.cache.get(kind, namespace, name);
    if (!object) throw new Error(`there is no ${kind} ${namespace}/${name}`);
    return object;
  }

  list<K extends Kind>(kind: K): KindMap[K][] {
    return this.manager.cache.list(kind);
  }

  /** The condition of a type, as `True Reason`. */
  condition(object: KubeObject, type: string): string {
    const { conditions = [] } = (object.status ?? {}) as {
      conditions?: { type: string; status: string; reason: string }[];
    };
    const found = conditions.find((condition) => condition.type === type);
    return found ? `${found.status} ${found.reason}` : 'absent';
  }

  /** The controller, but a look that says it rests is repeated at once. */
  #lookTwice(controller: Controller): Controller {
    return {
      ...controller,
      reconcile: (object, turn) => {
        const key = keyOf(object);
        // An object that garbage collection has just changed is looked at once more in any case.
        const isCurrent = turn.cache.find(key) === object;
        const result = controller.reconcile(object, turn);
        const seen = turn.cache.find(key);
        if (!result.rests || !isCurrent || !seen) return result;
        const again = controller.reconcile(seen as never, turn);
        if (turn.cache.find(key) !== seen || again.requeueAtMs !== result.requeueAtMs) {
          const [before, after] = [seen.status, turn.cache.find(key)?.status].map((s) => JSON.stringify(s));
          this.#restless.push(`${keyText(key)}: ${before} became ${after}`);
        }
        return result;
      },
    };
  }

  #mustRest(): void {
    if (this.#restless.length > 0) throw new Error(`looks that did not rest: ${this.#restless.join('; ')}`);
  }

  async #start(): Promise<void> {
    if (!this.#started) await this.manager.start();
    this.#started = true;
  }
}

/** A few hypervisors, as the catalogue has them. */
export const someHypervisors = `
kind: Hypervisor
metadata: {name: xen}
spec: {product: Xen, architecture: BareMetal, modes: [Para, Full], requires: {hardwareAssist: {Full: true}}, reserved: {cpu: 250m, memory: 512Mi}, perVirtualMachine: {memory: 32Mi}, features: {liveMigration: true, cpuHotplug: true, memoryHotplug: true}}
---
kind: Hypervisor
metadata: {name: virtualbox}
spec: {product: VirtualBox, architecture: Hosted, modes: [Full], perVirtualMachine: {memory: 64Mi}, features: {}}
`;

/** A bare-metal host with Xen. */
export function xenHost(name: string, spec = ''): string {
  return `kind: Host\nmetadata: {name: ${name}}\nspec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}${spec === '' ? '' : `, ${spec}`}}`;
}

/** A paravirtualized guest. */
export function vm(name: string, spec = '', labels = ''): string {
  return `kind: VirtualMachine\nmetadata: {name: ${name}, labels: {${labels}}}\nspec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}${spec === '' ? '' : `, ${spec}`}}`;
}
