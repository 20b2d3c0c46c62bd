/** Names: the namespace must be there, and names that are derived from this one must stay valid. */
import { type Kind, kinds, type Tenant } from '../../model/kinds/index.ts';
import { isTerminating, type KubeObject } from '../../model/object.ts';
import { didYouMean, error, type Problem } from '../problem.ts';
import { type View } from './view.ts';

/** Always there: the engine makes them with the state. */
const builtIn: readonly string[] = ['default', 'vctl-system'];

/** A guest's host name is its VM's name, and a DNS label holds this many characters (RFC 1123). */
const longestLabel = 63;
/** `-x7k2p`: what a pool adds to its own name. */
const suffixLength = 6;

/**
 * Refuses an object in a namespace that neither is there nor comes with this apply, or that is being deleted: it would
 * be gone with all that is in it.
 */
export function namespaceProblems(object: KubeObject, subject: string, view: View): Problem[] {
  const { namespace } = object.metadata;
  const there = namespace === undefined ? undefined : view.before('Namespace', '', namespace);
  if (there && isTerminating(there)) {
    const message = `${subject}: namespace "${namespace}" is being deleted, with all that is in it`;
    const help = `wait until it is gone (vctl wait namespace/${namespace} --for=delete), then apply again`;
    return [error('NAMESPACE_TERMINATING', '/metadata/namespace', message, help)];
  }
  if (namespace === undefined || builtIn.includes(namespace) || view.has('Namespace', '', namespace))
    return [];
  const guess = didYouMean(namespace, [...builtIn, ...view.names('Namespace', '')]);
  const message = `${subject}: namespace "${namespace}" does not exist${guess}`;
  const help = `add: {apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`;
  return [error('NAMESPACE_NOT_FOUND', '/metadata/namespace', message, help)];
}

/** Refuses a name from which longer ones are made that no machine could bear. */
export function lengthProblems(object: KubeObject, subject: string, view: View): Problem[] {
  const longest = longestDerived(object, view);
  if (longest === undefined || longest.length + suffixLength <= longestLabel) return [];
  const over = longest.length + suffixLength - longestLabel;
  const message = `${subject}: its machines would be called ${longest}-xxxxx, ${over} character${over === 1 ? '' : 's'} longer than the ${longestLabel} of a host name`;
  return [error('NAME_TOO_LONG', '/metadata/name', message, 'choose a shorter name')];
}

function longestDerived(object: KubeObject, view: View): string | undefined {
  const { name, namespace = '' } = object.metadata;
  const kind = object.kind as Kind;
  if (kind === 'HostPool' || kind === 'VirtualMachinePool') return name;
  if (kind !== 'Application' && kind !== 'Tenant') return undefined;
  const application = kind === 'Application' ? name : (object as Tenant).spec.application;
  const tiers = view.get('Application', namespace, application)?.spec.tiers ?? [];
  const lengths = tiers.map((tier) => `${name}-${tier.name}`);
  return lengths.reduce<string | undefined>(
    (a, b) => (a !== undefined && a.length >= b.length ? a : b),
    undefined,
  );
}

/** Refuses the second and later declarations of one object; `first` says where the first stands. */
export function duplicateProblem(object: KubeObject, subject: string, first: string): Problem {
  const where = kinds[object.kind as Kind].namespaced
    ? ` in namespace "${object.metadata.namespace ?? ''}"`
    : '';
  const message = `${subject} is declared more than once${where}; first ${first}`;
  return error('DUPLICATE_OBJECT', '/metadata/name', message, 'remove one of them, or give it another name');
}
