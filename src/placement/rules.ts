/** Affinity, anti-affinity and topology spread: rules that look at the VMs which are already placed. */
import { assertNever } from '../base/errors.ts';
import { matchesSelector, type LabelSelector } from '../model/selectors.ts';
import { type Counters } from './counters.ts';
import { type Counter } from './topology.ts';
import { hostnameKey, namespaceOf, type AffinityTerm, type TopologySpread, type VmRequest } from './types.ts';

export type RuleType =
  | 'Affinity'
  | 'AntiAffinity'
  /** A VM already placed demands to be away from this one. */
  | 'Repelled'
  | 'Spread'
  | 'PreferredAffinity'
  | 'PreferredAntiAffinity'
  | 'PreferredSpread';

/** One rule of one request, with the counter that it goes by. */
export interface Rule {
  readonly type: RuleType;
  readonly counter: Counter;
  /** It is judged by the fewest and the most that a domain has: a spread. */
  readonly hasBounds: boolean;
  /** The selector matches the VM itself. */
  readonly self: boolean;
  /** Spread only. */
  readonly maxSkew: number;
  /** Points for a wish that is fulfilled (wholly, for a spread); 0 for a must. */
  readonly points: number;
  /** Why a host is refused. */
  readonly reason: string;
}

/** What a rule has to know of one domain and of all. */
export interface DomainFigures {
  /** Counted VMs in the domain. */
  readonly count: number;
  /** Counted VMs in all domains. */
  readonly total: number;
  /** Fewest and most counted VMs in a domain that could take the VM; spread only. */
  readonly min: number;
  readonly max: number;
}

/** The fewest and the most that a domain has; both 0 when there is no domain. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A rule with the bounds that it is judged by. */
export interface BoundRule<B extends Bounds = Bounds> {
  readonly rule: Rule;
  readonly bounds: B;
}

/** Weights of the scoring rules in the sum. */
export interface RuleWeights {
  readonly affinity: number;
  readonly spread: number;
}

/** The rules of a request. Equal requests give equal `ruleKey`s. */
export function rulesOf(vm: VmRequest, counters: Counters, weights: RuleWeights): Rule[] {
  const { affinity = [], antiAffinity = [], topologySpread = [] } = vm.placement;
  const rules: Rule[] = [];
  const wishes = [...affinity, ...antiAffinity].reduce((sum, term) => sum + (term.preferred ?? 0), 0);
  const namespace = namespaceOf(vm.key);
  const add = (
    type: RuleType,
    selector: LabelSelector,
    key: string,
    points: number,
    { maxSkew = 0, counted = selector }: Partial<TopologySpread> = {},
  ): void => {
    const hasBounds = type === 'Spread' || type === 'PreferredSpread';
    rules.push({
      type,
      hasBounds,
      counter: counters.matching(namespace, counted, key, hasBounds ? 'Staying' : 'All'),
      self: matchesSelector(counted, vm.labels),
      maxSkew,
      points,
      reason: reasonOf(type, selector, key),
    });
  };
  const share = (term: AffinityTerm): number =>
    weights.affinity * Math.floor((100 * (term.preferred ?? 0)) / wishes);
  for (const term of affinity) {
    const type = term.preferred === undefined ? 'Affinity' : 'PreferredAffinity';
    add(type, term.selector, term.topologyKey ?? hostnameKey, term.preferred === undefined ? 0 : share(term));
  }
  for (const term of antiAffinity) {
    const type = term.preferred === undefined ? 'AntiAffinity' : 'PreferredAntiAffinity';
    add(type, term.selector, term.topologyKey ?? hostnameKey, term.preferred === undefined ? 0 : share(term));
  }
  const softSpreads = topologySpread.filter((spread) => spread.whenUnsatisfiable === 'ScheduleAnyway').length;
  for (const spread of topologySpread) {
    const soft = spread.whenUnsatisfiable === 'ScheduleAnyway';
    const points = soft ? weights.spread * Math.floor(100 / softSpreads) : 0;
    const { maxSkew = 1 } = spread;
    const type = soft ? 'PreferredSpread' : 'Spread';
    add(type, spread.selector, spread.topologyKey, points, { ...spread, maxSkew });
  }
  for (const counter of counters.repelling(vm)) {
    const reason = `anti-affinity of other VMs within ${counter.axis.key}`;
    rules.push({ type: 'Repelled', counter, hasBounds: false, self: false, maxSkew: 0, points: 0, reason });
  }
  return rules;
}

