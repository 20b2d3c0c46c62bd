/**
 * What a horizontal decision has to remember: recent wishes, for stabilisation, and recent changes, for the
 * rate. Pruned at each decision, so it never outgrows the policy's longest window.
 */
import { type Behavior, type DirectionRules } from './behavior.ts';

/** What the metrics wished at one moment, before any limit. */
export interface PastWish {
  readonly atMs: number;
  readonly wish: number;
}

/** A change of the size: positive for VMs added, negative for VMs removed. */
export interface PastChange {
  readonly atMs: number;
  readonly change: number;
}

/** Plain JSON; both lists oldest first. */
export interface ScalingHistory {
  readonly wishes: readonly PastWish[];
  readonly changes: readonly PastChange[];
}

/**
 * The size that recent wishes agree on: the current one, moved up to the least and down to the greatest of
 * the wishes in the respective window. A wish counts until its age reaches the window.
 */
export function stabilize(
  current: number,
  wish: number,
  behavior: Behavior,
  history: ScalingHistory,
  nowMs: number,
): number {
  let up = wish;
  let down = wish;
  for (const past of history.wishes) {
    if (past.atMs > nowMs - behavior.up.windowMs) up = Math.min(up, past.wish);
    if (past.atMs > nowMs - behavior.down.windowMs) down = Math.max(down, past.wish);
  }
  return Math.min(Math.max(current, up), down);
}

/** The history with one more wish, without those that no window can see any more. */
export function rememberWish(
  history: ScalingHistory,
  wish: number,
  behavior: Behavior,
  nowMs: number,
): ScalingHistory {
  const kept: PastWish[] = [];
  let least = Infinity;
  let greatest = -Infinity;
  // Newest first: an older wish counts only where no newer one is as low, or as high. When a window closes
  // over the newer ones it has closed over the older one before.
  for (const past of [{ atMs: nowMs, wish }, ...history.wishes.toReversed()]) {
    const matters =
      (past.wish < least && past.atMs > nowMs - behavior.up.windowMs) ||
      (past.wish > greatest && past.atMs > nowMs - behavior.down.windowMs);
    least = Math.min(least, past.wish);
    greatest = Math.max(greatest, past.wish);
    if (matters) kept.push(past);
  }
  return { ...history, wishes: kept.reverse() };
}

/** The history with a change of the size, without those that no policy's period can see any more. */
export function rememberChange(
  history: ScalingHistory,
  change: number,
  behavior: Behavior,
  nowMs: number,
): ScalingHistory {
  const policies = [...behavior.up.policies, ...behavior.down.policies];
  const longestMs = Math.max(0, ...policies.map((policy) => policy.periodMs));
  const changes = history.changes.filter((past) => past.atMs > nowMs - longestMs);
  if (change !== 0) changes.push({ atMs: nowMs, change });
  return { ...history, changes };
}

/** The largest size that the rate allows now; never below `current`. */
export function upLimit(
  current: number,
  rules: DirectionRules,
  changes: readonly PastChange[],
  nowMs: number,
): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposals = rules.policies.map(({ type, value, periodMs }) => {
    const base = current - netChange(changes, nowMs - periodMs);
    return type === 'Pods' ? base + value : Math.ceil(base * (1 + value / 100));
  });
  const limit = rules.selectPolicy === 'Max' ? Math.max(...proposals) : Math.min(...proposals);
  // A percentage of nothing is nothing: the first VM must not wait for it for ever.
  return Math.max(limit, current, 1);
}

/** The smallest size that the rate allows now; never above `current`. */
export function downLimit(
  current: number,
  rules: DirectionRules,
  changes: readonly PastChange[],
  nowMs: number,
): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposals = rules.policies.map(({ type, value, periodMs }) => {
    const base = current - netChange(changes, nowMs - periodMs);
    return type === 'Pods' ? base - value : Math.trunc(base * (1 - value / 100));
  });
  const limit = rules.selectPolicy === 'Max' ? Math.min(...proposals) : Math.max(...proposals);
  return Math.max(0, Math.min(limit, current));
}

/** VMs added less VMs removed after `sinceMs`. */
function netChange(changes: readonly PastChange[], sinceMs: number): number {
  return changes.reduce((net, past) => (past.atMs > sinceMs ? net + past.change : net), 0);
}

/**
 * The earliest moment, not before `fromMs`, at which the size may grow: when no wish in the up window
 * forbids it and the rate allows one more. Undefined: not at all.
 */
export function nextGrowthAt(
  size: number,
  max: number,
  behavior: Behavior,
  history: ScalingHistory,
  fromMs: number,
): number | undefined {
  if (size >= max || behavior.up.selectPolicy === 'Disabled') return undefined;
  const stableAtMs = lastExpiry(history, behavior.up.windowMs, fromMs, (wish) => wish <= size);
  return firstMoment(behavior.up, history.changes, stableAtMs, (atMs) => {
    return upLimit(size, behavior.up, history.changes, atMs) > size;
  });
}

/** The earliest moment, not before `fromMs`, at which the size may shrink. Undefined: not at all. */
export function nextShrinkAt(
  size: number,
  min: number,
  behavior: Behavior,
  history: ScalingHistory,
  fromMs: number,
): number | undefined {
  if (size <= min || behavior.down.selectPolicy === 'Disabled') return undefined;
  const stableAtMs = lastExpiry(history, behavior.down.windowMs, fromMs, (wish) => wish >= size);
  return firstMoment(behavior.down, history.changes, stableAtMs, (atMs) => {
    return downLimit(size, behavior.down, history.changes, atMs) < size;
  });
}

function lastExpiry(
  history: ScalingHistory,
  windowMs: number,
  fromMs: number,
  blocks: (wish: number) => boolean,
): number {
  const expiries = history.wishes.filter(({ wish }) => blocks(wish)).map(({ atMs }) => atMs + windowMs);
  return Math.max(fromMs, ...expiries);
}

/** Limits change only when a past change leaves a policy's period: only those moments need a look. */
function firstMoment(
  rules: DirectionRules,
  changes: readonly PastChange[],
  fromMs: number,
  allowed: (atMs: number) => boolean,
): number | undefined {
  const moments = changes.flatMap(({ atMs }) => rules.policies.map(({ periodMs }) => atMs + periodMs));
  return [fromMs, ...moments.filter((atMs) => atMs > fromMs).sort((a, b) => a - b)].find(allowed);
}
