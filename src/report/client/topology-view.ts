/** What stood where when the run ended: tenants, load balancers, hosts with their VMs. */
import { type HostRow, type PackedTopology } from '../topology.ts';
import { element } from './dom.ts';
import { roving } from './roving.ts';
import { tipFor } from './tip.ts';
import { topologyDetails } from './topology-details.ts';
import { graphOf, type Graph, type Node, type NodeId } from './topology-graph.ts';

/** With more hosts than this, a host is one cell and its VMs are listed when it is chosen. */
const cards = 60;

export function topologyView(topology: PackedTopology): HTMLElement {
  const graph = graphOf(topology);
  const compact = topology.hosts.length > cards;
  const map = element('div', { class: compact ? 'map compact' : 'map' });
  const details = topologyDetails(graph);
  map.append(
    ...lists(topology, graph),
    compact ? hostCells(topology, graph) : hostCards(topology, graph),
    ...waiting(topology, graph),
  );
  roving(map, '[data-node]');
  interact(map, graph, details.show);
  return element(
    'div',
    { class: 'topology-view' },
    element(
      'p',
      { class: 'note' },
      `${counts(topology)} Point at something to see what it rests on and what rests on it.`,
    ),
    scale(compact),
    element('div', { class: 'panes' }, map, details.root),
  );
}

function counts(topology: PackedTopology): string {
  const ready = topology.hosts.filter((host) => state(topology, host[3]) === 'fine').length;
  const parts = [`${ready} of ${many(topology.hosts.length + topology.leftOut.hosts, 'host')} ready`];
  parts.push(many(topology.machines.length + topology.leftOut.machines, 'VM'));
  if (topology.balancers.length > 0) parts.push(many(topology.balancers.length, 'load balancer'));
  if (topology.tenants.length > 0) parts.push(many(topology.tenants.length, 'tenant'));
  return `${parts.join(', ')}.`;
}

const many = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** Whether a phase is good, on its way, or bad. */
function state(topology: PackedTopology, phase: number): 'fine' | 'changing' | 'broken' {
  const word = topology.words[phase] ?? '';
  if (/^(Running|Ready|Up|On)$/.test(word)) return 'fine';
  return /Fail|Crash|Down|Lost|Unreachable|Error|NotReady|Broken/.test(word) ? 'broken' : 'changing';
}

function nodeButton(
  node: Node | undefined,
  classes: string,
  ...children: readonly (Node | string | HTMLElement)[]
) {
  const label =
    node && [`${node.kind} ${node.name}`, ...node.facts.slice(0, 3).map((fact) => fact.join(' '))].join(', ');
  const button = element('button', {
    type: 'button',
    class: `node ${classes}`,
    'data-node': node?.id,
    'aria-label': label,
  });
  button.append(...(children as (string | HTMLElement)[]));
  return button;
}

function lists(topology: PackedTopology, graph: Graph): readonly HTMLElement[] {
  const made: HTMLElement[] = [];
  if (topology.tenants.length > 0) {
    const rows = topology.tenants.map((tenant, index) =>
      nodeButton(graph.nodes.get(`t${index}`), 'chip', element('b', {}, tenant.level), ` ${tenant.name}`),
    );
    made.push(group('Tenants', 'chips', rows));
  }
  if (topology.balancers.length > 0) {
    const rows = topology.balancers.map((balancer, index) => {
      const broken = balancer.ready < balancer.total ? ' short' : '';
      const count = element('small', { class: `count${broken}` }, `${balancer.ready}/${balancer.total}`);
      return nodeButton(graph.nodes.get(`b${index}`), 'chip', `${balancer.name} `, count);
    });
    made.push(group('Load balancers', 'chips', rows));
  }
  return made;
}

function group(title: string, classes: string, children: readonly HTMLElement[]): HTMLElement {
  return element(
    'section',
    { class: 'group' },
    element('h4', {}, title),
    element('div', { class: classes }, ...children),
  );
}

/** How a cell shows a share in use: as its height and its depth of colour. */
function fill(cell: HTMLElement, use: number | null): HTMLElement {
  cell.style.setProperty('--use', `${use ?? 0}%`);
  cell.dataset['heat'] = use === null ? 'none' : String(Math.min(4, Math.floor(use / 20)));
  return cell;
}

function machineCells(topology: PackedTopology, graph: Graph, host: number): readonly HTMLElement[] {
  return topology.machines.flatMap(([, at, , phase, , , , use], index) =>
    at === host
      ? [fill(nodeButton(graph.nodes.get(`m${index}`), `cell ${state(topology, phase)}`), use)]
      : [],
  );
}

/** Two shares of a host's CPU, in percent: what is allocated, and in the lower half what is in use. */
function shareBar(classes: string, allocated: number, used: number): HTMLElement {
  const parts = [element('span', { class: 'allocated' }), element('span', { class: 'used' })];
  const bar = element('span', { class: `bar ${classes}`, 'aria-hidden': 'true' }, ...parts);
  bar.style.setProperty('--allocated', `${Math.min(100, allocated)}%`);
  bar.style.setProperty('--used', `${Math.min(100, used)}%`);
  return bar;
}

