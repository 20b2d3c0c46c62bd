/**
 * LeastRequest over backends that differ in speed, cores or weight, or of which some have more waiting than others: what
 * share of all requests each gets, and how these come. Backends that are all alike get as much each, and need none of this.
 */
import { type Arrivals } from './arrivals.ts';
import { type BackendKind, type FieldPart } from './field.ts';
import { fluidShares, fullShares } from './fluid-choices.ts';
import { heaviestSwing } from './few-backends.ts';
import { besidesByChoices } from './two-choices.ts';
import { swingByWeights, turnsByWeights } from './weighted-choices.ts';

/** A backend that the balancer may choose. */
export interface ChosenBackend {
  /** Time of one request on one of its cores, ms. */
  readonly serviceMs: number;
  /** At least 1; may be a fraction. */
  readonly cores: number;
  /** Above 0. */
  readonly weight: number;
  /** Most that wait there. */
  readonly limit: number;
  /** Requests that wait there because more came than it can serve: whoever has none is chosen before. */
  readonly waiting: number;
}

export interface Choice {
  /** Of all requests, 0..1. */
  readonly share: number;
  readonly arrivals: Arrivals;
}

/** Of those that wait, so many a core are there by chance: only with more of them does a backend count as behind. */
const byChance = 8;

function hasBacklog({ waiting, cores }: ChosenBackend): boolean {
  return waiting > byChance * cores;
}

/**
 * Who has none of the backlog that others have gets no more than this of its capacity: with more it would soon have as
 * much, and from then on they share what comes.
 */
const mostBeside = 0.98;

/** To three digits: speeds and sizes that differ by less make no difference to the balancer. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/**
 * What LeastRequest makes of `rate` requests a ms, in the order of the backends; the shares add up to 1. With equal weights
 * by two choices, else by weighted turns. When more comes than all can serve, or all have a backlog, the shares are those
 * of a fluid.
 */
export function leastRequestChoices(
  backends: readonly ChosenBackend[],
  rate: number,
  known: KnownFields = new Map(),
): readonly Choice[] {
  const among = backends.length;
  const kinds = kindsOf(backends);
  const evenly: Arrivals = { kind: 'LeastRequest', among };
  if (kinds.length === 1) return backends.map(() => ({ share: 1 / among, arrivals: evenly }));
  const capacity = backends.reduce((sum, { serviceMs, cores }) => sum + cores / serviceMs, 0);
  if (rate >= capacity || backends.every(hasBacklog)) {
    const isFull = backends.every((one) => hasBacklog(one) && one.waiting >= one.limit);
    const shares = isFull ? fullShares(backends) : fluidShares(backends, rate);
    return backends.map((_one, i) => ({ share: shares[i] ?? 0, arrivals: evenly }));
  }
  const plain = kinds.map(({ kind }) => kind);
  const field = fieldOf(plain, rate / capacity, known);
  // As much as is as busy for those that were rounded.
  const felt = (rate / capacity) * field.capacity;
  const shares = bounded(plain, field.parts, rate);
  const choices: Choice[] = Array<Choice>(among).fill({ share: 0, arrivals: evenly });
  kinds.forEach(({ kind, members }, i) => {
    const { found } = field.parts[i] ?? { found: new Float64Array(1) };
    const share = shares[i] ?? 0;
    const beside = field.isEven
      ? { kind: 'Choices' as const, share, among, occupancy: found, swing: heaviestSwing(plain, i, felt) }
      : { kind: 'Weights' as const, share, found, swing: swingByWeights(plain, kind, felt) };
    const choice: Choice = { share, arrivals: { kind: 'LeastRequest', among, beside } };
    for (const member of members) choices[member] = choice;
  });
  return choices;
}

