import { type Namespace } from '../generated/kinds.ts';
import { type KindInfo } from './kind-info.ts';
import { isTerminating } from '../object.ts';

/** A room for names. */
export const namespaceKind: KindInfo<Namespace> = {
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  apiVersion: 'v1',
  namespaced: false,
  description: 'A room for names.',
  inAll: false,
  scalable: false,
  table: {
    columns: [
      {
        name: 'Status',
        value: (o) => (isTerminating(o) ? 'Terminating' : (o.status?.phase ?? 'Active')),
        state: true,
      },
    ],
  },
};
