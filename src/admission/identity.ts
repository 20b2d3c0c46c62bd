/** Which kind of object this is meant to be: decided before any schema is chosen. */
import { isRecord } from '../base/deep.ts';
import { isKind, type Kind, kindNames, kinds, resolveKind } from '../model/kinds/index.ts';
import { didYouMean, error, type Problem } from './problem.ts';

export type Identity = { readonly kind: Kind } | { readonly problems: readonly Problem[] };

/** What people bring from Kubernetes, and the kind that does its work here. */
const fromKubernetes: Readonly<Record<string, Kind>> = {
  Deployment: 'VirtualMachinePool',
  ReplicaSet: 'VirtualMachinePool',
  StatefulSet: 'VirtualMachinePool',
  Pod: 'VirtualMachine',
  VirtualMachineInstance: 'VirtualMachine',
  Service: 'LoadBalancer',
  Node: 'Host',
  RuntimeClass: 'Hypervisor',
  HorizontalPodAutoscaler: 'ScalingPolicy',
  VerticalPodAutoscaler: 'ScalingPolicy',
  PodDisruptionBudget: 'DisruptionBudget',
};

/** The kind of the object when its kind and apiVersion are known and belong together. */
export function identify(object: unknown): Identity {
  if (!isRecord(object)) {
    return {
      problems: [error('NOT_AN_OBJECT', '', 'an object must be a map with apiVersion, kind and metadata')],
    };
  }
  const kind = kindOf(object['kind']);
  if (typeof kind !== 'string') return { problems: [kind, ...(missingVersion(object['apiVersion']) ?? [])] };
  const wanted = kinds[kind].apiVersion;
  const given = object['apiVersion'];
  if (given === wanted) return { kind };
  const problems = missingVersion(given, wanted) ?? [
    error(
      'UNKNOWN_API_VERSION',
      '/apiVersion',
      `${kind} is a kind of ${wanted}, not of ${typeof given === 'string' ? JSON.stringify(given) : 'this apiVersion'}`,
      `write apiVersion: ${wanted}`,
    ),
  ];
  return { problems };
}

function kindOf(given: unknown): Kind | Problem {
  if (given === undefined || given === null) {
    return error('MISSING_FIELD', '/kind', '/kind is required', `one of ${kindNames.join(', ')}`);
  }
  if (typeof given !== 'string') return error('WRONG_TYPE', '/kind', '/kind must be text');
  if (isKind(given)) return given;
  const meant = resolveKind(given);
  if (meant) {
    return error('UNKNOWN_KIND', '/kind', `${JSON.stringify(given)} is not a kind; did you mean "${meant}"?`);
  }
  const counterpart = Object.hasOwn(fromKubernetes, given) ? fromKubernetes[given] : undefined;
  if (counterpart) {
    const message = `${given} is a kind of Kubernetes that vctl does not have; its counterpart is ${counterpart}`;
    return error('UNKNOWN_KIND', '/kind', message, `see: vctl explain ${kinds[counterpart].singular}`);
  }
  const guess = didYouMean(given, kindNames);
  return error(
    'UNKNOWN_KIND',
    '/kind',
    `${JSON.stringify(given)} is not a kind that vctl knows${guess}`,
    guess === '' ? 'vctl api-resources lists the kinds' : undefined,
  );
}

function missingVersion(given: unknown, wanted = 'vctl.dev/v1alpha1'): Problem[] | undefined {
  if (given !== undefined && given !== null) return undefined;
  return [error('MISSING_FIELD', '/apiVersion', '/apiVersion is required', `add: apiVersion: ${wanted}`)];
}