/** The shares, with what those without a backlog can't take left to those that have one. */
function bounded(
  kinds: readonly BackendKind[],
  parts: readonly FieldPart[],
  rate: number,
): readonly number[] {
  const shares = parts.map(({ share }) => share);
  const among = kinds.reduce((sum, { count }) => sum + count, 0);
  const behind = kinds.reduce(
    (sum, { count, isBehind }, i) => sum + (isBehind ? count * (shares[i] ?? 0) : 0),
    0,
  );
  if (behind <= 0) return shares;
  const kept = shares.map((share, i) => {
    const { isBehind = true, serviceMs = 1, cores = 0 } = kinds[i] ?? {};
    // Slow ones get what both draws leave to them, whatever they can serve.
    return isBehind ? 0 : Math.min(share, Math.max(1 / among, (mostBeside * cores) / serviceMs / rate));
  });
  const left = 1 - kinds.reduce((sum, { count }, i) => sum + count * (kept[i] ?? 0), 0);
  return shares.map((share, i) => (kinds[i]?.isBehind ? (share * left) / behind : (kept[i] ?? 0)));
}

/** What is known of fields by now: a pure memo, which only saves work. */
export type KnownFields = Map<string, readonly FieldPart[]>;

/** With more, it begins anew. */
const mostKnown = 4096;

interface Field {
  /** The weights are equal. */
  readonly isEven: boolean;
  /** Requests a ms that all serve. */
  readonly capacity: number;
  readonly parts: readonly FieldPart[];
}

/** How close the points are at which fields are worked out, in log(utilization / (1 - utilization)). */
const grain = 0.05;
const [idlest, busiest] = [-10, 9];

/**
 * The field at a utilization, between those at two points next to it: they are dear, and change little from one to the
 * other, so that a load that goes up and down all day comes by a few hundred of them.
 */
function fieldOf(kinds: readonly BackendKind[], utilization: number, known: KnownFields): Field {
  const isEven = kinds.every(({ weight }) => weight === kinds[0]?.weight);
  const name = kinds.map((kind) => Object.values(kind).join()).join(';');
  const capacity = kinds.reduce((sum, { count, serviceMs, cores }) => sum + (count * cores) / serviceMs, 0);
  const at = (point: number): readonly FieldPart[] => {
    const key = `${point};${name}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const rate = capacity / (1 + Math.exp(-point * grain));
    const parts = isEven ? besidesByChoices(kinds, rate) : turnsByWeights(kinds, rate);
    if (known.size >= mostKnown) known.clear();
    known.set(key, parts);
    return parts;
  };
  const level = Math.log(utilization / (1 - utilization));
  const place = Math.max(idlest, Math.min(busiest, level)) / grain;
  const low = Math.floor(place);
  const high = at(low + 1);
  return { isEven, capacity, parts: at(low).map((part, i) => between(part, high[i] ?? part, place - low)) };
}

function between(a: FieldPart, b: FieldPart, weight: number): FieldPart {
  const found = new Float64Array(Math.max(a.found.length, b.found.length));
  for (let n = 0; n < found.length; n++)
    found[n] = (1 - weight) * (a.found[n] ?? 0) + weight * (b.found[n] ?? 0);
  return { share: (1 - weight) * a.share + weight * b.share, found };
}

interface Group {
  readonly kind: BackendKind;
  readonly members: readonly number[];
}

/** By size and speed, each rounded. */
function kindsOf(backends: readonly ChosenBackend[]): readonly Group[] {
  const isAnyIdle = !backends.every(hasBacklog);
  const groups = new Map<string, { kind: BackendKind; members: number[] }>();
  backends.forEach((backend, index) => {
    const { serviceMs, cores, weight, limit } = backend;
    const isBehind = isAnyIdle && hasBacklog(backend);
    const kind = { serviceMs: rounded(serviceMs), cores: rounded(cores), weight, limit, isBehind };
    const key = Object.values(kind).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { kind: { ...kind, count: 1 }, members: [index] });
    else
      groups.set(key, { kind: { ...kind, count: group.kind.count + 1 }, members: [...group.members, index] });
  });
  return [...groups.values()];
}
