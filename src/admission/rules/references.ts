/** References to other objects: a warning when there is nothing there, for it may come later. */
import { type Kind, kinds, type Traffic } from '../../model/kinds/index.ts';
import { didYouMean, nameOf, type Problem, warning } from '../problem.ts';
import { type View } from './view.ts';

export interface Reference {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  /** Where the reference stands. */
  readonly path: string;
}

/** From which kinds an object of a kind may be made: `web-x7k2p` by the pool `web`. */
const makers: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  Host: ['HostPool'],
  VirtualMachine: ['VirtualMachinePool', 'Application', 'Tenant'],
  VirtualMachinePool: ['Application', 'Tenant'],
  LoadBalancer: ['Application', 'Tenant'],
  ScalingPolicy: ['Application', 'Tenant'],
};

/** A warning when the object is neither there nor in this apply, nor may be made by one that is. */
export function referenceProblems(subject: string, reference: Reference, view: View): Problem[] {
  const { kind, namespace, name, path } = reference;
  if (view.has(kind, namespace, name) || mayBeMade(kind, namespace, name, view)) return [];
  const guess = didYouMean(name, view.names(kind, namespace));
  const where = namespace === '' ? '' : ` in namespace "${namespace}"`;
  const message = `${subject}: ${nameOf(kind, name)} does not exist${where}${guess}`;
  return [warning('REFERENCE_NOT_FOUND', path, message, 'until it does, this waits')];
}

/** True when an owner exists that could make an object of this name: its name, a dash, and more. */
function mayBeMade(kind: Kind, namespace: string, name: string, view: View): boolean {
  for (let dash = name.indexOf('-'); dash > 0; dash = name.indexOf('-', dash + 1)) {
    for (const maker of makers[kind] ?? []) {
      if (view.has(maker, kinds[maker].namespaced ? namespace : '', name.slice(0, dash))) return true;
    }
  }
  return false;
}

/** The traffic's target. A selector may match nothing for a while without anything being wrong. */
export function trafficProblems(traffic: Traffic, subject: string, view: View): Problem[] {
  const { kind, name } = traffic.spec.to;
  if (name === undefined) return [];
  const namespace = traffic.metadata.namespace ?? '';
  return referenceProblems(subject, { kind, namespace, name, path: '/spec/to/name' }, view);
}
