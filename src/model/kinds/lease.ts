import { type Lease } from '../generated/kinds.ts';
import { type KindInfo } from './kind-info.ts';

/** Who reconciles this state, and until when. */
export const leaseKind: KindInfo<Lease> = {
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  shortNames: [],
  apiVersion: 'coordination.k8s.io/v1',
  namespaced: true,
  description: 'Who reconciles this state, and until when.',
  inAll: false,
  scalable: false,
  table: {
    columns: [
      { name: 'Holder', value: (o) => o.spec?.holderIdentity ?? '' },
      { name: 'Renewed', value: (o) => o.spec?.renewTime ?? '' },
    ],
  },
};
