/** Affinity, anti-affinity and topology spread: rules that look at the VMs which are already placed. */
import { assertNever } from '../base/errors.ts';
import { matchesSelector, type LabelSelector } from '../model/selectors.ts';
import { type Counters } from './counters.ts';
import { IncludedCounts, type DomainCounts } from './domain-counts.ts';
import { type Eligibility } from './eligibility.ts';
import { type Inclusion } from './inclusion.ts';
import { hostnameKey, namespaceOf, type AffinityTerm, type VmRequest } from './types.ts';

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
  readonly counter: DomainCounts;
  /** Spread only: the hosts that it goes by. It is judged by the fewest and the most that one of their domains has. */
  readonly inclusion?: Inclusion;
  /** The selector matches the VM itself. */
  readonly self: boolean;
  /** Spread only. */
  readonly maxSkew: number;
  /** Points for a wish that is fulfilled (wholly, for a spread); 0 for a must. */
  readonly points: number;
  /** What points come in: whole ones, or parts of one for what only decides between equals. */
  readonly grain: number;
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
  /** A spread that nobody asked for only decides between hosts that are equal otherwise. @defaultValue false */
  readonly isImplicitLast?: boolean;
}

/** All points of a spread in this grain are less than one point. A power of two, so that sums of points are exact. */
const tieGrain = 1 / 128;

/** The rules of a request. Equal requests give equal `ruleKey`s. `eligibility` is that of the request. */
export function rulesOf(
  vm: VmRequest,
  counters: Counters,
  eligibility: Eligibility,
  weights: RuleWeights,
): Rule[] {
  const { affinity = [], antiAffinity = [], topologySpread = [] } = vm.placement;
  const rules: Rule[] = [];
  const wishes = [...affinity, ...antiAffinity].reduce((sum, term) => sum + (term.preferred ?? 0), 0);
  const namespace = namespaceOf(vm.key);
  const add = (type: RuleType, selector: LabelSelector, key: string, points: number): void => {
    const counter = counters.matching(namespace, selector, key);
    const reason = reasonOf(type, selector, key);
    const self = matchesSelector(selector, vm.labels);
    rules.push({ type, counter, self, maxSkew: 0, points, grain: 1, reason });
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
    const { selector, topologyKey, counted = selector, maxSkew = 1 } = spread;
    const soft = spread.whenUnsatisfiable === 'ScheduleAnyway';
    const type = soft ? 'PreferredSpread' : 'Spread';
    const inclusion = eligibility.inclusion({
      affinity: spread.nodeAffinityPolicy ?? 'Honor',
      taints: spread.nodeTaintsPolicy ?? 'Honor',
    });
    const grain = spread.isImplicit && weights.isImplicitLast ? tieGrain : 1;
    const whole = grain === 1 ? weights.spread : grain;
    rules.push({
      type,
      counter: new IncludedCounts(counters.matching(namespace, counted, topologyKey, 'Staying'), inclusion),
      inclusion,
      self: matchesSelector(counted, vm.labels),
      maxSkew,
      points: soft ? whole * Math.floor(100 / softSpreads) : 0,
      grain,
      reason: reasonOf(type, selector, topologyKey),
    });
  }
  for (const counter of counters.repelling(vm)) {
    const reason = `anti-affinity of other VMs within ${counter.axis.key}`;
    rules.push({ type: 'Repelled', counter, self: false, maxSkew: 0, points: 0, grain: 1, reason });
  }
  return rules;
}

/** Tells two requests' rules apart, given that the rest of the requests is equal. */
export function ruleKey(rules: readonly Rule[]): string {
  let key = '';
  for (const rule of rules) {
    const { type, counter, inclusion, self, maxSkew, points } = rule;
    key += `${type}${counter.id}/${inclusion?.id ?? ''},${self ? 1 : 0},${maxSkew},${points};`;
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
      return hasDomain ? evenness(count, figures, rule) : 0;
    default:
      return assertNever(rule.type);
  }
}

/** True when a host's slot would pass the rule if the VMs `gone` were not on it. It is one that could take the VM. */
export function judgeWithout(rule: Rule, slot: number, gone: readonly VmRequest[]): boolean {
  const { counter } = rule;
  const own = counter.axis.domainOf(slot);
  const missing = own < 0 ? 0 : gone.filter((vm) => counter.counts(vm)).length;
  const countIn = (domain: number): number => counter.count(domain) - (domain === own ? missing : 0);
  let min = Infinity;
  if (rule.type === 'Spread') {
    for (const domain of rule.inclusion?.domains(counter.axis) ?? []) min = Math.min(min, countIn(domain));
  }
  const figures = {
    count: countIn(own),
    total: counter.total - missing,
    min: min === Infinity ? 0 : min,
    max: 0,
  };
  return judgeRule(rule, own >= 0, figures) >= 0;
}

/** Binds a rule to what its counter has, as of now. */
export function bindRule(rule: Rule): BoundRule {
  const domains = rule.inclusion?.domains(rule.counter.axis) ?? [];
  if (domains.length === 0) return { rule, bounds: noBounds };
  let min = Infinity;
  let max = 0;
  for (const domain of domains) {
    const count = rule.counter.count(domain);
    if (count < min) min = count;
    if (count > max) max = count;
  }
  return { rule, bounds: { min, max } };
}

/** Binds a rule of which it is known that some domain has none, and that only this matters. */
export function bindToNone(rule: Rule): BoundRule {
  return { rule, bounds: noBounds };
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
function evenness(count: number, { min, max }: DomainFigures, { points, grain }: Rule): number {
  if (max <= min) return points;
  const inside = Math.min(max, Math.max(min, count));
  return Math.floor((points * (max - inside)) / (max - min) / grain) * grain;
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
