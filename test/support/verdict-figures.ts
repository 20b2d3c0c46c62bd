/** The figures of printed verdicts, for what pages say of them in words. */
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

const relation = /^(\S+)(?: \/ (\S+))? is from ([\d.]+)( %)? to ([\d.]+)( %)?$/;

/**
 * Whether figures are as a page says: `whole is from 0.05 % to 0.15 %`, `full / para is from 1.8 to 2.2`.
 * @returns what is wrong with that, undefined when nothing is
 */
export function relationProblem(text: string, figures: ReadonlyMap<string, number>): string | undefined {
  const match = relation.exec(text);
  if (!match) return `not a relation: ${text}`;
  const [, one = '', other, low, lowUnit, high, highUnit] = match;
  const missing = [one, other].find((name) => name !== undefined && !figures.has(name));
  if (missing !== undefined) return `${text}: no verdict above has the name ${missing}`;
  const value = (figures.get(one) ?? NaN) / (other === undefined ? 1 : (figures.get(other) ?? NaN));
  const [from, to] = [Number(low) * (lowUnit ? 0.01 : 1), Number(high) * (highUnit ? 0.01 : 1)];
  return value >= from && value <= to ? undefined : `${text}: it is ${value}`;
}

function isMetric(text: string | undefined): text is ObjectiveMetric {
  return text !== undefined && text in objectiveMetrics;
}
