/** The state that commands work on: a folder with the store in it, or a memory of the same shape. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { defaultEpochMs, toTimestamp } from '../base/clock.ts';
import { ApiError, ExitCode, UserError } from '../base/errors.ts';
import { type Store } from '../model/ports.ts';
import { clockKey } from '../sim/core.ts';
import { explainFailure } from '../store/failure.ts';
import { stateExists } from '../store/lmdb-header.ts';
import { createMemoryStore } from '../store/memory.ts';

/** What a state is made with and keeps for ever. */
export interface StateMeta {
  readonly seed: number;
  /** Where its world time began, ms since the Unix epoch. */
  readonly epochMs: number;
}

export interface State extends StateMeta {
  readonly store: Store;
  /** The folder; undefined for a state in memory. */
  readonly path: string | undefined;
}

export interface OpenOptions {
  readonly path: string;
  /** Make the state when it is not there; without it a missing state reads as a new one, and stays missing. */
  readonly create: boolean;
  /** Of a new state. A state that is there and has another one is refused. */
  readonly seed?: number;
  readonly epochMs?: number;
}

const metaKey = 'state/meta';
const defaultSeed = 1;

/** Where the state lives unless a flag says otherwise: VCTL_STATE_DIR, else the XDG state folder. */
export function defaultStatePath(env: Readonly<Record<string, string | undefined>>): string {
  if (env['VCTL_STATE_DIR']) return env['VCTL_STATE_DIR'];
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'vctl');
}

/** Opens a state folder. @throws UserError when it was made with another seed or epoch than asked for. */
export async function openState(options: OpenOptions): Promise<State> {
  if (!options.create && !isStateThere(options.path)) {
    return memoryState(options.seed ?? defaultSeed, options.epochMs);
  }
  const { openLmdbStore } = await import('../store/lmdb.ts');
  const open = (seed: number): Promise<Store> =>
    openLmdbStore({ path: options.path, seed, create: options.create });
  const store = await open(options.seed ?? defaultSeed);
  const meta = (await readMeta(store)) ?? (options.create ? await makeState(store, options) : undefined);
  if (!meta) {
    await store.close();
    return memoryState(options.seed ?? defaultSeed, options.epochMs);
  }
  refuseOther(options, meta);
  if (meta.seed === (options.seed ?? defaultSeed)) return { store, path: options.path, ...meta };
  await store.close();
  return { store: await open(meta.seed), path: options.path, ...meta };
}

/** True when there is a state in the folder. @throws UserError when it is no folder, or may not be looked into. */
export function isStateThere(path: string): boolean {
  try {
    return stateExists(path);
  } catch (error) {
    throw explainFailure(path, error);
  }
}

/** A new state that lives as long as the process. */
export async function memoryState(
  seed: number = defaultSeed,
  epochMs: number = defaultEpochMs,
): Promise<State> {
  const store = createMemoryStore({ seed });
  await fill(store, { seed, epochMs });
  return { store, path: undefined, seed, epochMs };
}

/** The present of the state's world, ms since the Unix epoch. */
export async function worldTime(state: State): Promise<number> {
  const clock = (await state.store.getPrivate(clockKey)) as { nowMs: number } | undefined;
  return clock?.nowMs ?? state.epochMs;
}

async function readMeta(store: Store): Promise<StateMeta | undefined> {
  return (await store.getPrivate(metaKey)) as StateMeta | undefined;
}

/** Makes a state of an empty store. What it takes is loaded only here: most commands find a state that is there. */
async function fill(store: Store, meta: StateMeta): Promise<void> {
  const { newState } = await import('./new-state.ts');
  await store.commit({
    writes: newState(),
    private: [{ key: metaKey, value: meta }],
    expectedRevision: 0,
    nowMs: meta.epochMs,
  });
}

/** Makes the state, unless another process does so at the same time: then its state is the one. */
async function makeState(store: Store, options: OpenOptions): Promise<StateMeta | undefined> {
  const made = { seed: options.seed ?? defaultSeed, epochMs: options.epochMs ?? defaultEpochMs };
  try {
    await fill(store, made);
    return made;
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'Conflict') throw error;
    return readMeta(store);
  }
}

function refuseOther(asked: OpenOptions, meta: StateMeta): void {
  const differing =
    asked.seed !== undefined && asked.seed !== meta.seed
      ? `seed ${meta.seed}, not ${asked.seed}`
      : asked.epochMs !== undefined && asked.epochMs !== meta.epochMs
        ? `epoch ${toTimestamp(meta.epochMs)}, not ${toTimestamp(asked.epochMs)}`
        : undefined;
  if (differing === undefined) return;
  throw new UserError(`the state in ${asked.path} was made with ${differing}`, {
    exitCode: ExitCode.Conflict,
    nextSteps: ['leave the flag out, or choose another folder with --state DIR'],
  });
}
