import { describe, expect, test } from 'vitest';
import {
  chooseBalancer,
  levelInForce,
  readiness,
  stillLeaving,
  type TierState,
} from '../../src/tenancy/route.ts';
import { type InstanceSet } from '../../src/tenancy/instance-sets.ts';

function tier(text: string, updated = true): TierState {
  const [ready = 0, wanted = 0, coming = 0, checking = 0] = text.split(/[/+~]/).map(Number);
  return { tier: 'web', ready, wanted, coming, checking, updated };
}

describe('where the route leads · tiers as ready/wanted+coming~checking', () => {
  test.each([
    ['nothing there yet', undefined, [tier('0/2+2~0')], undefined],
    ['the first that answers is taken', undefined, [tier('1/2+1~0')], 'new'],
    ['every tier has to answer', undefined, [tier('2/2+0~0'), tier('0/1+1~0')], undefined],
    ['one that works is left for a whole one', 'old', [tier('2/2+0~0'), tier('1/1+0~0')], 'new'],
    ['not for half a one', 'old', [tier('1/2+1~0')], 'old'],
    ['not for one under health checks', 'old', [tier('1/2+0~1')], 'old'],
    ['for less, if no more is to come', 'old', [tier('1/2+0~0')], 'new'],
    ['never for nothing', 'old', [tier('0/2+0~0')], 'old'],
    ['not for one with VMs of another build', 'old', [tier('2/2+0~0', false)], 'old'],
    ['it stays where it is wanted, whatever happens', 'new', [tier('0/2+2~0')], 'new'],
  ] as const)('%s', (_name, current, tiers, expected) => {
    expect(chooseBalancer({ current, target: 'new', tiers })).toBe(expected);
  });

  test('without a set that may be used it stays', () => {
    expect(chooseBalancer({ current: 'old', target: undefined, tiers: [] })).toBe('old');
  });
});

describe('the level in force', () => {
  test.each([
    ['until it has arrived, the old one', 'III', 'IV', false, true, 'III'],
    ['then the new one', 'III', 'IV', true, true, 'IV'],
    ['same VMs, another build: once all are replaced', 'I', 'II', true, false, 'I'],
    ['… which they are', 'I', 'II', true, true, 'II'],
    ['a new build within a level changes nothing', 'II', 'II', true, false, 'II'],
    ['the first', undefined, 'I', true, false, 'I'],
    ['no application', 'II', undefined, false, true, 'II'],
  ] as const)('%s', (_name, before, wanted, arrived, updated, expected) => {
    expect(levelInForce({ before, wanted, arrived, tiers: [tier('1/1', updated)] })).toBe(expected);
  });
});

describe('what is left behind', () => {
  const at = (balancer: string, untilMs: number): { balancer: string; untilMs: number } => ({
    balancer,
    untilMs,
  });
  test.each([
    ['a move adds one', [], 'b', at('a', 30), 0, [at('a', 30)]],
    ['kept until its time', [at('a', 30)], 'b', undefined, 29, [at('a', 30)]],
    ['done at its time', [at('a', 30)], 'b', undefined, 30, []],
    ['a second move keeps the first', [at('a', 30)], 'c', at('b', 40), 10, [at('a', 30), at('b', 40)]],
    ['a return takes it out', [at('a', 30)], 'a', at('b', 40), 10, [at('b', 40)]],
    ['a further leave counts anew', [at('a', 30)], 'b', at('a', 50), 20, [at('a', 50)]],
  ] as const)('%s', (_name, leaving, current, left, nowMs, expected) => {
    expect(stillLeaving(leaving, current, left, nowMs)).toEqual(expected);
  });
});

describe('the Ready condition', () => {
  const set = { name: 'acme', level: 'II' } as InstanceSet;
  const base = {
    set,
    hostTakenBy: undefined,
    level: 'II',
    balancer: 'acme-web',
    arrived: true,
    conflicts: [],
    exceeded: [],
  } as const;
  test.each([
    ['it serves', { ...base, tiers: [tier('2/2')] }, 'True', 'Serving', /level II: .* acme-web/],
    [
      'fewer VMs than wanted still serve',
      { ...base, tiers: [tier('1/2+1')] },
      'True',
      'Serving',
      /1\/2 ready/,
    ],
    ['VMs on their way', { ...base, tiers: [tier('0/2+2')] }, 'False', 'Progressing', /comes up/],
    ['no VM on its way', { ...base, tiers: [tier('0/2')] }, 'False', 'NoReadyInstance', /acme-web/],
    [
      'moving',
      { ...base, level: 'IV', arrived: false, tiers: [tier('1/2+1')] },
      'False',
      'Progressing',
      /level IV goes on/,
    ],
    ['rebuilding', { ...base, level: 'I', tiers: [tier('2/2', false)] }, 'False', 'Progressing', /replaced/],
    [
      'quota',
      { ...base, exceeded: ['its VMs need 8 CPU, quota.cpu is 4'], tiers: [] },
      'False',
      'QuotaExceeded',
      /quota\.cpu is 4/,
    ],
    [
      'host name',
      { ...base, hostTakenBy: 'Tenant/bond', tiers: [tier('2/2')] },
      'False',
      'HostTaken',
      /older Tenant\/bond/,
    ],
    [
      'names',
      { ...base, conflicts: ['LoadBalancer/acme-web'], tiers: [] },
      'False',
      'NameConflict',
      /LoadBalancer\/acme-web/,
    ],
  ] as const)('%s', (_name, input, status, reason, message) => {
    const condition = readiness(input);
    expect(condition).toMatchObject({ type: 'Ready', status, reason });
    expect(condition.message).toMatch(message);
  });
});
