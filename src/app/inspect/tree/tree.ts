import { kindOf } from '../../../model/kinds/index.ts';
/** An object and all that stands below it: `vctl tree`. */
import { type ObjectCache } from '../../../engine/cache.ts';
import { type KubeObject, keyOf, keyText } from '../../../model/object.ts';
import { type TreeNode } from '../../../output/tree.ts';
import { findObjects, type Scope, type Wanted } from '../../resources.ts';
import { Snapshot } from '../../snapshot.ts';
import { type State } from '../../state.ts';
import { childrenOf, type Child } from './children.ts';
import { lineOf } from './lines.ts';

/** A line of the tree: the object that it stands for, and the lines below. */
export interface ObjectTree {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** What is told of it, as text for people. */
  readonly told: readonly string[];
  readonly children: readonly ObjectTree[];
}

/** @throws ApiError NotFound for a name that is not there. */
export async function runTree(state: State, wanted: readonly Wanted[], scope: Scope): Promise<ObjectTree[]> {
  const objects = await findObjects(state.store, wanted, scope);
  const { cache } = await Snapshot.read(state);
  return objects.map((object) => objectTree(object, cache));
}

/** The tree below an object. What would stand below itself (balancers that call each other) is left out. */
export function objectTree(object: KubeObject, cache: ObjectCache): ObjectTree {
  return treeOf({ object }, cache, new Set());
}

function treeOf({ object, below }: Child, cache: ObjectCache, above: ReadonlySet<string>): ObjectTree {
  const kind = kindOf(object);
  const { name, namespace } = object.metadata;
  const path = new Set([...above, keyText(keyOf(object))]);
  return {
    ...{ kind, name, told: lineOf(kind, object, cache) },
    ...(namespace === undefined ? {} : { namespace }),
    children: (below ?? childrenOf(kind, object, cache))
      .filter((child) => !path.has(keyText(keyOf(child.object))))
      .map((child) => treeOf(child, cache, path)),
  };
}

/** The tree for `renderTree`. Below what has no namespace, names carry theirs. */
export function treeNode(tree: ObjectTree): TreeNode {
  return nodeOf(tree, tree.namespace);
}

function nodeOf(tree: ObjectTree, namespace: string | undefined): TreeNode {
  const isForeign = tree.namespace !== undefined && tree.namespace !== namespace;
  const name = isForeign ? `${tree.namespace}/${tree.name}` : tree.name;
  const inside = tree.kind === 'Namespace' ? tree.name : namespace;
  return {
    columns: [`${tree.kind}/${name}`, ...tree.told],
    children: tree.children.map((child) => nodeOf(child, inside)),
  };
}
