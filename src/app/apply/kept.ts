/** What is not pruned although it is declared no more, because others live by it. */
import { type Host, type HostPool } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type LiveSnapshot } from '../live.ts';
import { shortName } from '../inspect/summary.ts';

/**
 * Why an object cannot go; `going` are the uids of all that may go with it. Deleting a namespace deletes what is in
 * it, also what was declared elsewhere or nowhere. `owner` is who prunes, in words: `this Sync`.
 */
export function keeper(
  live: LiveSnapshot,
  owner: string,
): (going: ReadonlySet<string>) => (object: KubeObject) => string | undefined {
  const byUid = new Map([...live.all()].map((object) => [object.metadata.uid ?? '', object]));
  return (going) => {
    const isGoing = (object: KubeObject | undefined): boolean => {
      if (!object) return false;
      if (going.has(object.metadata.uid ?? '')) return true;
      const controller = object.metadata.ownerReferences?.find((one) => one.controller === true);
      return controller !== undefined && isGoing(byUid.get(controller.uid));
    };
    return (object) => {
      if (object.kind === 'Namespace') return whyNamespaceStays(object, live, isGoing, owner);
      if (object.kind === 'Hypervisor') return whyHypervisorStays(object, live, isGoing);
      return undefined;
    };
  };
}

function whyNamespaceStays(
  { metadata }: KubeObject,
  live: LiveSnapshot,
  isGoing: (object: KubeObject) => boolean,
  owner: string,
): string | undefined {
  if (metadata.name === 'default') return 'every state has the namespace default';
  for (const object of live.all()) {
    // A set is only a list: what it lists and where that lives is what counts.
    if (object.metadata.namespace !== metadata.name || object.kind === 'ApplySet') continue;
    if (!isGoing(object)) return `${shortName(object)} lives in it, which is not of ${owner} or stays`;
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
