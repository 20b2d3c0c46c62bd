/** The verdicts of all hosts on one VM as tables: host by host, or alike ones together in a large fleet. Pure. */
import { type Appraisal } from '../../../placement/appraise.ts';
import { type DescribeNode } from '../../../output/describe.ts';
import { table } from '../describe/parts.ts';
import { counted, listedAtMost, someOf } from './explained.ts';

type Taker = Extract<Appraisal, { type: 'takes' }>;
type Refuser = Extract<Appraisal, { type: 'refuses' }>;

export interface HostsView {
  /** Those that would take it come first, the best first. */
  readonly appraisals: readonly Appraisal[];
  /** The VM's present host. */
  readonly present?: string;
  readonly all: boolean;
}

/** How many of a large fleet's best hosts are shown with their scores. */
const shownBest = 5;

/** The hosts that would take the VM, with what each rule gave them. */
export function takersOf(appraisals: readonly Appraisal[]): Taker[] {
  return appraisals.filter((one) => one.type === 'takes');
}

/** The tables: each host's verdict and score, then why the others refuse. */
export function hostsNodes(view: HostsView): DescribeNode[] {
  const { appraisals, all } = view;
  if (all || appraisals.length <= listedAtMost) return [eachHost(view)];
  const takers = takersOf(appraisals);
  const shown = takers.filter(({ host }, index) => index < shownBest || host === view.present);
  const rest = takers.length - shown.length;
  return [
    eachHost({ ...view, appraisals: shown }),
    table(
      'Other hosts',
      ['>Hosts', 'Verdict', 'Such as'],
      [
        ...(rest > 0 ? [[String(rest), 'would take it, with a lower score', '']] : []),
        ...refusalGroups(appraisals).map(({ cause, hosts }) => [
          String(hosts.length),
          `refuse: ${cause}`,
          someOf(hosts),
        ]),
      ],
    ),
  ];
}

/** The hosts by what they refuse for, the commonest first; a host with two reasons counts for both. */
export function refusalGroups(
  appraisals: readonly Appraisal[],
): readonly { readonly cause: string; readonly hosts: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const one of appraisals) {
    if (one.type === 'takes') continue;
    for (const { cause } of one.refusals) {
      const hosts = groups.get(cause);
      if (hosts) hosts.push(one.host);
      else groups.set(cause, [one.host]);
    }
  }
  return [...groups]
    .map(([cause, hosts]) => ({ cause, hosts }))
    .sort((a, b) => b.hosts.length - a.hosts.length);
}

/** `none of 5 hosts would take it: 3 insufficient memory, 2 cordoned`. */
export function refusalText(appraisals: readonly Appraisal[]): string {
  if (appraisals.length === 0) return 'there is no host';
  const causes = refusalGroups(appraisals).map(({ cause, hosts }) => `${hosts.length} ${cause}`);
  const none =
    appraisals.length === 1
      ? 'the one host refuses it'
      : `none of ${counted(appraisals.length, 'host')} would take it`;
  return `${none}: ${causes.join(', ')}`;
}

/** The same as data. */
export function hostsData({ appraisals, present }: HostsView): readonly Record<string, unknown>[] {
  const best = takersOf(appraisals)[0]?.host;
  return appraisals.map((one) => ({
    host: one.host,
    present: one.host === present,
    verdict: one.type === 'refuses' ? 'refused' : one.host === best ? 'chosen' : 'scored',
    ...(one.type === 'takes'
      ? { score: one.score, parts: one.parts }
      : { reasons: one.refusals.map(({ reason }) => reason) }),
  }));
}

function eachHost({ appraisals, present }: HostsView): DescribeNode {
  const takers = takersOf(appraisals);
  const best = takers[0];
  const rules = best?.parts.map(({ rule }) => rule) ?? [];
  const rows = appraisals.map((one) => {
    const here = one.host === present ? ' (its host)' : '';
    return one.type === 'takes'
      ? takerRow(one, best, here)
      : [one.host, `refuses${here}`, '', ...rules.map(() => ''), reasonsText(one)];
  });
  const headings = [
    'Host',
    'Verdict',
    ...(best ? ['>Score', ...rules.map((rule) => `>${rule}`)] : ['>Score']),
    'Why',
  ];
  return table('Hosts', headings, rows);
}

function takerRow(one: Taker, best: Taker | undefined, here: string): string[] {
  const chosen = one === best;
  const points = one.parts.map((part) => String(part.points));
  return [
    one.host,
    `${chosen ? 'chosen' : 'takes'}${here}`,
    String(one.score),
    ...points,
    chosen ? '' : behind(one, best),
  ];
}

/** By which rules a host falls behind the best one. */
function behind({ score, parts }: Taker, best: Taker | undefined): string {
  if (!best) return '';
  if (score === best.score) return `equal to ${best.host}, later by name`;
  const less = parts.flatMap(({ rule, points }, index) => {
    const difference = points - (best.parts[index]?.points ?? 0);
    return difference === 0 ? [] : [`${rule} ${difference > 0 ? '+' : ''}${difference}`];
  });
  return less.join(', ');
}

function reasonsText({ refusals }: Refuser): string {
  return refusals.map(({ reason }) => reason).join('; ');
}
