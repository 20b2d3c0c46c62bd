/** What `vctl why` does: the reasons behind what controllers decided about an object, as things are now. */
import { ExitCode, UserError } from '../../../base/errors.ts';
import { noteKey } from '../../../controllers/scaling/look.ts';
import { type ScalingMemory } from '../../../controllers/scaling/inputs.ts';
import { type Kind, type KindMap, kinds, type ScalingPolicy, kindOf } from '../../../model/kinds/index.ts';
import { type KubeObject } from '../../../model/object.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { descriptionData } from '../describe/data.ts';
import { findObjects, type Scope, type Wanted } from '../../resources.ts';
import { Snapshot } from '../../snapshot.ts';
import { type State } from '../../state.ts';
import { openWorldView } from '../world-view.ts';
import { type Explained, type WhyScene } from './explained.ts';
import { whyHost } from './host.ts';
import { whyBalancer } from './load-balancer.ts';
import { whyRebalancing } from './rebalance-policy.ts';
import { whyPolicy } from './scaling-policy.ts';
import { whyTenant } from './tenant.ts';
import { whyMachine } from './virtual-machine.ts';
import { whyPool } from './virtual-machine-pool.ts';

type Explainer<T extends KubeObject> = (object: T, scene: WhyScene) => Explained;

/** The kinds about which something is decided. */
const explainers: { readonly [K in Kind]?: Explainer<KindMap[K]> } = {
  Host: whyHost,
  LoadBalancer: whyBalancer,
  RebalancePolicy: whyRebalancing,
  ScalingPolicy: whyPolicy,
  Tenant: whyTenant,
  VirtualMachine: whyMachine,
  VirtualMachinePool: whyPool,
};

export interface Answer {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace?: string;
  readonly answer: string;
  /** By label, as texts; where there are figures, in full and exact. */
  readonly reasons: Readonly<Record<string, unknown>>;
  readonly nodes: readonly DescribeNode[];
}

/**
 * One answer an object.
 *
 * @throws UserError (usage) for a kind about which nothing is decided; ApiError NotFound for a name that is not there.
 */
export async function runWhy(
  state: State,
  wanted: readonly Wanted[],
  scope: Scope & { readonly all: boolean },
): Promise<readonly Answer[]> {
  for (const { kind } of wanted) refuseSilent(kind);
  const objects = await findObjects(state.store, wanted, scope);
  if (objects.length === 0) return [];
  const scene: WhyScene = {
    snapshot: await Snapshot.read(state),
    world: await openWorldView(state),
    memories: await memoriesOf(state, objects),
    all: scope.all,
  };
  return objects.map((object) => answerFor(kindOf(object), object, scene));
}

function answerFor<K extends Kind>(kind: K, object: KubeObject, scene: WhyScene): Answer {
  const { name, namespace } = object.metadata;
  const explain = explainers[kind];
  if (!explain) throw silent(kind);
  const { answer, nodes, data = {} } = explain(object as unknown as KindMap[K], scene);
  const where = namespace === undefined ? [] : [field('Namespace', namespace)];
  return {
    ...{ kind, name, ...(namespace === undefined ? {} : { namespace }) },
    answer,
    reasons: { ...descriptionData(nodes), ...data },
    nodes: [field(kind, name), ...where, field('Answer', answer), ...nodes],
  };
}

async function memoriesOf(
  state: State,
  objects: readonly KubeObject[],
): Promise<ReadonlyMap<string, ScalingMemory>> {
  const memories = new Map<string, ScalingMemory>();
  for (const object of objects) {
    if (object.kind !== 'ScalingPolicy') continue;
    const note = (await state.store.getPrivate(noteKey(object as ScalingPolicy))) as
      { readonly memory: ScalingMemory } | undefined;
    if (note) memories.set(object.metadata.uid ?? '', note.memory);
  }
  return memories;
}

function refuseSilent(kind: Kind): void {
  if (!explainers[kind]) throw silent(kind);
}

function silent(kind: Kind): UserError {
  const able = (Object.keys(explainers) as Kind[]).map(
    (one) => kinds[one].shortNames[0] ?? kinds[one].singular,
  );
  return new UserError(`nothing is decided about the kind ${kind}: why can be asked of ${able.join(', ')}`, {
    exitCode: ExitCode.Usage,
    nextSteps: [`vctl describe ${kinds[kind].shortNames[0] ?? kinds[kind].singular}`],
  });
}
