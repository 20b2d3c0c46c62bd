import { isTolerated } from './filters.ts';
import { type Taint, type Toleration } from './types.ts';

/** How long NoExecute taints let a VM stay on its host. */
export interface Stay {
  /** Ms: 0 is not at all, `Infinity` as long as it likes. */
  readonly ms: number;
  /** The taint that ends it first, as `key=value:NoExecute`; absent when none does. */
  readonly taint?: string;
}

/**
 * The shortest stay that the taints allow a VM with these tolerations. A taint that nothing tolerates ends it at
 * once; of several tolerations of one taint the first counts, as in Kubernetes.
 * Source: kubernetes/kubernetes pkg/controller/tainteviction/taint_eviction.go
 */
export function stayUnder(taints: readonly Taint[], tolerations: readonly Toleration[] = []): Stay {
  let shortest: Stay = { ms: Infinity };
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const toleration = tolerations.find((one) => isTolerated(taint, [one]));
    const seconds = toleration ? (toleration.tolerationSeconds ?? Infinity) : 0;
    if (seconds * 1000 < shortest.ms) shortest = { ms: seconds * 1000, taint: formatTaint(taint) };
  }
  return shortest;
}

/** As the command line takes it: `key=value:Effect`, `key:Effect` without a value. */
export function formatTaint({ key, value, effect }: Taint): string {
  return value === undefined || value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}
