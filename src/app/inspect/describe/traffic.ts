import { type Scenario, type Traffic } from '../../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { selectorText, table } from './parts.ts';
import { loadText, patternLines } from './pattern-text.ts';

/** Who gets how much load, and when. */
export function describeTraffic({ spec, status }: Traffic): DescribeNode[] {
  const { to } = spec;
  return [
    field(
      'To',
      to.name === undefined ? `${to.kind} with ${selectorText(to.selector)}` : `${to.kind}/${to.name}`,
    ),
    field('Pattern', patternLines(spec)),
    field('Noise', spec.noise === 'Poisson' ? 'Poisson: arrivals fluctuate by chance' : spec.noise),
    ...(to.kind === 'VirtualMachine' && spec.unit === 'Requests'
      ? [field('Service time', spec.serviceTime)]
      : []),
    field('Time zero', status?.startedAt ?? ''),
    field('Now', status?.offered === undefined ? '' : loadText(status.offered, spec.unit)),
  ];
}

/** An experiment: what happens when, and what must hold. */
export function describeScenario({ spec }: Scenario): DescribeNode[] {
  return [
    ...(spec.description === undefined ? [] : [field('Description', spec.description)]),
    field('Duration', spec.duration),
    field('Seed', String(spec.seed)),
    table(
      'Script',
      ['At', 'Object', 'What'],
      spec.events.map(({ at, fault, patch }) => {
        if (fault) {
          const until = fault.for === undefined ? 'until cleared' : `for ${fault.for}`;
          return [at, `${fault.kind}/${fault.name}`, `${fault.type} ${until}`];
        }
        const where = patch?.namespace === undefined ? '' : ` in ${patch.namespace}`;
        return [at, `${patch?.kind}/${patch?.name}${where}`, `patch ${JSON.stringify(patch?.merge)}`];
      }),
    ),
    table(
      'Objectives',
      ['Name', 'Of', 'Metric', 'Must be'],
      spec.objectives.map(({ name, of, metric, statistic, below, above }) => [
        name,
        of ? `${of.kind}/${of.name}` : 'all',
        `${metric} ${statistic}`,
        [below === undefined ? '' : `below ${below}`, above === undefined ? '' : `above ${above}`]
          .filter(Boolean)
          .join(' and '),
      ]),
    ),
  ];
}