/** Tells two requests' rules apart, given that the rest of the requests is equal. */
export function ruleKey(rules: readonly Rule[]): string {
  let key = '';
  for (const rule of rules) {
    key += `${rule.type}${rule.counter.id},${rule.self ? 1 : 0},${rule.maxSkew},${rule.points};`;
  }
  return key;
}

/**
 * The points that a host in the domain gets by the rule, or -1 when the rule refuses it.
 * `hasDomain` is false for a host without the topology key.
 */
export function judgeRule(rule: Rule, hasDomain: boolean, figures: DomainFigures): number {
  const { count } = figures;
  switch (rule.type) {
    case 'Affinity':
      // The first of a group has no one to be near: it may go anywhere where there is a domain.
      return hasDomain && (count > 0 || (figures.total === 0 && rule.self)) ? 0 : -1;
    case 'AntiAffinity':
    case 'Repelled':
      return hasDomain && count > 0 ? -1 : 0;
    case 'Spread':
      return hasDomain && count + (rule.self ? 1 : 0) - figures.min <= rule.maxSkew ? 0 : -1;
    case 'PreferredAffinity':
      return hasDomain && count > 0 ? rule.points : 0;
    case 'PreferredAntiAffinity':
      return hasDomain && count > 0 ? 0 : rule.points;
    case 'PreferredSpread':
      return hasDomain ? evenness(count, figures, rule.points) : 0;
    default:
      return assertNever(rule.type);
  }
}

/**
 * True when a host's slot would pass the rule if the VMs `gone` were not on it.
 * `domains` are those that could take the VM.
 */
export function judgeWithout(
  rule: Rule,
  slot: number,
  gone: readonly VmRequest[],
  domains: readonly number[],
): boolean {
  const { counter } = rule;
  const own = counter.axis.domainOf(slot);
  const missing = own < 0 ? 0 : gone.filter((vm) => counter.counts(vm)).length;
  const countIn = (domain: number): number => counter.count(domain) - (domain === own ? missing : 0);
  let min = Infinity;
  if (rule.type === 'Spread') for (const domain of domains) min = Math.min(min, countIn(domain));
  const figures = {
    count: countIn(own),
    total: counter.total - missing,
    min: min === Infinity ? 0 : min,
    max: 0,
  };
  return judgeRule(rule, own >= 0, figures) >= 0;
}

/** Binds a rule to what its counter has in `domains`, as of now. */
export function bindRule(rule: Rule, domains: readonly number[]): BoundRule {
  if (!rule.hasBounds || domains.length === 0) return { rule, bounds: noBounds };
  let min = Infinity;
  let max = 0;
  for (const domain of domains) {
    const count = rule.counter.count(domain);
    if (count < min) min = count;
    if (count > max) max = count;
  }
  return { rule, bounds: { min, max } };
}

const noBounds: Bounds = { min: 0, max: 0 };

/** The points of one host by a rule, -1 when it is refused. */
export function judge({ rule, bounds }: BoundRule, slot: number): number {
  const { counter } = rule;
  const domain = counter.axis.domainOf(slot);
  const { min, max } = bounds;
  return judgeRule(rule, domain >= 0, { count: counter.count(domain), total: counter.total, min, max });
}

/** All points in the emptiest domain, none in the fullest, in proportion between. */
function evenness(count: number, { min, max }: DomainFigures, points: number): number {
  if (max <= min) return points;
  const inside = Math.min(max, Math.max(min, count));
  return Math.floor((points * (max - inside)) / (max - min));
}

function reasonOf(type: RuleType, selector: LabelSelector, key: string): string {
  const whom = formatSelector(selector);
  switch (type) {
    case 'Affinity':
      return `no VM with ${whom} within ${key} (affinity)`;
    case 'AntiAffinity':
      return `a VM with ${whom} within ${key} (anti-affinity)`;
    case 'Spread':
      return `topology spread of ${whom} over ${key}`;
    default:
      return '';
  }
}

function formatSelector(selector: LabelSelector): string {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    values.length === 0 ? `${key} ${operator}` : `${key} ${operator} (${values.join(',')})`,
  );
  const parts = [...labels.sort(), ...expressions];
  return parts.length === 0 ? 'any labels' : parts.join(',');
}
