import { type ScalingPolicy } from '../../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { section, sizeText, table } from './parts.ts';

type Spec = ScalingPolicy['spec'];
type Status = NonNullable<ScalingPolicy['status']>;

/** What is scaled, between what, by what; and the last decision with its reasons. */
export function describePolicy({ spec, status }: ScalingPolicy): DescribeNode[] {
  const { target, horizontal, vertical } = spec;
  return [
    field(
      'Target',
      `${target.kind}/${target.name}${target.tier === undefined ? '' : ` tier ${target.tier}`}`,
    ),
    ...(horizontal ? [field('Horizontal', horizontalText(horizontal))] : []),
    ...(vertical
      ? [field('Vertical', `${sizeText(vertical.min)} to ${sizeText(vertical.max)} (${vertical.update})`)]
      : []),
    ...(horizontal
      ? [field('Replicas', `${status?.currentReplicas ?? '?'} now, ${status?.desiredReplicas ?? '?'} wanted`)]
      : []),
    ...(vertical
      ? [
          field(
            'Size',
            `${sizeText(status?.currentResources) || '?'} now; ${sizeText(status?.desiredResources) || '?'} wanted`,
          ),
        ]
      : []),
    ...(horizontal?.schedules ? [schedulesTable(horizontal.schedules, status?.activeSchedules ?? [])] : []),
    ...(horizontal?.predictive ? [forecastNode(horizontal.predictive, status?.forecast)] : []),
    field('Last scaled', status?.lastScaleTime ?? ''),
    metricsTable(spec, status),
    ...decisionNodes(status?.decision),
    table(
      'History',
      ['Time', 'From', 'To', 'Reason'],
      (status?.history ?? []).map(({ time, from, to, reason }) => [time, from, to, reason]),
    ),
  ];
}

function horizontalText({ minReplicas, maxReplicas }: NonNullable<Spec['horizontal']>): string {
  return `${minReplicas} to ${maxReplicas} VMs`;
}

type Horizontal = NonNullable<Spec['horizontal']>;

function schedulesTable(
  schedules: NonNullable<Horizontal['schedules']>,
  active: readonly string[],
): DescribeNode {
  const rows = schedules.map(({ name, cron, timeZone, duration, minReplicas, replicas }) => [
    ...[name, cron, timeZone, duration],
    replicas === undefined ? `at least ${minReplicas}` : `just ${replicas}`,
    active.includes(name) ? 'yes' : 'no',
  ]);
  return table('Schedules', ['Name', 'Cron', 'Time zone', 'For', 'VMs', 'In force'], rows);
}

function forecastNode(
  { enabled, lead, maxError }: NonNullable<Horizontal['predictive']>,
  forecast: Status['forecast'],
): DescribeNode {
  const options = `${lead} ahead, error up to ${Math.round(Number(maxError) * 1000) / 10} %`;
  const message = forecast?.message ?? 'nothing seen yet';
  return field('Forecast', `${message} (${enabled ? options : 'only watched'})`);
}

/** What was measured; before anything was, what will be. */
function metricsTable({ metrics }: Spec, status: Status | undefined): DescribeNode {
  const measured = status?.currentMetrics ?? [];
  const headings = ['Metric', '>Current', '>Target', '>Wish'];
  if (measured.length > 0) {
    const rows = measured.map(({ name, current, target, wish }) => [
      ...[name, current ?? '', target ?? '', wish === undefined ? '' : String(wish)],
    ]);
    return table('Metrics', headings, rows);
  }
  return table(
    'Metrics',
    headings,
    metrics.map((metric) => [plannedName(metric)]),
  );
}

/** `Resource cpu`, `Object LoadBalancer/web latency`. */
function plannedName({ type, resource, pods, object, external, latency }: Spec['metrics'][number]): string {
  const of = object && `${object.describedObject.kind}/${object.describedObject.name}`;
  const figure = (pods ?? object ?? external)?.metric.name;
  return [type, resource?.name, of, figure, latency?.statistic].filter(Boolean).join(' ');
}

/** The decision as a heading and its reasons below: `metric`, `limits`, `next`; and what was not chosen. */
function decisionNodes(decision: Status['decision']): DescribeNode[] {
  if (!decision) return [field('Decision', '')];
  const { summary = '', time, explanation = [], notChosen = [] } = decision;
  return [
    {
      type: 'field',
      label: 'Decision',
      value: time === undefined ? summary : `${summary} at ${clockOf(time)}`,
      children: linesOf(explanation),
    },
    ...(notChosen.length > 0 ? [section('Not chosen', linesOf(notChosen))] : []),
  ];
}

/** The time of day of a timestamp, with its date: explanations speak of both. */
function clockOf(timestamp: string): string {
  return timestamp.replace('T', ' ').replace('Z', '');
}

/** Lines such as `limits    max 40: no`; those that begin with blanks explain the line before them. */
function linesOf(lines: readonly string[]): DescribeNode[] {
  const nodes: { label: string; value: string; inner: string[] }[] = [];
  for (const line of lines) {
    const last = nodes.at(-1);
    if (line.startsWith(' ') && last) {
      last.inner.push(line.replace(/^ {1,2}/, ''));
      continue;
    }
    const parts = /^(\S+)\s{2,}(.*)$/.exec(line.trim());
    nodes.push({ label: parts?.[1] ?? 'why', value: parts?.[2] ?? line.trim(), inner: [] });
  }
  return nodes.map(({ label, value, inner }) => ({
    type: 'field',
    label,
    value,
    ...(inner.length > 0 ? { children: linesOf(inner) } : {}),
  }));
}
