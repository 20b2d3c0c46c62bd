import { describe, expect, test } from 'vitest';
import { place } from '../../src/placement/place.ts';
import { bindRule, type Rule } from '../../src/placement/rules.ts';
import { search } from '../../src/placement/search.ts';
import { Counter } from '../../src/placement/domain-counts.ts';
import { Axis } from '../../src/placement/topology.ts';
import { Tournament } from '../../src/placement/tournament.ts';
import { fleetOf, Gi, host, vm } from './builders.ts';

/** A group of hosts with these scores, of which those at `near` fulfil a wish worth `points`. */
function twoBest(
  scores: readonly number[],
  near: readonly number[],
  points: number,
): (readonly [number, number])[] {
  const axis = new Axis('kubernetes.io/hostname');
  const counter = new Counter(0, axis, () => true);
  const tournament = new Tournament(scores.length);
  scores.forEach((score, place) => {
    axis.put(place, host(`h${place}`));
    if (near.includes(place)) counter.add(place, 1);
    tournament.fill(place, score);
  });
  tournament.build();
  const rule: Rule = {
    type: 'PreferredAffinity',
    counter,
    self: false,
    maxSkew: 0,
    points,
    grain: 1,
    reason: '',
  };
  const group = { slots: Int32Array.from(scores.keys()), tournament };
  const found = search(group, 0, [bindRule(rule)], { scans: 0 }) ?? [];
  expect(scores.map((_, place) => tournament.score(place))).toEqual(scores);
  return found.map(({ slot, score }) => [slot, score] as const);
}

describe('the search with wishes', () => {
  test.each([
    {
      name: 'a wish lifts a host over better ones',
      scores: [50, 60, 60],
      near: [0],
      points: 20,
      best: [
        [0, 70],
        [1, 60],
      ],
    },
    {
      name: 'a wish is not enough',
      scores: [50, 60, 60],
      near: [0],
      points: 5,
      best: [
        [1, 60],
        [2, 60],
      ],
    },
    {
      name: 'a wish makes a tie: the lower name wins',
      scores: [50, 60, 60],
      near: [0],
      points: 10,
      best: [
        [0, 60],
        [1, 60],
      ],
    },
    {
      name: 'a wish makes a tie: the higher name loses',
      scores: [60, 60, 50],
      near: [2],
      points: 10,
      best: [
        [0, 60],
        [1, 60],
      ],
    },
    { name: 'hosts that are out stay out', scores: [-1, 60, -1], near: [0, 2], points: 90, best: [[1, 60]] },
  ])('$name', ({ scores, near, points, best }) => expect(twoBest(scores, near, points)).toEqual(best));
});

test('a spread over many hosts goes on when every host has one, up to what the smallest allow', () => {
  // Ten hosts hold one VM each: they keep the level at 1, so that the other sixty may have 2.
  const small = { allocatable: { cpuMillis: 1000, memoryBytes: 32 * Gi } };
  const fleet = fleetOf(Array.from({ length: 70 }, (_, index) => host(`h${index}`, index < 10 ? small : {})));
  const placement = {
    topologySpread: [{ topologyKey: 'kubernetes.io/hostname', selector: { matchLabels: { app: 'web' } } }],
  };
  let placed = 0;
  for (let index = 0; index < 140; index++) {
    const request = vm(`w${index}`, { labels: { app: 'web' }, placement });
    const answer = place(request, fleet, { strategy: 'MostAllocated' });
    if (answer.type === 'placed' && fleet.assign(request, answer.host)) placed++;
  }
  expect(placed).toBe(130);
});
