/** What is not pruned although the repository has it no more, because others live by it. */
import { type Host, type HostPool } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type LiveSnapshot } from '../live.ts';
import { shortName } from '../inspect/summary.ts';

/**
 * Why an object cannot go, asked of one after the other; `going` are the uids of all that may go with it.
 * Deleting a namespace deletes what is in it, also what no repository has ever declared.
 */
export function keeper(
  live: LiveSnapshot,
  going: ReadonlySet<string>,
): (object: KubeObject) => string | undefined {
  const byUid = new Map([...live.all()].map((object) => [object.metadata.uid ?? '', object]));
  const isGoing = (object: KubeObject | undefined): boolean => {
    if (!object) return false;
    if (going.has(object.metadata.uid ?? '')) return true;
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    return owner !== undefined && isGoing(byUid.get(owner.uid));
  };
  return (object) => {
    if (object.kind === 'Namespace') return whyNamespaceStays(object, live, isGoing);
    if (object.kind === 'Hypervisor') return whyHypervisorStays(object, live, isGoing);
    return undefined;
  };
}

function whyNamespaceStays(
  { metadata }: KubeObject,
  live: LiveSnapshot,
  isGoing: (object: KubeObject) => boolean,
): string | undefined {
  if (metadata.name === 'default') return 'every state has the namespace default';
  for (const object of live.all()) {
    if (object.metadata.namespace !== metadata.name || isGoing(object)) continue;
    return `${shortName(object)} lives in it, which is not of this Sync or stays`;
  }
  return undefined;
}

function whyHypervisorStays(
  { metadata }: KubeObject,
  live: LiveSnapshot,
  isGoing: (object: KubeObject) => boolean,
): string | undefined {
  const users = [...live.list('Host', ''), ...live.list('HostPool', '')];
  const user = users.find((one) => hypervisorOf(one) === metadata.name && !isGoing(one));
  return user && `${shortName(user)} runs on it`;
}

function hypervisorOf(object: KubeObject): string {
  return object.kind === 'Host'
    ? (object as Host).spec.hypervisor
    : (object as HostPool).spec.template.spec.hypervisor;
}
