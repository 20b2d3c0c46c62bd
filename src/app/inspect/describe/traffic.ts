import { isRecord } from '../../../base/deep.ts';
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
    table('Script', ['At', 'Object', 'What'], spec.events.flatMap(eventRows)),
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

type ScenarioEvent = Scenario['spec']['events'][number];

/** A row for each thing that the event does: an event may do several at once. */
function eventRows({ at, fault, patch, traffic, apply, delete: gone }: ScenarioEvent): string[][] {
  const rows: string[][] = [];
  const add = (
    kind: string,
    { name, namespace }: { name: string; namespace?: string },
    what: string,
  ): void => {
    rows.push([at, `${kind}/${name}${namespace === undefined ? '' : ` in ${namespace}`}`, what]);
  };
  const lasting = (duration: string | undefined, otherwise: string): string =>
    duration === undefined ? otherwise : ` for ${duration}`;
  if (fault) {
    const speed = fault.speed === undefined ? '' : ` to ${Math.round(fault.speed * 100)} %`;
    add(fault.kind, fault, `${fault.type}${speed}${lasting(fault.for, ' until cleared')}`);
  }
  if (patch) add(patch.kind, patch, `patch ${JSON.stringify(patch.merge)}`);
  if (traffic) {
    const { scale, constant } = traffic;
    const load = scale === undefined ? `constant ${constant}` : `times ${scale}`;
    add('Traffic', traffic, `${load}${lasting(traffic.for, ' from then on')}`);
  }
  if (apply) {
    const { kind, metadata } = apply.manifest as { kind?: unknown; metadata?: unknown };
    const named = isRecord(metadata) ? metadata : {};
    const [name, namespace] = [named['name'], named['namespace']];
    const where = typeof namespace === 'string' ? { namespace } : {};
    add(String(kind), { name: String(name), ...where }, 'apply');
  }
  if (gone) add(gone.kind, gone, 'delete');
  return rows;
}
