/** Scenarios: what they name must be there, and every objective must be one that can be judged. */
import { durationMs } from '../../base/duration.ts';
import { isKind, kindNames, kinds, type Scenario } from '../../model/kinds/index.ts';
import {
  defaultStatistic,
  limitExamples,
  objectiveMetrics,
  parseLimit,
  unitOf,
} from '../../model/objectives.ts';
import { didYouMean, error, oneOf, type Problem, warning } from '../problem.ts';
import { referenceProblems } from './references.ts';
import { type View } from './view.ts';

type Objective = Scenario['spec']['objectives'][number];
type Happening = Scenario['spec']['events'][number];

/** What the scenario breaks, changes and measures. */
export function scenarioProblems(scenario: Scenario, subject: string, view: View): Problem[] {
  const { events, objectives, duration } = scenario.spec;
  const check = referenceCheck(scenario, subject, view);
  return [
    ...events.flatMap((event, index) => {
      const path = `/spec/events/${index}`;
      return [...eventReferences(event, path, check), ...lateEvent(event, path, duration, subject)];
    }),
    ...objectives.flatMap((objective, index) => {
      const path = `/spec/objectives/${index}`;
      const place = `${subject}: objective "${objective.name}"`;
      return [
        ...(objective.of ? check(`${path}/of`, objective.of) : []),
        ...measureProblems(objective, path, place),
        ...limitProblems(objective, path, place),
        ...windowProblems(objective, path, place, duration),
      ];
    }),
  ];
}

interface Named {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}
type Check = (at: string, named: Named) => Problem[];

function referenceCheck(scenario: Scenario, subject: string, view: View): Check {
  const home = scenario.metadata.namespace ?? '';
  return (at, { kind, name, namespace }) => {
    if (!isKind(kind)) {
      const guess = didYouMean(kind, kindNames);
      return [error('UNKNOWN_KIND', `${at}/kind`, `${subject}: "${kind}" is not a kind${guess}`)];
    }
    const space = kinds[kind].namespaced ? (namespace ?? home) : '';
    return referenceProblems(subject, { kind, namespace: space, name, path: `${at}/name` }, view);
  };
}

function eventReferences(
  { fault, patch, traffic, delete: gone }: Happening,
  path: string,
  check: Check,
): Problem[] {
  return [
    ...(fault ? check(`${path}/fault`, fault) : []),
    ...(patch ? check(`${path}/patch`, patch) : []),
    ...(traffic ? check(`${path}/traffic`, { kind: 'Traffic', ...traffic }) : []),
    ...(gone ? check(`${path}/delete`, gone) : []),
  ];
}

function lateEvent({ at }: Happening, path: string, duration: string, subject: string): Problem[] {
  if (durationMs(at) < durationMs(duration)) return [];
  const message = `${subject}: the event at ${at} never happens, as the scenario takes ${duration}`;
  return [
    warning('EVENT_AFTER_END', `${path}/at`, message, 'make the duration longer, or the event earlier'),
  ];
}

function measureProblems({ metric, of, statistic }: Objective, path: string, place: string): Problem[] {
  const info = objectiveMetrics[metric];
  const problems: Problem[] = [];
  if (of && isKind(of.kind) && !info.of.includes(of.kind)) {
    const help = `take one of kind ${oneOf(info.of)}, or leave "of" out for the whole`;
    problems.push(
      error(
        'METRIC_NOT_OF_KIND',
        `${path}/of/kind`,
        `${place}: a ${of.kind} has no metric "${metric}"`,
        help,
      ),
    );
  }
  if (statistic !== undefined && !info.statistics.includes(statistic)) {
    const message = `${place}: there is no ${statistic} of ${metric}`;
    problems.push(
      error('STATISTIC_NOT_OF_METRIC', `${path}/statistic`, message, `take ${oneOf(info.statistics)}`),
    );
  }
  return problems;
}

function limitProblems(objective: Objective, path: string, place: string): Problem[] {
  const { metric, statistic = defaultStatistic(metric) } = objective;
  const unit = unitOf(metric, statistic);
  return (['below', 'above'] as const).flatMap((side) => {
    const limit = objective[side];
    if (limit === undefined || parseLimit(limit, unit) !== undefined) return [];
    const message = `${place}: "${limit}" is no limit for the ${statistic} of ${metric}`;
    return [error('LIMIT_UNREADABLE', `${path}/${side}`, message, `write ${limitExamples[unit]}`)];
  });
}

function windowProblems({ window }: Objective, path: string, place: string, duration: string): Problem[] {
  if (!window) return [];
  const fromMs = durationMs(window.from);
  const toMs = durationMs(window.to, durationMs(duration));
  if (fromMs < Math.min(toMs, durationMs(duration))) return [];
  const help = `window.from must be before window.to and before the end at ${duration}`;
  return [error('WINDOW_EMPTY', `${path}/window`, `${place}: its window holds nothing`, help)];
}
