/** What can only be judged beside other objects: those of the same apply and those that are there already. */
import { type Kind, type KindMap } from '../model/kinds/index.ts';
import { keyOf, keyText, type KubeObject, type ObjectKey } from '../model/object.ts';
import { type Problem } from './problem.ts';
import { brokenTransitions } from './constraints.ts';
import { balancerCallProblems } from './rules/calls.ts';
import { hostPoolTransitions, hostTransitions, hypervisorTransitions } from './rules/transitions.ts';
import { hostProblems } from './rules/hosts.ts';
import { machineProblems } from './rules/machines.ts';
import { duplicateProblem, lengthProblems, namespaceProblems } from './rules/names.ts';
import { quotaProblems } from './rules/quotas.ts';
import { trafficProblems } from './rules/references.ts';
import { scenarioProblems } from './rules/scenarios.ts';
import { scalingProblems } from './rules/scaling.ts';
import { addressProblems } from './rules/addresses.ts';
import { applicationProblems, tenantProblems } from './rules/tenants.ts';
import { type LiveObjects, View } from './rules/view.ts';
import { weightProblems } from './rules/weights.ts';
import { subjectOf } from './validate.ts';

export { type LiveObjects } from './rules/view.ts';

type Check<K extends Kind> = (
  object: KindMap[K],
  subject: string,
  view: View,
) => Problem[] | Promise<Problem[]>;

/** The rules of each kind; a kind that is not here has none beyond its schema's. */
const checks: { readonly [K in Kind]?: Check<K> } = {
  Application: applicationProblems,
  Host: (host, subject, view) => [
    ...hostProblems(host.spec, '/spec', subject, view),
    ...hostTransitions(host, subject, view),
  ],
  HostPool: (pool, subject, view) => [
    ...hostProblems(pool.spec.template.spec, '/spec/template/spec', subject, view),
    ...hostPoolTransitions(pool, subject, view),
  ],
  Hypervisor: hypervisorTransitions,
  LoadBalancer: balancerCallProblems,
  ResourceQuota: quotaProblems,
  ScalingPolicy: scalingProblems,
  Scenario: scenarioProblems,
  Sync: addressProblems,
  Tenant: tenantProblems,
  Traffic: trafficProblems,
  VirtualMachine: (vm, subject, view) => [
    ...machineProblems(vm.spec, '/spec', subject, view),
    ...weightProblems(vm.metadata, '/metadata', subject),
  ],
  VirtualMachinePool: (pool, subject, view) => [
    ...machineProblems(pool.spec.template.spec, '/spec/template/spec', subject, view),
    ...weightProblems(pool.spec.template.metadata, '/spec/template/metadata', subject),
  ],
};

export interface CrossCheckOptions {
  /** Says where the object at this index of `objects` was declared; @defaultValue `as object N of this apply` */
  readonly placeOf?: (index: number) => string;
  /** Objects of this apply that `validateObject` refused: references to them are no mistakes. */
  readonly refused?: readonly ObjectKey[];
}

/**
 * The problems of each object of one apply, in the order of `objects`, which have passed `validateObject` and
 * carry their defaults. `live` is what is there already; what is applied stands before it.
 */
export async function crossCheck(
  objects: readonly KubeObject[],
  live: LiveObjects,
  options: CrossCheckOptions = {},
): Promise<readonly (readonly Problem[])[]> {
  const { placeOf = (index) => `as object ${index + 1} of this apply` } = options;
  const view = new View(objects, live, options.refused);
  const firsts = new Map<string, number>();
  const results: Problem[][] = [];
  for (const [index, object] of objects.entries()) {
    const key = keyText(keyOf(object));
    const first = firsts.get(key);
    const subject = subjectOf(object);
    if (first !== undefined) {
      results.push([duplicateProblem(object, subject, placeOf(first))]);
      continue;
    }
    firsts.set(key, index);
    // The registry is keyed by kind, so the check fits the object that it is looked up for.
    const check = checks[object.kind as Kind] as Check<Kind> | undefined;
    results.push([
      ...namespaceProblems(object, subject, view),
      ...lengthProblems(object, subject, view),
      ...transitionProblems(object, subject, view),
      ...(check ? await check(object as KindMap[Kind], subject, view) : []),
    ]);
  }
  return results;
}

/** What the schema's rules about changes refuse of an object that is there already. */
function transitionProblems(object: KubeObject, subject: string, view: View): Problem[] {
  const { kind, namespace, name } = keyOf(object);
  const before = view.before(kind as Kind, namespace, name);
  return before ? brokenTransitions(kind as Kind, object, before, subject) : [];
}
