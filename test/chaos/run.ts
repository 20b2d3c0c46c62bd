/** One life of a world in bad weather, drawn from a seed, and what was found wrong with it. */
import { Random } from '../../src/base/random.ts';
import { UserError, ApiError } from '../../src/base/errors.ts';
import { deleteObjects } from '../../src/app/apply/delete.ts';
import { type ApplyRequest, load, storeManifests } from '../../src/app/apply/run-apply.ts';
import { memoryState, type State } from '../../src/app/state.ts';
import { controllers } from '../../src/controllers/index.ts';
import { indexes } from '../../src/controllers/indexes.ts';
import { Scheduler } from '../../src/controllers/scheduling/scheduler.ts';
import { Manager } from '../../src/engine/manager.ts';
import { worldPrefix } from '../../src/sim/core.ts';
import { createWorld } from '../../src/sim/world.ts';
import { type Change, type Document, drawChange, drawEstate, keyOfDocument, textOf } from './estate.ts';
import { lasting, momentary } from './invariants.ts';
import { shapeOf } from './shape.ts';
import { Mishap, unreliableStore, unreliableWorld, type Weather } from './unreliable.ts';

export interface Life {
  /** What happened, a line each. */
  readonly story: readonly string[];
  /** What should not have come about; empty when all is well. */
  readonly problems: readonly string[];
}

/** How likely a mishap is at one call to the store or the world. */
const risk = 0.02;
const hourMs = 3_600_000;

/** Lives through `steps` changes, faults and mishaps, then through calm weather until all has come to rest. */
export async function live(seed: number, steps = 12): Promise<Life> {
  const life = await World.create(seed);
  await life.begin();
  for (let step = 0; step < steps && life.problems.length === 0; step++) await life.step();
  if (life.problems.length === 0) await life.calmDown();
  return life;
}

class World implements Life {
  readonly story: string[] = [];
  readonly problems: string[] = [];
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #state: State;
  /** What was acknowledged. */
  readonly #declared = new Map<string, Document>();
  #manager: Manager;

  private constructor(seed: number, state: State) {
    this.#random = new Random(seed);
    this.#weather = { random: new Random(seed ^ 0x5eed), risk: 0 };
    this.#state = state;
    this.#manager = this.#engine();
  }

  static async create(seed: number): Promise<World> {
    return new World(seed, await memoryState(seed));
  }

  async begin(): Promise<void> {
    const estate = drawEstate(this.#random);
    for (const one of estate.values()) await this.#apply([one]);
    await this.#manager.start();
  }

  async step(): Promise<void> {
    this.#weather.risk = 0;
    await this.#happening();
    this.#weather.risk = risk;
    await this.#pass(Math.ceil(this.#random.next() ** 3 * 600_000));
    await this.#check(momentary);
  }

  /** No mishaps any more and every fault mended: now all must become as declared, and stay so. */
  async calmDown(): Promise<void> {
    this.#weather.risk = 0;
    await this.#mend();
    const outcome = await this.#manager.settle(this.#manager.nowMs + hourMs);
    this.story.push(`calm: ${outcome.type}`);
    if ('waitingFor' in outcome) this.#problem(`does not settle: ${outcome.waitingFor.join(', ')}`);
    await this.#manager.runUntil(this.#manager.nowMs + hourMs);
    await this.#check(momentary);
    await this.#check(lasting);
    await this.#compare();
  }

  async #happening(): Promise<void> {
    const draw = this.#random.next();
    if (draw < 0.45) return this.#change(drawChange(this.#declared, this.#random));
    if (draw < 0.65) return this.#fault();
    if (draw < 0.75) return this.#mend();
    return this.#restart('it was killed');
  }

