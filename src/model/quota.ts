/**
 * What a ResourceQuota limits, and what objects take of it. Pure: admission judges by it what is asked for, the
 * controllers what is there. Figures are millicores, bytes and counts.
 */
import { cpuMillis, formatCpu, formatMemory, memoryBytes, parseQuantity } from '../base/quantity.ts';
import { compareText } from '../base/listing.ts';
import {
  groupOf,
  type Kind,
  kindNames,
  kinds,
  type ResourceQuota,
  type VirtualMachine,
  type VirtualMachinePool,
} from './kinds/index.ts';
import { type KubeObject } from './object.ts';

/** What is measured: CPU and memory of VMs, or how many objects of a kind there are. */
export type Measure = 'cpu' | 'memory' | Kind;

/** Amounts by measure; what is absent is 0. */
export type Figures = Readonly<Partial<Record<Measure, number>>>;

/** One limit of a quota. */
export interface Limit {
  readonly quota: string;
  /** As the quota writes it: `requests.cpu`, `count/virtualmachines.vctl.dev`. */
  readonly constraint: string;
  readonly measure: Measure;
  readonly hard: number;
}

/** Kinds that a quota cannot count: nobody asks for them. */
const uncounted: readonly Kind[] = ['ApplySet', 'Event', 'Lease'];

const ofMachines: Readonly<Record<string, Measure>> = {
  cpu: 'cpu',
  'requests.cpu': 'cpu',
  memory: 'memory',
  'requests.memory': 'memory',
};

const measures = new Map<string, Measure>();

/** Every constraint that a quota may write, and what it measures. */
export function constraints(): ReadonlyMap<string, Measure> {
  if (measures.size > 0) return measures;
  for (const [name, measure] of Object.entries(ofMachines)) measures.set(name, measure);
  for (const kind of kindNames) {
    const { plural, apiVersion, namespaced } = kinds[kind];
    if (!namespaced || uncounted.includes(kind)) continue;
    const group = groupOf(apiVersion);
    measures.set(`count/${plural}${group === '' ? '' : `.${group}`}`, kind);
  }
  return measures;
}

/** The limits of a quota, ordered by constraint; what nobody measures is left out. */
export function limitsOf({ metadata, spec }: ResourceQuota): Limit[] {
  return Object.entries(spec.hard ?? {})
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([constraint, value]) => {
      const measure = constraints().get(constraint);
      if (measure === undefined) return [];
      return [{ quota: metadata.name, constraint, measure, hard: amountOf(measure, value) }];
    });
}

function amountOf(measure: Measure, value: string | number): number {
  if (measure === 'cpu') return cpuMillis(value);
  return measure === 'memory' ? memoryBytes(value) : (parseQuantity(value) ?? 0);
}

/** A figure as a quota writes it. */
export function figureText(measure: Measure, amount: number): string {
  if (measure === 'cpu') return formatCpu(amount);
  return measure === 'memory' ? formatMemory(amount) : String(amount);
}

/** What an object that is there takes: VMs their size, and each object counts once. */
export function presentOf(object: KubeObject): Figures {
  if (object.kind === 'VirtualMachine') return machines((object as VirtualMachine).spec.resources, 1);
  return countable(object.kind) ? { [object.kind]: 1 } : {};
}

/**
 * What an object asks for: a pool all of its VMs, whether they are there yet or not, so that these ask for nothing
 * themselves.
 */
export function askedBy(object: KubeObject): Figures {
  const { kind, metadata } = object;
  if (kind === 'VirtualMachinePool') {
    const { replicas, template } = (object as VirtualMachinePool).spec;
    return { ...machines(template.spec.resources, replicas), VirtualMachinePool: 1 };
  }
  const pooled = metadata.ownerReferences?.some((owner) => owner.controller && owner.kind !== 'Tenant');
  return kind === 'VirtualMachine' && pooled === true ? {} : presentOf(object);
}

/** What so many VMs of a size take. */
export function machines(size: VirtualMachine['spec']['resources'], count: number): Figures {
  return {
    cpu: count * cpuMillis(size.cpu),
    memory: count * memoryBytes(size.memory),
    VirtualMachine: count,
  };
}

function countable(kind: string): kind is Kind {
  return Object.hasOwn(kinds, kind) && kinds[kind as Kind].namespaced && !uncounted.includes(kind as Kind);
}

/** `a + factor * b`. */
export function plus(a: Figures, b: Figures, factor = 1): Figures {
  const sum: Partial<Record<Measure, number>> = { ...a };
  for (const measure in b) {
    const key = measure as Measure;
    sum[key] = (sum[key] ?? 0) + factor * (b[key] ?? 0);
  }
  return sum;
}

/** The limits that are broken once `requested` comes to `used`; what asks for no more of something breaks none of it. */
export function exceededBy(limits: readonly Limit[], used: Figures, requested: Figures): Limit[] {
  return limits.filter(({ measure, hard }) => {
    const more = requested[measure] ?? 0;
    return more > 0 && (used[measure] ?? 0) + more > hard;
  });
}

/**
 * How many things that take `each` still fit beside `used`, and the limit that allows no more; Infinity without one.
 * Ties go to the first limit.
 */
export function roomFor(
  limits: readonly Limit[],
  used: Figures,
  each: Figures,
): { readonly count: number; readonly limit?: Limit } {
  let count = Infinity;
  let tightest: Limit | undefined;
  for (const limit of limits) {
    const size = each[limit.measure] ?? 0;
    if (size <= 0) continue;
    const fits = Math.max(0, Math.floor((limit.hard - (used[limit.measure] ?? 0)) / size + 1e-9));
    if (fits >= count) continue;
    count = fits;
    tightest = limit;
  }
  return { count, ...(tightest ? { limit: tightest } : {}) };
}

/** As Kubernetes says it: `exceeded quota: team, requested: cpu=2, used: cpu=3, limited: cpu=4`; one quota a sentence. */
export function excessText(exceeded: readonly Limit[], used: Figures, requested: Figures): string {
  const quotas = [...new Set(exceeded.map(({ quota }) => quota))];
  return quotas
    .map((name) => {
      const limits = exceeded.filter(({ quota }) => quota === name);
      const list = (amount: (limit: Limit) => number): string =>
        limits.map((limit) => `${limit.constraint}=${figureText(limit.measure, amount(limit))}`).join(',');
      return [
        `exceeded quota: ${name}`,
        `requested: ${list(({ measure }) => requested[measure] ?? 0)}`,
        `used: ${list(({ measure }) => used[measure] ?? 0)}`,
        `limited: ${list(({ hard }) => hard)}`,
      ].join(', ');
    })
    .join('; ');
}
