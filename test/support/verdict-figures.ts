/** The figures of printed verdicts, for what pages say of them in words. */
import { parseDuration } from '../../src/base/duration.ts';
import { defaultStatistic, objectiveMetrics, parseLimit, unitOf } from '../../src/model/objectives.ts';
import { type ObjectiveMetric, type Statistic } from '../../src/model/run-record.ts';

const verdictLine = /^ {2}[✓✗] (\S+) +([a-zA-Z]+)(?: ([a-z]\w*))??(?: of \S+)? +(\S+(?: \S+)?) {2}[<>≤≥=]/gm;

/** The value of each objective, in the unit of its metric (shares from 0 to 1, times in ms). */
export function verdictFigures(output: string): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  for (const [, name = '', metric, statistic, value = ''] of output.matchAll(verdictLine)) {
    if (!isMetric(metric)) continue;
    const unit = unitOf(metric, (statistic as Statistic | undefined) ?? defaultStatistic(metric));
    const figure = parseLimit(value, unit);
    if (figure !== undefined) figures.set(name, figure);
  }
  return figures;
}

const relation = /^(\S+)(?: \/ (\S+))? is from (\S+(?: %)?) to (\S+(?: %)?)$/;

/**
 * Whether figures are as a page says: `whole is from 0.05 % to 0.15 %`, `late is from 25m to 35m`, `full / para is
 * from 1.8 to 2.2`.
 * @returns what is wrong with that, undefined when nothing is
 */
export function relationProblem(text: string, figures: ReadonlyMap<string, number>): string | undefined {
  const match = relation.exec(text);
  if (!match) return `not a relation: ${text}`;
  const [, one = '', other, low = '', high = ''] = match;
  const missing = [one, other].find((name) => name !== undefined && !figures.has(name));
  if (missing !== undefined) return `${text}: no verdict above has the name ${missing}`;
  const value = (figures.get(one) ?? NaN) / (other === undefined ? 1 : (figures.get(other) ?? NaN));
  return value >= boundOf(low) && value <= boundOf(high) ? undefined : `${text}: it is ${value}`;
}

/** A share, a time in ms or a number; NaN when it is none of these. */
function boundOf(text: string): number {
  return text.endsWith(' %') ? Number(text.slice(0, -2)) / 100 : (parseDuration(text) ?? Number(text));
}

function isMetric(text: string | undefined): text is ObjectiveMetric {
  return text !== undefined && text in objectiveMetrics;
}
