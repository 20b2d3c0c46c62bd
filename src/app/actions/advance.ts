/** What `vctl advance` does: world time moves on, and a record of what happened in between. */
import { toTimestamp } from '../../base/clock.ts';
import { compareText } from '../../base/listing.ts';
import { type ScalingPolicy } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type Engine, type EngineOptions } from '../engine.ts';
import { measured, type Run, timeoutOf, withEngine } from '../apply/follow.ts';
import { type State } from '../state.ts';
import { shortName } from '../inspect/summary.ts';

/** A change of size that a policy made. */
export interface ScaleDecision {
  /** RFC 3339, world time. */
  readonly time: string;
  /** `sp/default/web` */
  readonly policy: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface AdvanceReport extends Run {
  /** The present of the world afterwards, RFC 3339. */
  readonly time: string;
  /** How often each reason was given by an event, ordered by reason. */
  readonly events: Readonly<Record<string, number>>;
  /** Ordered by time, then policy. */
  readonly decisions: readonly ScaleDecision[];
}

/** Where a run that takes a known time stands, for its progress line. */
export interface AdvanceProgress {
  readonly startMs: number;
  readonly endMs: number;
}

/** @throws UserError (usage) when `duration` is none. */
export async function advance(
  state: State,
  duration: string,
  options: EngineOptions & { readonly onStart?: (progress: AdvanceProgress) => void } = {},
): Promise<AdvanceReport> {
  const ms = timeoutOf(duration);
  const record = new Happenings();
  const onChange: EngineOptions['onChange'] = (object, old) => {
    record.note(object, old);
    options.onChange?.(object, old);
  };
  return withEngine(state, { ...options, onChange }, async (engine: Engine) => {
    const startMs = engine.manager.nowMs;
    options.onStart?.({ startMs, endMs: startMs + ms });
    const run = await measured(engine, () => engine.advance(ms));
    return { ...run, time: toTimestamp(engine.manager.nowMs), ...record.summary() };
  });
}

/** Counts what changes of objects tell. */
export class Happenings {
  readonly #events = new Map<string, number>();
  readonly #decisions: ScaleDecision[] = [];

  /** Takes note of one change, as the engine reports it. An object read for the first time is no news. */
  note(object: KubeObject | undefined, old: KubeObject | undefined): void {
    if (object?.kind === 'Event') this.#countEvent(object, old);
    if (object?.kind === 'ScalingPolicy' && old) this.#compareHistories(object, old);
  }

  summary(): Pick<AdvanceReport, 'events' | 'decisions'> {
    const events = Object.fromEntries([...this.#events].sort(([a], [b]) => compareText(a, b)));
    const decisions = [...this.#decisions].sort(
      (a, b) => compareText(a.time, b.time) || compareText(a.policy, b.policy),
    );
    return { events, decisions };
  }

  #countEvent(event: KubeObject, old: KubeObject | undefined): void {
    const { reason = '', count = 1 } = event as { reason?: string; count?: number };
    const more = count - ((old as { count?: number } | undefined)?.count ?? 0);
    this.#events.set(reason, (this.#events.get(reason) ?? 0) + more);
  }

  #compareHistories(policy: KubeObject, old: KubeObject): void {
    const known = new Set(historyOf(old).map((entry) => JSON.stringify(entry)));
    for (const entry of historyOf(policy)) {
      if (!known.has(JSON.stringify(entry))) this.#decisions.push({ policy: shortName(policy), ...entry });
    }
  }
}

function historyOf(policy: KubeObject): readonly Omit<ScaleDecision, 'policy'>[] {
  return (policy as ScalingPolicy).status?.history ?? [];
}
