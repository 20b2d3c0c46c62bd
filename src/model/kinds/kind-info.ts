import { type KubeObject } from '../object.ts';
import { type KindTable } from './columns.ts';

/** What is known of one kind besides its schema. */
export interface KindInfo<T extends KubeObject = KubeObject> {
  readonly kind: T['kind'];
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly apiVersion: string;
  readonly namespaced: boolean;
  /** One sentence, for `api-resources` and `explain`. */
  readonly description: string;
  /** Shown by `get all`. */
  readonly inAll: boolean;
  /** Has `spec.replicas` to set with `scale`. */
  readonly scalable: boolean;
  readonly table: KindTable<T>;
}
