import { type Comparison, type ComparedFigure, type Difference } from '../model/comparison.ts';
import { formatDifference, formatFigure } from '../model/figures.ts';
import { type ObjectiveUnit } from '../model/run-record.ts';

type Compared = Omit<Comparison, 'choice'>;

/** What decides between candidates that meet the objectives equally often, the most important first. */
const deciders = ['requests failed', 'cost', 'energy', 'VM hours'] as const;

/**
 * The candidate to take: the one that meets all objectives in the most seeds; of those that do so equally often,
 * the one that is surely better in failed requests (without objectives only: with them, what is met is enough), cost,
 * energy or VM hours, in this order. The baseline stays unless something speaks against it, and where no candidate
 * meets all objectives in any seed that is said instead. The sentence names what decided, what the choice costs
 * elsewhere, and what the others would save.
 */
export function choose(compared: Compared): Comparison['choice'] {
  const { candidate, because } = decide(compared);
  const others = compared.candidates.slice(1).map((_, index) => index + 1);
  const named = `${candidate === 0 ? 'Stay with' : 'Take'} ${compared.candidates[candidate]?.name}`;
  const start = because.nobody ?? `${named}: ${because.reason}`;
  const told = [
    `${start}${elsewhere(candidate, compared, because.figure)}`,
    ...(candidate === 0 ? others.flatMap((index) => forgone(index, compared)) : []),
  ];
  return { candidate, sentence: `${told.join('; ')}.` };
}

interface Because {
  readonly reason: string;
  /** The figure that decided. */
  readonly figure?: string;
  /** Where no candidate meets all objectives in any seed: what is said instead. */
  readonly nobody?: string;
}

function decide(compared: Compared): { readonly candidate: number; readonly because: Because } {
  const { candidates, seeds, objectives } = compared;
  const most = Math.max(...candidates.map(({ met }) => met));
  if (objectives > 0 && most === 0) return nearest(compared);
  const best = candidates.flatMap(({ met }, index) => (met === most || objectives === 0 ? [index] : []));
  const met = objectives === 0 ? '' : `it meets all objectives in ${most} of ${seeds.length} seeds`;
  const baseline = candidates[0];
  if (!best.includes(0)) {
    const reason = `${met} (${baseline?.name}: ${baseline?.met ?? 0})`;
    return { candidate: cheapest(best, compared), because: { reason } };
  }
  for (const figure of objectives === 0 ? deciders : deciders.slice(1)) {
    const winner = surelyLeast(best, compared, figure);
    if (winner === undefined) continue;
    const text = effects(
      compared.figures.filter(({ name }) => name === figure),
      winner,
      'Better',
    );
    const reason = met === '' ? `it ${text}` : `${met}, as ${baseline?.name} does, and ${text}`;
    return { candidate: winner, because: { reason, figure } };
  }
  const reason =
    met === ''
      ? `nothing that ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} can show speaks for a change`
      : `${met}, and nothing that does so as often is surely cheaper`;
  return { candidate: 0, because: { reason } };
}

/** Where nobody meets all: the candidate that meets the most objectives; the baseline or the cheapest of equals. */
function nearest(compared: Compared): ReturnType<typeof decide> {
  const { candidates, seeds, objectives } = compared;
  const most = Math.max(...candidates.map(({ metEach }) => metEach));
  const best = candidates.flatMap(({ metEach }, index) => (metEach === most ? [index] : []));
  const candidate = best.includes(0) ? 0 : cheapest(best, compared);
  const nobody = `No candidate meets all objectives in any of ${seeds.length} seeds`;
  const alike =
    best.length === candidates.length ? 'all meet as many' : `the nearest is ${candidates[candidate]?.name}`;
  const text = `${nobody}; ${alike} (${most} of ${objectives * seeds.length})`;
  return { candidate, because: { reason: text, nobody: text } };
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

/** What the choice surely costs, and what it saves, beside the figure that decided: `, but costs $12.00 more (+40 %)`. */
function elsewhere(index: number, compared: Compared, decided: string | undefined): string {
  if (index === 0) return '';
  const others = compared.figures.filter(({ name }) => name !== decided);
  const [worse, better] = [effects(others, index, 'Worse'), effects(others, index, 'Better')];
  return `${worse === '' ? '' : `, but ${worse}`}${better === '' ? '' : `, and ${better}`}`;
}

/** What another candidate would surely save, and why it was not taken. */
function forgone(index: number, { candidates, seeds, objectives, figures }: Compared): string[] {
  const other = candidates[index];
  const better = effects(figures, index, 'Better');
  if (!other || better === '') return [];
  const worse = effects(figures, index, 'Worse');
  const misses = objectives > 0 && other.met < (candidates[0]?.met ?? 0);
  const against = [
    ...(misses ? [`meets all objectives in ${other.met} of ${seeds.length} seeds only`] : []),
    ...(worse === '' ? [] : [worse]),
  ];
  return [`${other.name} ${better}${against.length > 0 ? `, but ${against.join(' and ')}` : ''}`];
}

/** `costs $3.10 ± $0.20 less (−12 %) and takes …`: the figures with that verdict, each with its share of the baseline's. */
function effects(figures: readonly ComparedFigure[], index: number, verdict: Difference['verdict']): string {
  const texts = figures.flatMap((figure) => {
    const difference = figure.differences[index];
    const baseline = figure.means[0];
    if (difference?.verdict !== verdict) return [];
    const share = baseline ? ` (${formatDifference(difference.mean / Math.abs(baseline))})` : '';
    const said = sayings[figure.name] ?? otherFigure(figure.name);
    return [`${said(differenceText(difference, figure.unit), difference.mean < 0)}${share}`];
  });
  return texts.join(' and ');
}

type Saying = (amount: string, isLess: boolean) => string;

const sayings: Readonly<Record<string, Saying>> = {
  cost: (amount, isLess) => `costs ${amount} ${isLess ? 'less' : 'more'}`,
  energy: (amount, isLess) => `takes ${amount} ${isLess ? 'less' : 'more'}`,
  'requests failed': (amount, isLess) => `loses ${amount} ${isLess ? 'fewer' : 'more'} of its requests`,
  'VM hours': (amount, isLess) => `takes ${amount} ${isLess ? 'fewer' : 'more'} VM hours`,
};

function otherFigure(name: string): Saying {
  return (amount, isLess) => `has "${name}" ${amount} ${isLess ? 'lower' : 'higher'}`;
}

function figureOf({ figures }: Compared, name: string): ComparedFigure | undefined {
  return figures.find((figure) => figure.name === name);
}

/** `$3.10 ± $0.20`, without a sign. */
function differenceText({ mean, margin }: Difference, unit: ObjectiveUnit): string {
  const plain = formatFigure(Math.abs(mean), unit);
  return margin === undefined || margin === 0 ? plain : `${plain} ± ${formatFigure(margin, unit)}`;
}
