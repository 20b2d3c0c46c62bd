/** A scenario's objectives as the judge takes them, and whether what they are of is there. */
import { durationMs } from '../base/duration.ts';
import { type Kind, type Scenario } from '../model/kinds/index.ts';
import { defaultStatistic, parseLimit, unitOf } from '../model/objectives.ts';
import { type SubjectName } from '../model/run-record.ts';
import { type Objective } from '../objectives/judge.ts';
import { subjectName } from './subjects.ts';

/** In the order of the scenario. Admission has made sure that limits and kinds can be read. */
export function objectivesOf(scenario: Scenario): Objective[] {
  const home = scenario.metadata.namespace ?? '';
  return scenario.spec.objectives.map((objective): Objective => {
    const { name, of, metric, statistic = defaultStatistic(metric), below, above, window } = objective;
    const unit = unitOf(metric, statistic);
    return {
      ...{ name, metric, statistic },
      ...(of ? { of: subjectName(of.kind as Kind, of.namespace ?? home, of.name) } : {}),
      ...(below === undefined ? {} : { below: parseLimit(below, unit) }),
      ...(above === undefined ? {} : { above: parseLimit(above, unit) }),
      ...(window?.from === undefined ? {} : { fromMs: durationMs(window.from) }),
      ...(window?.to === undefined ? {} : { toMs: durationMs(window.to) }),
    };
  });
}

/** An objective's target that was never seen. */
export interface MissingTarget {
  /** Where it is named, as `/spec/objectives/0/of/name`. */
  readonly path: string;
  readonly message: string;
}

/** The first objective whose target `isSeen` does not know. */
export function missingTarget(
  scenario: Scenario,
  isSeen: (subject: SubjectName) => boolean,
): MissingTarget | undefined {
  const home = scenario.metadata.namespace ?? '';
  for (const [index, { name, of }] of scenario.spec.objectives.entries()) {
    if (!of) continue;
    const subject = subjectName(of.kind as Kind, of.namespace ?? home, of.name);
    if (isSeen(subject)) continue;
    const message = `objective "${name}" is of ${subject}, and there is no such object`;
    return { path: `/spec/objectives/${index}/of/name`, message };
  }
  return undefined;
}

/** True when events may make what is not there when the scenario begins. */
export function mayMakeObjects(scenario: Scenario): boolean {
  return scenario.spec.events.some(({ patch, apply, traffic, fault }) => patch ?? apply ?? traffic ?? fault);
}
