import { type ObjectCache } from '../../engine/cache.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';

/** `namespace/name`, by which placement and statuses name a VM. */
export function machineKey({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The VM with this key, if it is there. */
export function machineAt(cache: ObjectCache, key: string): VirtualMachine | undefined {
  const slash = key.indexOf('/');
  return cache.get('VirtualMachine', key.slice(0, slash), key.slice(slash + 1));
}