  async #change(change: Change): Promise<void> {
    if (change.type === 'Apply') return this.#apply([change.document]);
    const [kind = '', name = ''] = change.key.split('/');
    this.story.push(`delete ${change.key}`);
    await this.#refusable(async () => {
      await deleteObjects(this.#state, {
        ...{ resources: [`${kind}/${name}`], paths: [], recursive: false, all: false, namespace: 'shop' },
        ...{ propagation: 'Background', ignoreNotFound: true, dryRun: false, force: true },
        ...{ wait: false, timeout: '1h' },
      });
      this.#declared.delete(change.key);
      if (kind !== 'Namespace') return;
      for (const [key, { metadata }] of this.#declared)
        if (metadata.namespace === name) this.#declared.delete(key);
    });
  }

  async #apply(documents: readonly Document[]): Promise<void> {
    const names = documents.map(keyOfDocument).join(' ');
    this.story.push(`apply ${documents.length === 1 ? textOf(documents) : names}`);
    await this.#refusable(async () => {
      const request: ApplyRequest = {
        ...{ paths: ['-'], recursive: false, namespace: 'default', force: true, prune: false },
        ...{ dryRun: 'none', wait: false, timeout: '1h', stdin: textOf(documents) },
      };
      const { diagnostics } = await storeManifests(this.#state, request, load(request));
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) throw new UserError(errors.map(({ message }) => message).join('; '));
      for (const one of documents) this.#declared.set(keyOfDocument(one), one);
    });
  }

  /** What is refused has changed nothing. */
  async #refusable(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof UserError || error instanceof ApiError)) throw error;
      this.story.push(`  refused: ${error.message}`);
    }
  }

  async #fault(): Promise<void> {
    const hosts = this.#manager.cache.list('Host');
    const host = hosts[Math.floor(this.#random.next() * hosts.length)];
    const type = (['Crash', 'Slow', 'NetworkLoss'] as const)[Math.floor(this.#random.next() * 3)] ?? 'Crash';
    const forMs = this.#random.next() < 0.5 ? undefined : Math.ceil(this.#random.next() * 300_000);
    if (host === undefined) return;
    this.story.push(`${type} of ${host.metadata.name} for ${forMs ?? 'ever'} ms`);
    await this.#pass(0);
    this.#manager.world.inject({ hostUid: host.metadata.uid ?? '', type, forMs, speed: 0.3 });
  }

  async #mend(): Promise<void> {
    this.story.push('all hosts are mended');
    await this.#pass(0);
    for (const { metadata } of this.#manager.cache.list('Host')) {
      this.#manager.world.clearFaults(metadata.uid ?? '');
    }
  }

  /** Lets world time pass; an engine that a mishap ends is started anew. */
  async #pass(ms: number): Promise<void> {
    const untilMs = this.#manager.nowMs + ms;
    for (;;) {
      try {
        await this.#manager.runUntil(Math.max(untilMs, this.#manager.nowMs));
        return;
      } catch (error) {
        if (!(error instanceof Mishap)) throw error;
        await this.#restart(error.message);
      }
    }
  }

  async #restart(why: string): Promise<void> {
    this.story.push(`the engine starts anew: ${why}`);
    this.#manager = this.#engine();
    await this.#manager.start();
  }

  #engine(): Manager {
    const { store, seed, epochMs } = this.#state;
    return new Manager({
      store: unreliableStore(store, this.#weather),
      loadWorld: async () =>
        unreliableWorld(
          createWorld({ seed, nowMs: epochMs, restore: await store.listPrivate(worldPrefix) }),
          this.#weather,
        ),
      controllers,
      indexes,
      makePlacer: (cache) => new Scheduler(cache),
      seed,
    });
  }

  async #check(rules: typeof momentary): Promise<void> {
    for (const problem of await rules(this.#state, this.#manager, this.#declared)) this.#problem(problem);
  }

  /** Another world, to which only what is declared at the end was ever applied. */
  async #compare(): Promise<void> {
    const calm = await World.create(this.#state.seed);
    await calm.#apply([...this.#declared.values()]);
    await calm.#manager.start();
    await calm.#manager.settle(calm.#manager.nowMs + hourMs);
    await calm.#manager.runUntil(calm.#manager.nowMs + hourMs);
    const [here, there] = [shapeOf(this.#manager.cache), shapeOf(calm.#manager.cache)];
    for (const line of here) if (!there.includes(line)) this.#problem(`only after this life: ${line}`);
    for (const line of there) if (!here.includes(line)) this.#problem(`only in a calm life: ${line}`);
  }

  #problem(text: string): void {
    if (!this.problems.includes(text)) this.problems.push(text);
  }
}
