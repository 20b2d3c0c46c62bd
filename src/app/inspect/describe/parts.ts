/** Pieces that the descriptions of several kinds share. Absent values give '', which shows as `<none>`. */
import { cpuMillis, humanCpu, humanMemory, memoryBytes } from '../../../base/quantity.ts';
import { type VirtualMachine } from '../../../model/kinds/index.ts';
import { percent } from '../../../model/kinds/cells.ts';
import { formatSelector, type LabelSelector } from '../../../model/selectors.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { type TableColumn } from '../../../output/table.ts';
import { stateStyle } from '../../../output/paint.ts';

type Quantity = string | number | undefined;

/** `2 CPU, 4Gi`. */
export function sizeText(size: { cpu?: Quantity; memory?: Quantity } | undefined): string {
  if (!size) return '';
  return [size.cpu === undefined ? '' : `${cpuText(size.cpu)} CPU`, memoryText(size.memory)]
    .filter(Boolean)
    .join(', ');
}

/** Cores with at most two decimals. */
export function cpuText(cpu: Quantity): string {
  return cpu === undefined ? '' : humanCpu(cpuMillis(cpu));
}

export function memoryText(memory: Quantity): string {
  return memory === undefined ? '' : humanMemory(memoryBytes(memory));
}

/** `app=web,tier in (a,b),!old`; an empty selector is `<all>`. */
export function selectorText(selector: LabelSelector | undefined): string {
  if (!selector) return '';
  return formatSelector(selector) || '<all>';
}

/** Texts of the values that are there, as `key: value` or `key=value`, in the order of their keys. */
export function keyValues(values: Readonly<Record<string, unknown>> | undefined, between = ': '): string[] {
  return Object.keys(values ?? {})
    .sort()
    .map((key) => `${key}${between}${valueText(values?.[key])}`);
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A count of ready among all: `2/3`. */
export function ofTotal(part: number | undefined, whole: number | undefined): string {
  return `${part ?? 0}/${whole ?? 0}`;
}

/** `$0.41/h`. */
export function priceText(perHour: number | undefined): string {
  return perHour === undefined ? '' : `$${perHour.toFixed(2)}/h`;
}

/** A share of failures, exact enough to tell few from none: `1.49%`. */
export function failureText(share: number | undefined): string {
  return share === undefined ? '' : `${Math.round(share * 1e4) / 100}%`;
}

export function yesNo(value: boolean | undefined): string {
  return value === true ? 'yes' : 'no';
}

/** A field whose value is coloured by how good or bad the word is. */
export function stateField(label: string, value: string | undefined): DescribeNode {
  return { type: 'field', label, value: value ?? '', state: true };
}

/** What waits because more came than could be served, and what was lost of it; nothing where there was none. */
export function backlogNodes(
  status: { readonly backlog?: number; readonly refused?: number; readonly timedOut?: number } | undefined,
): DescribeNode[] {
  const { backlog = 0, refused = 0, timedOut = 0 } = status ?? {};
  const lost = [
    refused > 0 ? `${amount(refused)} refused by a full queue` : '',
    timedOut > 0 ? `${amount(timedOut)} given up after waiting` : '',
  ].filter(Boolean);
  return [
    ...(backlog > 0
      ? [field('Backlog', `${amount(backlog)} ${backlog === 1 ? 'request waits' : 'requests wait'}`)]
      : []),
    ...(lost.length > 0 ? [field('Lost so far', lost.join(', '))] : []),
  ];
}

function amount(count: number): string {
  return count.toLocaleString('en-US');
}

export function section(label: string, children: readonly DescribeNode[]): DescribeNode {
  return { type: 'section', label, children };
}

/** A table; headings that begin with `>` stand over figures, with `!` over states. */
export function table(
  label: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): DescribeNode {
  const columns = headings.map((heading): TableColumn => {
    if (heading.startsWith('>')) return { name: heading.slice(1), align: 'right' };
    return heading.startsWith('!') ? { name: heading.slice(1), style: stateStyle } : { name: heading };
  });
  return { type: 'table', label, table: { columns, rows } };
}

/** The VMs of something, each with where it stands. With `namespaces` the names carry theirs. */
export function machinesTable(
  label: string,
  machines: readonly VirtualMachine[],
  namespaces = false,
): DescribeNode {
  return table(
    label,
    ['Name', '!Phase', 'Host', 'Mode', '>CPU', '>Memory', '>Utilization'],
    machines.map(({ metadata, spec, status }) => [
      namespaces ? `${metadata.namespace}/${metadata.name}` : metadata.name,
      ...[status?.phase ?? 'Pending', status?.host ?? '', status?.mode ?? spec.mode ?? ''],
      cpuText((status?.resources ?? spec.resources).cpu),
      memoryText((status?.resources ?? spec.resources).memory),
      percent(status?.utilization),
    ]),
  );
}
