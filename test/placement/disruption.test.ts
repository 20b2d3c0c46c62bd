import { expect, test } from 'vitest';
import { disruptionsAllowed, type DisruptionRule } from '../../src/placement/disruption.ts';

test.each<{ name: string; rule: DisruptionRule; expected: number; healthy: number; allowed: number }>([
  { name: 'two must stay of three', rule: { minAvailable: 2 }, expected: 3, healthy: 3, allowed: 1 },
  { name: 'one is already down', rule: { minAvailable: 2 }, expected: 3, healthy: 2, allowed: 0 },
  { name: 'never negative', rule: { minAvailable: 2 }, expected: 3, healthy: 0, allowed: 0 },
  {
    name: 'half of seven rounds up to four',
    rule: { minAvailable: '50%' },
    expected: 7,
    healthy: 7,
    allowed: 3,
  },
  {
    name: 'a tenth of seven may be down: rounds up to one',
    rule: { maxUnavailable: '10%' },
    expected: 7,
    healthy: 7,
    allowed: 1,
  },
  { name: 'one may be down and is', rule: { maxUnavailable: 1 }, expected: 3, healthy: 2, allowed: 0 },
  {
    name: 'more may be down than there are',
    rule: { maxUnavailable: 5 },
    expected: 3,
    healthy: 3,
    allowed: 3,
  },
  { name: 'a number written as text', rule: { minAvailable: '2' }, expected: 3, healthy: 3, allowed: 1 },
  { name: 'all may go', rule: { maxUnavailable: '100%' }, expected: 3, healthy: 3, allowed: 3 },
  { name: 'none may go', rule: { maxUnavailable: 0 }, expected: 3, healthy: 3, allowed: 0 },
  { name: 'nothing is expected', rule: { maxUnavailable: 1 }, expected: 0, healthy: 0, allowed: 0 },
  { name: 'no rule', rule: {}, expected: 3, healthy: 3, allowed: 0 },
  { name: 'an unreadable rule', rule: { minAvailable: 'most' }, expected: 3, healthy: 3, allowed: 0 },
])('disruptions · $name', ({ rule, expected, healthy, allowed }) => {
  expect(disruptionsAllowed(rule, expected, healthy)).toBe(allowed);
});
