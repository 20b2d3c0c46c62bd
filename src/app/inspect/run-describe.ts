/** What `vctl describe` does: find the objects, and say of each all that is known. */
import { type Event } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type DescribeNode } from '../../output/describe.ts';
import { describeObject } from './describe/describe.ts';
import { descriptionData } from './describe/data.ts';
import { findObjects, type Scope, type Wanted } from '../resources.ts';
import { Snapshot } from '../snapshot.ts';
import { type State } from '../state.ts';

export interface Description {
  readonly object: KubeObject;
  readonly nodes: readonly DescribeNode[];
  /** The same as data, by label. */
  readonly described: Readonly<Record<string, unknown>>;
  /** The oldest first. */
  readonly events: readonly Event[];
}

/** @throws ApiError NotFound for a name that is not there. */
export async function runDescribe(
  state: State,
  wanted: readonly Wanted[],
  scope: Scope,
): Promise<readonly Description[]> {
  const objects = await findObjects(state.store, wanted, scope);
  if (objects.length === 0) return [];
  const snapshot = await Snapshot.read(state);
  return objects.map((object) => {
    const nodes = describeObject(object, snapshot);
    return { object, nodes, described: descriptionData(nodes), events: snapshot.eventsOf(object) };
  });
}
