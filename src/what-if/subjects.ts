/** How a run's record names what its figures are of. */
import { type Kind, kinds } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { type SubjectName } from '../model/run-record.ts';

/** Kinds that go by their short name; all others are written out, as `tenant` and `host` read better. */
const short: readonly Kind[] = ['LoadBalancer', 'VirtualMachine', 'VirtualMachinePool', 'ScalingPolicy'];

/** `tenant/saas/acme`, `lb/default/web`, `host/rack1-a`. */
export function subjectName(kind: Kind, namespace: string | undefined, name: string): SubjectName {
  const { shortNames, singular, namespaced } = kinds[kind];
  const word = short.includes(kind) ? (shortNames[0] ?? singular) : singular;
  return [word, ...(namespaced ? [namespace ?? ''] : []), name].join('/');
}

export function subjectOf({ kind, metadata }: KubeObject): SubjectName {
  return subjectName(kind as Kind, metadata.namespace, metadata.name);
}
