/** What is known of the chosen part of the topology, and what it is connected with. */
import { element } from './dom.ts';
import { type Graph, type Node, type NodeId } from './topology-graph.ts';

const kinds: readonly (readonly [Node['kind'], string])[] = [
  ['Tenant', 'Tenants'],
  ['Load balancer', 'Load balancers'],
  ['VM', 'VMs'],
  ['Host', 'Hosts'],
];
/** A list that is longer is cut: the map beside it shows them all. */
const listed = 40;

export interface Details {
  readonly root: HTMLElement;
  readonly show: (id: NodeId | undefined) => void;
}

export function topologyDetails(graph: Graph): Details {
  const root = element('aside', { class: 'details', 'aria-live': 'polite', 'aria-label': 'Chosen part' });
  const show = (id: NodeId | undefined) => {
    const node = id === undefined ? undefined : graph.nodes.get(id);
    root.replaceChildren(
      ...(node
        ? describe(graph, node)
        : [element('p', { class: 'note' }, 'Choose something to see all that is known of it.')]),
    );
  };
  show(undefined);
  return { root, show };
}

function describe(graph: Graph, node: Node): readonly HTMLElement[] {
  const facts = element(
    'dl',
    {},
    ...node.facts.map(([name, value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, value)),
    ),
  );
  const near = [...graph.related(node.id)].flatMap((id) =>
    id === node.id ? [] : (graph.nodes.get(id) ?? []),
  );
  const lists = kinds.flatMap(([kind, title]) => {
    const own = near.filter((other) => other.kind === kind);
    if (own.length === 0) return [];
    const more =
      own.length > listed ? [element('li', { class: 'note' }, `and ${own.length - listed} more`)] : [];
    const items = own.slice(0, listed).map((other) => element('li', {}, other.name, use(other)));
    return [element('h5', {}, `${title} (${own.length})`), element('ul', {}, ...items, ...more)];
  });
  return [element('p', { class: 'kind' }, node.kind), element('h4', {}, node.name), facts, ...lists];
}

function use(node: Node): HTMLElement | string {
  const found = node.facts.find(([name]) => name === 'CPU in use');
  return found ? element('small', {}, ` ${found[1]}`) : '';
}
