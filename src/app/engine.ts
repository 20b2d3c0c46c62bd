/** The engine of this process: holds the lease, runs the controllers, moves the world's time. */
import { breathe, later, sleep, wallClock } from '../base/clock.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { indexes } from '../controllers/indexes.ts';
import { Scheduler } from '../controllers/scheduling/scheduler.ts';
import { controllers } from '../controllers/index.ts';
import { Manager, type Outcome } from '../engine/manager.ts';
import { type KubeObject } from '../model/object.ts';
import { type World } from '../model/ports.ts';
import { type Fidelity } from '../model/run-record.ts';
import { worldPrefix } from '../sim/core.ts';
import { createRequestWorld } from '../sim/requests/request-world.ts';
import { createWorld } from '../sim/world.ts';
import { type Lease, acquireLease, defaultLeaseMs } from '../store/lease.ts';
import { currentHolder, probeHolder } from '../store/lease-holder.ts';
import { type State } from './state.ts';

export interface EngineOptions {
  /** The run goes on once it has resolved. */
  readonly onTurn?: (manager: Manager) => void | Promise<void>;
  /** Called before world time moves on, as `ManagerOptions.onPass`. */
  readonly onPass?: (world: World, untilMs: number) => void;
  readonly onChange?: (object: KubeObject | undefined, old: KubeObject | undefined) => void;
  readonly signal?: AbortSignal;
  /** Length of a load step of the world, ms. @defaultValue 15_000 */
  readonly stepMs?: number;
  /** World time at which some load step begins, ms. @defaultValue 0, the Unix epoch */
  readonly stepOriginMs?: number;
  /** Whether the world's load is a fluid or single requests, for states in memory alone. @defaultValue 'flow' */
  readonly fidelity?: Fidelity;
  /** It goes on until somebody ends it: other commands leave to it what they have stored. @defaultValue false */
  readonly following?: boolean;
}

/** Another process goes on reconciling the state until somebody ends it. */
export class StateFollowed extends UserError {
  constructor(
    readonly pid: number,
    path: string | undefined,
  ) {
    super(`process ${pid} follows the state in ${path} and moves its world time`, {
      exitCode: ExitCode.Conflict,
      nextSteps: ['end it first (Ctrl-C), then run this again'],
    });
  }
}

/** Turns that share a transaction on a disk, each of which costs one wait for it. */
const turnsPerCommit = 64;
/** How long to wait for another process that reconciles the same state, ms of wall time. */
const leasePatienceMs = 60_000;
const leasePollMs = 100;
/** A run that never waits for a disk would not hear Ctrl-C: so often it listens, ms of wall time. */
const breathEveryMs = 50;

export class Engine {
  readonly manager: Manager;
  readonly #state: State;
  readonly #hold: Hold;

  private constructor(state: State, manager: Manager, hold: Hold) {
    this.#state = state;
    this.manager = manager;
    this.#hold = hold;
  }

  /**
   * Takes the state's lease and reads everything. While another process reconciles the state, it takes over
   * what was written here, and this waits for it.
   *
   * @throws UserError after a minute of waiting, StateFollowed at once when that process will not end by itself.
   */
  static async start(state: State, options: EngineOptions = {}): Promise<Engine> {
    const lease = state.path === undefined ? undefined : await takeLease(state, options);
    let breathedAtMs = wallClock.now();
    const makeWorld = options.fidelity === 'requests' ? createRequestWorld : createWorld;
    const manager = new Manager({
      store: state.store,
      loadWorld: async () =>
        makeWorld({
          seed: state.seed,
          nowMs: state.epochMs,
          stepMs: options.stepMs,
          stepOriginMs: options.stepOriginMs,
          restore: await state.store.listPrivate(worldPrefix),
        }),
      controllers,
      indexes,
      makePlacer: (cache) => new Scheduler(cache),
      seed: state.seed,
      turnsPerCommit: state.path === undefined ? 1 : turnsPerCommit,
      onChange: options.onChange,
      onPass: options.onPass,
      onTurn: async (running) => {
        await options.onTurn?.(running);
        const nowMs = wallClock.now();
        if (nowMs - breathedAtMs < breathEveryMs) return;
        breathedAtMs = nowMs;
        await breathe();
      },
    });
    const stopRenewing = lease && keepRenewing(lease);
    try {
      await manager.start();
      return new Engine(state, manager, { lease, stopRenewing, signal: options.signal });
    } catch (error) {
      stopRenewing?.();
      await lease?.release();
      throw error;
    }
  }

  /** Lets world time pass until all has settled, for at most `timeoutMs` of it. */
  settle(timeoutMs: number): Promise<Outcome> {
    return this.manager.settle(this.manager.nowMs + timeoutMs, this.#hold.signal);
  }

  /** Lets world time pass until `isDone` says so, for at most `timeoutMs` of it. */
  waitUntil(isDone: () => boolean, timeoutMs: number): Promise<Outcome> {
    return this.manager.runUntilTrue(isDone, this.manager.nowMs + timeoutMs, this.#hold.signal);
  }

  /** Lets `ms` of world time pass. */
  advance(ms: number): Promise<Outcome> {
    return this.manager.runUntil(this.manager.nowMs + ms, this.#hold.signal);
  }

  /** Makes everything durable and gives the lease back. */
  async stop(): Promise<void> {
    this.#hold.stopRenewing?.();
    await this.#state.store.flush();
    await this.#hold.lease?.release();
  }
}

/** What an engine has in hand while it runs. */
interface Hold {
  /** Absent for a state in memory. */
  readonly lease: Lease | undefined;
  readonly stopRenewing: (() => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Renews the lease until the result is called, also while the engine waits for something else (a repository, a
 * person). Once it is lost, or the disk is full, the next commit says so.
 */
function keepRenewing(lease: Lease): () => void {
  let stopped = false;
  let cancel = (): void => undefined;
  const renew = async (): Promise<void> => {
    const mine = await lease.renew().catch(() => true);
    if (mine && !stopped) cancel = later(defaultLeaseMs / 3, () => void renew());
  };
  cancel = later(defaultLeaseMs / 3, () => void renew());
  return () => {
    stopped = true;
    cancel();
  };
}

async function takeLease(state: State, { signal, following }: EngineOptions): Promise<Lease> {
  const options = {
    ...{ store: state.store, me: currentHolder(), clock: wallClock, liveness: probeHolder },
    following,
  };
  const startedAtMs = wallClock.now();
  for (;;) {
    const outcome = await acquireLease(options);
    if (outcome.type === 'Acquired') return outcome.lease;
    if (outcome.by.following === true) throw new StateFollowed(outcome.by.holder.pid, state.path);
    if (wallClock.now() - startedAtMs > leasePatienceMs) {
      const { pid, host } = outcome.by.holder;
      throw new UserError(`process ${pid} on ${host} reconciles the state in ${state.path}`, {
        exitCode: ExitCode.Conflict,
        nextSteps: [
          'what was applied is stored, and that process takes it over',
          'or end it and run this again',
        ],
      });
    }
    await sleep(leasePollMs, signal);
  }
}
