/** The engine's lease as the object that Kubernetes would have; it is kept apart so that it takes no revision. */
import { toMicroTimestamp } from '../base/clock.ts';
import { type Lease } from '../model/kinds/index.ts';
import { type Store } from '../model/ports.ts';
import { leaseIn, leaseKey } from '../store/lease.ts';

/** Where Kubernetes users look for leases of the system. */
const leaseNamespace = 'vctl-system';
const leaseName = 'engine';

/** The lease, if a process holds one and the namespace (undefined: any) and names (none: any) mean it. */
export async function engineLeases(
  store: Store,
  namespace: string | undefined,
  names: readonly string[],
): Promise<Lease[]> {
  const record = leaseIn(await store.getPrivate(leaseKey));
  const isMeant =
    (namespace === undefined || namespace === leaseNamespace) &&
    (names.length === 0 || names.includes(leaseName));
  if (!record || !isMeant) return [];
  return [
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: leaseName, namespace: leaseNamespace },
      spec: {
        holderIdentity: `${record.holder.host}/${record.holder.pid}`,
        leaseDurationSeconds: record.durationMs / 1000,
        renewTime: toMicroTimestamp(record.renewedAtMs),
      },
    },
  ];
}
