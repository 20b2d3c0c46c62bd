import { type Comparison, type ComparedFigure, type Difference } from '../model/comparison.ts';
import { formatFigure } from '../model/figures.ts';
import { type ObjectiveUnit } from '../model/run-record.ts';

type Compared = Omit<Comparison, 'choice'>;

/** What decides between candidates that meet the objectives equally often, the most important first. */
const deciders: readonly { readonly figure: string; readonly verb: string; readonly saves: string }[] = [
  { figure: 'requests failed', verb: 'loses', saves: 'fewer of its requests' },
  { figure: 'cost', verb: 'costs', saves: 'less' },
  { figure: 'energy', verb: 'takes', saves: 'less' },
  { figure: 'VM hours', verb: 'takes', saves: 'fewer VM hours' },
];

/**
 * The candidate to take: the one that meets all objectives in the most seeds; of those that do so equally often,
 * the one that is surely better in failed requests (without objectives only: with them, what is met is enough), cost,
 * energy or VM hours, in this order. The baseline stays unless something speaks against it, and where no candidate
 * meets all objectives in any seed that is said instead.
 */
export function choose(compared: Compared): Comparison['choice'] {
  const { candidates, seeds, objectives } = compared;
  const most = Math.max(...candidates.map(({ met }) => met));
  if (objectives > 0 && most === 0) return nearest(compared);
  const best = candidates.flatMap(({ met }, index) => (met === most || objectives === 0 ? [index] : []));
  const met = objectives === 0 ? '' : `it meets all objectives in ${most} of ${seeds.length} seeds`;
  const baselineMet = candidates[0]?.met ?? 0;
  if (!best.includes(0)) {
    const winner = cheapest(best, compared);
    const than = `${met} (${candidates[0]?.name}: ${baselineMet})`;
    return {
      candidate: winner,
      sentence: `Take ${candidates[winner]?.name}: ${than}${price(winner, compared)}.`,
    };
  }
  for (const decider of objectives === 0 ? deciders : deciders.slice(1)) {
    const winner = surelyLeast(best, compared, decider.figure);
    if (winner === undefined) continue;
    const gain = `${decider.verb} ${amount(figureOf(compared, decider.figure), winner)} ${decider.saves}`;
    const also = met === '' ? `it ${gain}` : `${met}, as ${candidates[0]?.name} does, and ${gain}`;
    return { candidate: winner, sentence: `Take ${candidates[winner]?.name}: ${also}.` };
  }
  const why =
    met === ''
      ? `nothing that ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} can show speaks for a change`
      : `${met}, and nothing that does so as often is surely cheaper`;
  return { candidate: 0, sentence: `Stay with ${candidates[0]?.name}: ${why}.` };
}

/** Where nobody meets all: the candidate that meets the most objectives; the baseline or the cheapest of equals. */
function nearest(compared: Compared): Comparison['choice'] {
  const { candidates, seeds, objectives } = compared;
  const most = Math.max(...candidates.map(({ metEach }) => metEach));
  const best = candidates.flatMap(({ metEach }, index) => (metEach === most ? [index] : []));
  const candidate = best.includes(0) ? 0 : cheapest(best, compared);
  const nobody = `No candidate meets all objectives in any of ${seeds.length} seeds`;
  const alike =
    best.length === candidates.length ? 'all meet as many' : `the nearest is ${candidates[candidate]?.name}`;
  return { candidate, sentence: `${nobody}; ${alike} (${most} of ${objectives * seeds.length}).` };
}

/** Of these candidates the one with the least mean cost, then energy, then VM hours; the first of equals. */
function cheapest(indexes: readonly number[], compared: Compared): number {
  const key = (index: number): number[] =>
    ['cost', 'energy', 'VM hours'].map((name) => figureOf(compared, name)?.means[index] ?? 0);
  return [...indexes].sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? a - b : (left[at] ?? 0) - (right[at] ?? 0);
  })[0] as number;
}

/** The candidate whose figure is surely better than the baseline's, by the most. */
function surelyLeast(indexes: readonly number[], compared: Compared, name: string): number | undefined {
  const figure = figureOf(compared, name);
  return indexes
    .filter((index) => figure?.differences[index]?.verdict === 'Better')
    .sort((a, b) => (figure?.means[a] ?? 0) - (figure?.means[b] ?? 0) || a - b)[0];
}

/** What the choice costs beside the baseline, where that is sure. */
function price(index: number, compared: Compared): string {
  for (const name of ['cost', 'energy', 'VM hours']) {
    const figure = figureOf(compared, name);
    const difference = figure?.differences[index];
    if (!figure || !difference || !['Better', 'Worse'].includes(difference.verdict)) continue;
    const word = difference.verdict === 'Better' ? 'less' : 'more';
    return `, and ${name === 'cost' ? 'costs' : 'takes'} ${amount(figure, index)} ${word}${name === 'VM hours' ? ' in VM hours' : ''}`;
  }
  return '';
}

function figureOf({ figures }: Compared, name: string): ComparedFigure | undefined {
  return figures.find((figure) => figure.name === name);
}

/** `$3.10 ± $0.20`, without a sign. */
function amount(figure: ComparedFigure | undefined, index: number): string {
  const difference = figure?.differences[index];
  return figure && difference ? differenceText(difference, figure.unit) : '';
}

function differenceText({ mean, margin }: Difference, unit: ObjectiveUnit): string {
  const plain = formatFigure(Math.abs(mean), unit);
  return margin === undefined || margin === 0 ? plain : `${plain} ± ${formatFigure(margin, unit)}`;
}