function hostCards(topology: PackedTopology, graph: Graph): HTMLElement {
  const made = topology.hosts.map((host, index) => {
    const [name, hypervisor, , phase, , cpu, , usedCpu, , use] = host;
    const broken = state(topology, phase);
    const bar = shareBar('', cpu > 0 ? (usedCpu / cpu) * 100 : 0, use ?? 0);
    const phaseWord = topology.words[phase] ?? '';
    const note = broken === 'fine' ? (topology.words[hypervisor] ?? '') : phaseWord;
    const head = nodeButton(
      graph.nodes.get(`h${index}`),
      `host ${broken}`,
      element('b', {}, name),
      element('small', {}, note),
      bar,
    );
    return element(
      'div',
      { class: 'card' },
      head,
      element('div', { class: 'cells' }, ...machineCells(topology, graph, index)),
    );
  });
  return group('Hosts and their VMs', 'cards', made);
}

/** A cell a host, zone by zone. */
function hostCells(topology: PackedTopology, graph: Graph): HTMLElement {
  const zones = new Map<string, HTMLElement[]>();
  for (const [index, host] of topology.hosts.entries()) {
    const zone = topology.words[host[4]] ?? '';
    const cells = zones.get(zone) ?? [];
    cells.push(hostCell(topology, graph, host, index));
    zones.set(zone, cells);
  }
  const sections = [...zones].map(([zone, cells]) =>
    element(
      'div',
      { class: 'zone' },
      element('h5', {}, zone === '' ? 'no zone' : zone),
      element('div', { class: 'cells' }, ...cells),
    ),
  );
  return group('Hosts', 'zones', sections);
}

function hostCell(topology: PackedTopology, graph: Graph, host: HostRow, index: number): HTMLElement {
  return fill(nodeButton(graph.nodes.get(`h${index}`), `cell ${state(topology, host[3])}`), host[9]);
}

function waiting(topology: PackedTopology, graph: Graph): readonly HTMLElement[] {
  const cells = machineCells(topology, graph, -1);
  return cells.length === 0 ? [] : [group(`Waiting for a host: ${cells.length}`, 'cells', cells)];
}

function scale(compact: boolean): HTMLElement {
  const steps = [10, 30, 50, 70, 90].map((use) => fill(element('span', { class: 'node cell fine' }), use));
  const other = (name: string, text: string) => [
    element('span', { class: `node cell ${name}` }),
    ` ${text} `,
  ];
  return element(
    'p',
    { class: 'heat-key' },
    'CPU in use: 0 % ',
    element('span', { class: 'steps' }, ...steps),
    ' 100 % ',
    ...other('changing', 'not running yet'),
    ...other('broken', 'down'),
    ...(compact ? [] : [shareBar('sample', 70, 40), ' CPU of a host: allocated, and below it in use']),
  );
}

/** Pointing or focusing tells what something is and what it concerns; a click keeps it in the details. */
function interact(map: HTMLElement, graph: Graph, show: (id: NodeId | undefined) => void): void {
  const idOf = (target: EventTarget | null): NodeId | undefined =>
    target instanceof Element ? target.closest<HTMLElement>('[data-node]')?.dataset['node'] : undefined;
  let kept: NodeId | undefined;
  const highlight = (id: NodeId | undefined) => {
    map.classList.toggle('focused', id !== undefined);
    const near = id === undefined ? undefined : graph.related(id);
    for (const item of map.querySelectorAll<HTMLElement>('[data-node]')) {
      item.classList.toggle('near', near?.has(item.dataset['node'] ?? '') ?? false);
      item.classList.toggle('kept', item.dataset['node'] === kept);
    }
  };
  let pointed: NodeId | undefined;
  const point = (id: NodeId | undefined) => {
    if (pointed === id) return;
    pointed = id;
    highlight(id ?? kept);
  };
  map.addEventListener('pointerover', (event) => point(idOf(event.target)));
  map.addEventListener('pointerleave', () => point(undefined));
  map.addEventListener('focusin', (event) => point(idOf(event.target)));
  map.addEventListener('focusout', () => point(undefined));
  const keep = (id: NodeId | undefined) => {
    kept = id;
    show(kept);
    highlight(kept);
  };
  map.addEventListener('click', (event) => {
    const id = idOf(event.target);
    keep(id === kept ? undefined : id);
  });
  map.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') keep(undefined);
  });
  tipFor(map, (target) => {
    const node = graph.nodes.get(idOf(target) ?? '');
    if (!node) return undefined;
    const facts = node.facts.slice(0, 5).map(([name, value]) => ({ text: `${name}: ${value}` }));
    return [{ text: `${node.kind} ${node.name}`, strong: true }, ...facts];
  });
}
