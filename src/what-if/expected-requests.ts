/** How many requests a run will come to, before anything is run. */
import { validateObject } from '../admission/validate.ts';
import { defaultEpochMs } from '../base/clock.ts';
import { durationMs } from '../base/duration.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { trafficPattern } from '../controllers/traffic/pattern.ts';
import { mergePatch } from '../merge/patch.ts';
import { type Scenario, type Traffic } from '../model/kinds/index.ts';
import { integralOf, rateOf } from '../sim/requests/rate-pieces.ts';
import { withNamespace } from './inline-objects.ts';
import { bringUpMs, type RunPlan } from './run-plan.ts';
import { TrafficOverrides } from './traffic-overrides.ts';

/** What a scenario comes to, and may. */
export interface ExpectedRequests {
  /** Of the scenario; `what-if` without one. */
  readonly name: string;
  readonly requests: number;
  readonly limit: number;
  /** How often it is run. */
  readonly runs: number;
}

/** As many take some minutes. */
export const defaultMaxRequests = 50_000_000;

/**
 * Tells of each run how many requests it will come to.
 *
 * @throws UserError (usage) for a limit below 1, and for a run that comes to more than the limit.
 */
export function boundRequests(
  plans: readonly RunPlan[],
  limit: number,
  onExpected?: (expected: ExpectedRequests) => void,
): void {
  if (limit < 1)
    throw new UserError(`--max-requests is at least 1, not ${limit}`, { exitCode: ExitCode.Usage });
  for (const plan of plans) {
    const name = plan.scenario?.metadata.name ?? 'what-if';
    const requests = expectedRequests(plan, defaultEpochMs - bringUpMs, defaultEpochMs);
    onExpected?.({ name, requests, limit, runs: 1 });
    if (requests > limit) throw tooMany(name, requests, limit);
  }
}

function tooMany(name: string, requests: number, limit: number): UserError {
  // Rounded up to two digits, so that it is easily typed.
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(requests)) - 1);
  const enough = Math.ceil(requests / digit) * digit;
  return new UserError(
    `${name} comes to ${grouped(requests)} requests, more than the ${grouped(limit)} that may be played`,
    {
      exitCode: ExitCode.Usage,
      nextSteps: [
        `--max-requests ${enough} plays them all, a million in about a second`,
        'make it shorter (spec.duration of the scenario, or simulate --for), or its traffic less (spec.scale)',
        '--fidelity flow takes no longer for more requests',
      ],
    },
  );
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A traffic as it is at some time of a run, and when it began, ms of world time. */
interface Flowing {
  readonly traffic: Traffic;
  readonly startMs: number;
}

type Stage = Map<string, Flowing>;

/** What an event does to traffic at its time. */
interface Change {
  readonly atMs: number;
  readonly apply: (stage: Stage) => void;
}

type Happening = Scenario['spec']['events'][number];

/**
 * The requests that all traffic of a run comes to on the mean, from the integrals of its patterns: while the world is
 * brought up from `epochMs` on and in the scenario, which begins at `startMs` and in which its events change what there
 * is. What the requests call in further tiers comes on top; traffic without a receiver is counted as well.
 */
export function expectedRequests(
  { loaded, scenario, durationMs: lengthMs }: Pick<RunPlan, 'loaded' | 'scenario' | 'durationMs'>,
  epochMs: number,
  startMs: number,
): number {
  const stage: Stage = new Map();
  for (const { object } of loaded.objects) put(stage, trafficOf(object), epochMs);
  let sum = comesTo(stage, epochMs, startMs);
  // Patterns that count from the start of their traffic count from the start of the scenario.
  for (const [name, { traffic }] of stage) stage.set(name, { traffic, startMs });
  const endMs = startMs + lengthMs;
  let fromMs = startMs;
  for (const { atMs, apply } of scenario ? changesOf(scenario, startMs) : []) {
    if (atMs >= endMs) break;
    sum += comesTo(stage, fromMs, atMs);
    apply(stage);
    fromMs = atMs;
  }
  return Math.round(sum + comesTo(stage, fromMs, endMs));
}

function comesTo(stage: Stage, fromMs: number, toMs: number): number {
  let sum = 0;
  for (const { traffic, startMs } of stage.values()) {
    const load = traffic.spec.unit === 'Requests' ? trafficPattern(traffic.spec) : undefined;
    if (load?.ok) sum += integralOf(rateOf(load.pattern, startMs), fromMs - startMs, toMs - startMs);
  }
  return sum;
}

/** In the order in which they are carried out. */
function changesOf({ metadata, spec }: Scenario, startMs: number): Change[] {
  const home = metadata.namespace ?? '';
  const overrides = new TrafficOverrides(home);
  return spec.events
    .flatMap((event, index) => changesOfEvent(event, `${index}`, startMs, home, overrides))
    .sort((a, b) => a.atMs - b.atMs);
}

function changesOfEvent(
  { at, patch, traffic, apply, delete: gone }: Happening,
  id: string,
  startMs: number,
  home: string,
  overrides: TrafficOverrides,
): Change[] {
  const atMs = startMs + durationMs(at);
  const changes: Change[] = [];
  const change = (name: string, edit: (traffic: Traffic) => Traffic | undefined, afterMs = 0): void => {
    changes.push({
      atMs: atMs + afterMs,
      apply: (stage) => {
        const known = stage.get(name);
        const edited = known && edit(known.traffic);
        if (known && edited) stage.set(name, { ...known, traffic: edited });
        else stage.delete(name);
      },
    });
  };
  if (traffic) {
    const name = `${traffic.namespace ?? home}/${traffic.name}`;
    change(name, (known) => overrides.changed(known, id, traffic));
    if (traffic.for !== undefined) {
      change(name, (known) => overrides.changed(known, id, undefined), durationMs(traffic.for));
    }
  }
  if (patch?.kind === 'Traffic') {
    // One that cannot be carried out ends the run; until then the traffic is as it was.
    change(
      `${patch.namespace ?? home}/${patch.name}`,
      (known) => trafficOf(mergePatch(known, patch.merge)) ?? known,
    );
  }
  if (gone?.kind === 'Traffic') change(`${gone.namespace ?? home}/${gone.name}`, () => undefined);
  const applied = apply && trafficOf(withNamespace(apply.manifest, home));
  if (applied) changes.push({ atMs, apply: (stage) => put(stage, applied, atMs) });
  return changes;
}

/** One that is there already goes on from when it began. */
function put(stage: Stage, traffic: Traffic | undefined, nowMs: number): void {
  if (!traffic) return;
  const name = `${traffic.metadata.namespace ?? ''}/${traffic.metadata.name}`;
  stage.set(name, { traffic, startMs: stage.get(name)?.startMs ?? nowMs });
}

/** The object with its defaults, if it is a valid Traffic. */
function trafficOf(object: unknown): Traffic | undefined {
  const result = validateObject(object);
  return result.ok && result.kind === 'Traffic' ? (result.admitted as Traffic) : undefined;
}
