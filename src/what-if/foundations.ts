/** What each subject of a run rests on: whose faults, changes and full machines may be the reason for its figures. */
import { type Kind, type KindMap, type VirtualMachine } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { type SubjectName } from '../model/run-record.ts';
import { type LabelSelector, type Labels, matchesSelector } from '../model/selectors.ts';
import { subjectName, subjectOf } from './subjects.ts';

/** A stretch of a VM's life on one host, ms of world time. */
interface Stay {
  readonly host: SubjectName;
  readonly fromMs: number;
  /** Absent: it is still there. */
  toMs?: number;
}

interface Machine {
  readonly namespace: string;
  readonly labels: Labels;
  /** `vmp/default/web`, where a pool made it. */
  readonly pool?: SubjectName;
  readonly stays: Stay[];
}

const kept = [
  'LoadBalancer',
  'ScalingPolicy',
  'Tenant',
  'Traffic',
  'Host',
] as const satisfies readonly Kind[];
type Kept = (typeof kept)[number];

/** Fed with every change of an object; answers for any stretch of the run. Objects that are gone are not forgotten. */
export class Foundations {
  readonly #machines = new Map<SubjectName, Machine>();
  readonly #objects = new Map<string, Map<SubjectName, KubeObject>>(kept.map((kind) => [kind, new Map()]));

  note(object: KubeObject | undefined, old: KubeObject | undefined, nowMs: number): void {
    const one = object ?? old;
    if (one?.kind === 'VirtualMachine') {
      this.#noteMachine(object as VirtualMachine | undefined, one as VirtualMachine, nowMs);
    }
    if (object) this.#objects.get(object.kind)?.set(subjectOf(object), object);
  }

  /**
   * The subject itself and all that serves it, runs it or scales it between two times: of a load balancer the ones that
   * it calls, its VMs, their pools, hosts and policies, and the traffic to it. Undefined for a subject of another kind.
   */
  of(subject: SubjectName, fromMs: number, toMs: number): ReadonlySet<SubjectName> | undefined {
    const found = new Set<SubjectName>([subject]);
    const vms = this.#machinesUnder(subject, found, fromMs, toMs);
    if (vms === undefined) return undefined;
    for (const [name, { pool, stays }] of vms) {
      found.add(name);
      if (pool !== undefined) found.add(pool);
      for (const stay of stays) if (overlaps(stay, fromMs, toMs)) found.add(stay.host);
    }
    for (const [name, { spec, metadata }] of this.#all('ScalingPolicy')) {
      const { kind, name: target = '' } = spec.target;
      if (kind === 'Application' || found.has(subjectName(kind, metadata.namespace, target))) {
        if (kind !== 'Application' || isOfApplication(found, metadata.namespace)) found.add(name);
      }
    }
    for (const [name, { spec, metadata }] of this.#all('Traffic')) {
      const { kind, name: to, selector } = spec.to;
      const sent =
        to === undefined
          ? [...vms].some(([, vm]) => vm.namespace === metadata.namespace && matches(selector, vm.labels))
          : found.has(subjectName(kind, metadata.namespace, to));
      if (sent) found.add(name);
    }
    for (const host of [...found]) {
      const pool = this.#all('Host')
        .get(host)
        ?.metadata.ownerReferences?.find(({ kind }) => kind === 'HostPool');
      if (pool) found.add(subjectName('HostPool', undefined, pool.name));
    }
    return found;
  }

  #all<K extends Kept>(kind: K): ReadonlyMap<SubjectName, KindMap[K]> {
    return this.#objects.get(kind) as unknown as ReadonlyMap<SubjectName, KindMap[K]>;
  }

  /** The VMs that serve the subject; the load balancers between join `found`. */
  #machinesUnder(
    subject: SubjectName,
    found: Set<SubjectName>,
    fromMs: number,
    toMs: number,
  ): Map<SubjectName, Machine> | undefined {
    const [kind = ''] = subject.split('/');
    const picked = (test: (vm: Machine, name: SubjectName) => boolean): Map<SubjectName, Machine> =>
      new Map([...this.#machines].filter(([name, vm]) => test(vm, name)));
    const lives = ({ stays }: Machine): boolean => stays.some((stay) => overlaps(stay, fromMs, toMs));
    switch (kind) {
      case 'vm':
        return picked((_, name) => name === subject);
      case 'vmp':
        return picked((vm) => vm.pool === subject && lives(vm));
      case 'host':
        return picked(({ stays }) =>
          stays.some((stay) => stay.host === subject && overlaps(stay, fromMs, toMs)),
        );
      case 'lb':
        this.#addBalancer(subject, found);
        break;
      case 'tenant':
        this.#addTenant(subject, found);
        break;
      default:
        return undefined;
    }
    const balancers = [...found].flatMap((name) => this.#all('LoadBalancer').get(name) ?? []);
    return picked((vm) => {
      if (vm.pool !== undefined && found.has(vm.pool)) return lives(vm);
      const isServing = balancers.some(
        ({ metadata, spec }) => metadata.namespace === vm.namespace && matches(spec.selector, vm.labels),
      );
      return isServing && lives(vm);
    });
  }

  /** With the ones that it calls, and those that they call. */
  #addBalancer(subject: SubjectName, found: Set<SubjectName>): void {
    found.add(subject);
    const balancer = this.#all('LoadBalancer').get(subject);
    for (const name of balancer?.spec.calls ?? []) {
      const called = subjectName('LoadBalancer', balancer?.metadata.namespace, name);
      if (!found.has(called)) this.#addBalancer(called, found);
    }
  }

  #addTenant(subject: SubjectName, found: Set<SubjectName>): void {
    const tenant = this.#all('Tenant').get(subject);
    if (!tenant) return;
    const { namespace } = tenant.metadata;
    found.add(subjectName('Application', namespace, tenant.spec.application));
    for (const { pool } of tenant.status?.instances ?? []) {
      found.add(subjectName('VirtualMachinePool', namespace, pool));
    }
    const { endpoint } = tenant.status ?? {};
    if (endpoint !== undefined) this.#addBalancer(subjectName('LoadBalancer', namespace, endpoint), found);
  }

  #noteMachine(vm: VirtualMachine | undefined, one: VirtualMachine, nowMs: number): void {
    const name = subjectOf(one);
    let machine = this.#machines.get(name);
    if (!machine) {
      const pool = one.metadata.ownerReferences?.find(({ kind }) => kind === 'VirtualMachinePool');
      const namespace = one.metadata.namespace ?? '';
      machine = {
        namespace,
        labels: one.metadata.labels ?? {},
        ...(pool ? { pool: subjectName('VirtualMachinePool', namespace, pool.name) } : {}),
        stays: [],
      };
      this.#machines.set(name, machine);
    }
    const host = vm?.status?.host === undefined ? undefined : subjectName('Host', undefined, vm.status.host);
    const last = machine.stays.at(-1);
    const open = last?.toMs === undefined ? last : undefined;
    if (open?.host === host) return;
    if (open) open.toMs = nowMs;
    if (host !== undefined) machine.stays.push({ host, fromMs: nowMs });
  }
}

function overlaps({ fromMs, toMs = Infinity }: Stay, beginMs: number, endMs: number): boolean {
  return fromMs < endMs && toMs >= beginMs;
}

function matches(selector: LabelSelector | undefined, labels: Labels): boolean {
  return selector !== undefined && matchesSelector(selector, labels);
}

function isOfApplication(found: ReadonlySet<SubjectName>, namespace = ''): boolean {
  return [...found].some((name) => name.startsWith(`application/${namespace}/`));
}
