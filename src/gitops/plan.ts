/** In which order the objects of a revision are applied, and which of them must not be. Pure. */
import { keyText, type ObjectKey } from '../model/object.ts';

export interface PlanNode {
  readonly key: ObjectKey;
  /** `file:line:column` of its manifest. */
  readonly place: string;
  /** What it asks to wait for. */
  readonly after: readonly ObjectKey[];
  /** What it refers to: comes first, but need not be ready. */
  readonly references: readonly ObjectKey[];
}

/** An object that is not applied, and why; the text follows "KIND/NAME is held back: ". */
export interface Held<N extends PlanNode> {
  readonly node: N;
  readonly why: string;
}

export interface Plan<N extends PlanNode> {
  /** What is applied, each after all that it needs; otherwise in the order given. */
  readonly order: readonly N[];
  readonly held: readonly Held<N>[];
  /** Objects that wait for each other in a circle; told once each. */
  readonly cycles: readonly (readonly N[])[];
}

export interface PlanOptions {
  /** Key texts of objects of the revision that were refused, with the place of each. */
  readonly refused: ReadonlyMap<string, string>;
  /** True for what is in the state already. */
  readonly exists: (key: ObjectKey) => boolean;
}

/**
 * Orders the objects. One that was refused holds back what needs it, and nothing else; a circle holds back its
 * members and what needs them. Keys are distinct.
 */
export function planApply<N extends PlanNode>(nodes: readonly N[], options: PlanOptions): Plan<N> {
  const byKey = new Map(nodes.map((node) => [keyText(node.key), node]));
  const cycles = cyclesIn(nodes, byKey);
  const inCycle = new Set(cycles.flat());
  const why = new Map<N, string>();
  for (const cycle of cycles) {
    const text = circleText(cycle);
    for (const node of cycle) why.set(node, text);
  }
  const order: N[] = [];
  const done = new Set<N>(inCycle);
  const visit = (node: N): void => {
    if (done.has(node)) return;
    done.add(node);
    for (const needed of neededBy(node, byKey)) visit(needed);
    const reason = reasonToHold(node, byKey, why, options);
    if (reason === undefined) order.push(node);
    else why.set(node, reason);
  };
  for (const node of nodes) visit(node);
  const held = nodes.flatMap((node) => {
    const text = why.get(node);
    return text === undefined ? [] : [{ node, why: text }];
  });
  return { order, held, cycles };
}

function reasonToHold<N extends PlanNode>(
  node: N,
  byKey: ReadonlyMap<string, N>,
  why: ReadonlyMap<N, string>,
  { refused, exists }: PlanOptions,
): string | undefined {
  for (const key of [...node.after, ...node.references]) {
    const text = keyText(key);
    const place = refused.get(text);
    if (place !== undefined) return `it needs ${nameOf(key)}, which is refused (${place})`;
    const needed = byKey.get(text);
    if (needed && needed !== node && why.has(needed)) {
      return `it needs ${nameOf(key)}, which is held back too (${needed.place})`;
    }
  }
  const missing = node.after.find((key) => !byKey.has(keyText(key)) && !exists(key));
  return missing && `it depends on ${nameOf(missing)}, which is neither in the repository nor in the state`;
}

function neededBy<N extends PlanNode>(node: N, byKey: ReadonlyMap<string, N>): N[] {
  return [...node.after, ...node.references]
    .map((key) => byKey.get(keyText(key)))
    .filter((needed) => needed !== undefined);
}

/** As `vmp/web` would be too short where kinds meet: `VirtualMachinePool/shop/web`. */
export function nameOf({ kind, namespace, name }: ObjectKey): string {
  return [kind, namespace, name].filter((part) => part !== '').join('/');
}

function circleText(cycle: readonly PlanNode[]): string {
  const [first] = cycle;
  const steps = cycle.map(({ key, place }) => `${nameOf(key)} (${place})`);
  return cycle.length === 1
    ? `it depends on itself`
    : `it is part of a circle: ${steps.join(' → ')} → ${first ? nameOf(first.key) : ''}`;
}

/** Circles of dependencies, in the order in which their first members are given (Tarjan's components). */
function cyclesIn<N extends PlanNode>(nodes: readonly N[], byKey: ReadonlyMap<string, N>): N[][] {
  const index = new Map<N, number>();
  const low = new Map<N, number>();
  const stack: N[] = [];
  const onStack = new Set<N>();
  const cycles: N[][] = [];
  // By hand instead of recursion: a chain of dependencies may be as long as the revision.
  interface Frame {
    readonly node: N;
    readonly needed: readonly N[];
    next: number;
  }
  const open = (node: N, frames: Frame[]): void => {
    index.set(node, index.size);
    low.set(node, index.get(node) ?? 0);
    stack.push(node);
    onStack.add(node);
    frames.push({ node, needed: neededBy(node, byKey), next: 0 });
  };
  const lower = (node: N, value: number): void => {
    low.set(node, Math.min(low.get(node) ?? value, value));
  };
  for (const root of nodes) {
    if (index.has(root)) continue;
    const frames: Frame[] = [];
    open(root, frames);
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const needed = frame.needed[frame.next++];
      if (needed) {
        if (!index.has(needed)) open(needed, frames);
        else if (onStack.has(needed)) lower(frame.node, index.get(needed) ?? 0);
        continue;
      }
      frames.pop();
      const parent = frames.at(-1);
      if (parent) lower(parent.node, low.get(frame.node) ?? 0);
      if (low.get(frame.node) !== index.get(frame.node)) continue;
      const members = stack.splice(stack.indexOf(frame.node));
      for (const member of members) onStack.delete(member);
      const isCircle = members.length > 1 || frame.needed.includes(frame.node);
      if (isCircle) cycles.push(members);
    }
  }
  return cycles;
}
