/** A store and a world as one meets them in bad weather: answers lost, late and doubled, writes that fail or seem to. */
import { ApiError } from '../../src/base/errors.ts';
import { type Random } from '../../src/base/random.ts';
import { type Store, type World } from '../../src/model/ports.ts';

/** How likely each mishap is at one call, 0 in calm weather. */
export interface Weather {
  readonly random: Random;
  risk: number;
}

/** The engine's process cannot go on from here: it has to be started anew. */
export class Mishap extends Error {}

export function unreliableStore(store: Store, weather: Weather): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name !== 'commit') return bound(target, name);
      return async (batch: Parameters<Store['commit']>[0]) => {
        const draw = weather.random.next() / (weather.risk || Number.MIN_VALUE);
        if (draw < 0.4) throw new ApiError('Conflict', 'somebody else was quicker');
        if (draw < 0.7) throw new Mishap('the write failed');
        const committed = await target.commit(batch);
        if (draw < 1) throw new Mishap('written, and the answer was lost');
        return committed;
      };
    },
  });
}

/** What asks something of the machines or the network. */
const requests = new Set<string | symbol>(
  (
    [
      ...[
        'ensureHost',
        'removeHost',
        'provision',
        'start',
        'stop',
        'resize',
        'reshape',
        'migrate',
        'destroy',
      ],
      ...['ensureBalancer', 'removeBalancer', 'ensureRoute', 'removeRoute', 'ensureTraffic', 'removeTraffic'],
    ] as (keyof World)[]
  ).map((name) => name),
);

/** No call is late by more than this, ms. */
const latestMs = 30_000;

type Call = (...given: unknown[]) => unknown;

export function unreliableWorld(world: World, weather: Weather): World {
  const late: { readonly atMs: number; readonly call: () => unknown }[] = [];
  const advanceTo = (timeMs: number): void => {
    for (let first = late[0]; first !== undefined && first.atMs <= timeMs; first = late[0]) {
      late.shift();
      world.advanceTo(Math.max(first.atMs, world.nowMs));
      first.call();
    }
    world.advanceTo(timeMs);
  };
  return new Proxy(world, {
    get(target, name) {
      if (name === 'advanceTo') return advanceTo;
      if (name === 'approach')
        return (timeMs: number) => world.approach(Math.min(timeMs, late[0]?.atMs ?? Infinity));
      if (name === 'nextEventAtMs') {
        return () => {
          const next = world.nextEventAtMs();
          const called = late[0]?.atMs;
          return next === undefined ? called : Math.min(next, called ?? Infinity);
        };
      }
      if (!requests.has(name)) return bound(target, name);
      const call = bound(target, name) as Call;
      return (...given: unknown[]) => {
        const draw = weather.random.next() / (weather.risk || Number.MIN_VALUE);
        if (draw < 0.25) throw new Error('the request was lost');
        if (draw < 0.5) {
          const atMs = world.nowMs + Math.ceil(weather.random.next() * latestMs);
          late.push({ atMs, call: () => call(...given) });
          late.sort((a, b) => a.atMs - b.atMs);
          throw new Error('no answer yet');
        }
        const answer = call(...given);
        if (draw < 0.75) throw new Error('the answer was lost');
        return draw < 1 ? call(...given) : answer;
      };
    },
  });
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? value.bind(target) : value;
}
