import { type HostTable } from './host-table.ts';
import { judge, type BoundRule } from './rules.ts';
import { type Tournament } from './tournament.ts';

/** Counts how often a host was looked at for a request: what a placement costs. */
export interface ScanStatistics {
  scans: number;
}

export interface Candidate {
  readonly slot: number;
  readonly score: number;
}

/** Hosts that lie in the same domain of every coarse key, in the order of their names. */
export interface Group {
  readonly slots: Int32Array;
  readonly tournament: Tournament;
}

/** After looking at so many hosts in vain, scores that include the rules are the cheaper way. */
const patience = 64;

/**
 * The two best hosts of a group, best first, with the rules' points added to their scores; fewer when no more
 * are left. Hosts are looked at from the highest score down until no other can win. Undefined when patience ran
 * out before.
 */
export function search(
  { slots, tournament }: Group,
  points: number,
  rules: readonly BoundRule[],
  statistics: ScanStatistics,
): Candidate[] | undefined {
  const at = (place: number): Candidate => ({
    slot: slots[place] ?? -1,
    score: tournament.score(place) + points,
  });
  if (tournament.best < 0) return [];
  if (rules.length === 0) {
    const place = tournament.winner();
    const next = tournament.runnerUp(place);
    return next === undefined ? [at(place)] : [at(place), at(next)];
  }
  const found = searchWithRules(slots, tournament, rules, statistics);
  return found?.map(({ slot, score }) => ({ slot, score: score + points }));
}

interface Found extends Candidate {
  readonly place: number;
}

function searchWithRules(
  slots: Int32Array,
  tournament: Tournament,
  rules: readonly BoundRule[],
  statistics: ScanStatistics,
): Found[] | undefined {
  const mostPoints = rules.reduce((sum, { rule }) => sum + rule.points, 0);
  // Hosts that were looked at are taken out of the tournament, and put back at the end.
  const taken: { readonly place: number; readonly score: number }[] = [];
  let found: Found[] = [];
  let exhausted = true;
  while (tournament.best >= 0) {
    const score = tournament.best;
    const place = tournament.winner();
    const second = found[1];
    if (second && isHopeless(score + mostPoints, place, second)) break;
    if (taken.length === patience) {
      exhausted = false;
      break;
    }
    const slot = slots[place] ?? -1;
    const points = pointsOf(rules, slot);
    statistics.scans++;
    if (points >= 0)
      found = [...found, { place, slot, score: score + points }].sort(compareFound).slice(0, 2);
    taken.push({ place, score });
    tournament.set(place, -1);
  }
  for (const { place, score } of taken) tournament.set(place, score);
  return exhausted ? found : undefined;
}

/** True when neither the host at `place`, were it to get all points, nor any after it can displace `second`. */
function isHopeless(mostScore: number, place: number, second: Found): boolean {
  return mostScore < second.score || (mostScore === second.score && place > second.place);
}

function compareFound(a: Found, b: Found): number {
  return b.score - a.score || a.place - b.place;
}

function pointsOf(rules: readonly BoundRule[], slot: number): number {
  let points = 0;
  for (const bound of rules) {
    const judged = judge(bound, slot);
    if (judged < 0) return -1;
    points += judged;
  }
  return points;
}

/** The candidate with the highest score; ties go to the lower host name. */
export function best(candidates: readonly Candidate[], table: HostTable): Candidate | undefined {
  let chosen: Candidate | undefined;
  for (const candidate of candidates) {
    if (chosen === undefined || precedes(candidate, chosen, table)) chosen = candidate;
  }
  return chosen;
}

function precedes(a: Candidate, b: Candidate, table: HostTable): boolean {
  if (a.score !== b.score) return a.score > b.score;
  return (table.hosts[a.slot]?.name ?? '') < (table.hosts[b.slot]?.name ?? '');
}
