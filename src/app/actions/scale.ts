/** What `vctl scale` does: another count for a pool. */
import { ExitCode, UserError } from '../../base/errors.ts';
import {
  type HostPool,
  kindNames,
  kinds,
  type Kind,
  type VirtualMachinePool,
} from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { act, type ActOptions, type ActReport, keyIn } from '../apply/act.ts';
import { type FollowRequest } from '../apply/follow.ts';
import { shortName } from '../inspect/summary.ts';
import { getObject } from '../resources.ts';
import { type State } from '../state.ts';

export interface ScaleRequest extends FollowRequest {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  /** Only if it has so many now. */
  readonly currentReplicas?: number;
}

/**
 * @throws UserError (usage) for a kind without a count, UserError (conflict) when the present count is another
 * than expected, ApiError NotFound.
 */
export async function scale(
  state: State,
  request: ScaleRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const { kind, name, namespace, replicas } = request;
  if (!kinds[kind].scalable) {
    const scalable = kindNames.filter((one) => kinds[one].scalable).map((one) => kinds[one].singular);
    throw new UserError(`a ${kind} has no count to scale`, {
      exitCode: ExitCode.Usage,
      nextSteps: [`scale one of: ${scalable.join(', ')}`],
    });
  }
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw new UserError(`--replicas is a count, not ${replicas}`, { exitCode: ExitCode.Usage });
  }
  const key = keyIn(kind, name, namespace);
  const warnings = await whoElseScales(state, await getObject(state.store, kind, name, namespace));
  const change = (object: KubeObject): KubeObject => {
    const pool = object as VirtualMachinePool | HostPool;
    checkPresent(pool, request.currentReplicas);
    if (pool.spec.replicas === replicas) return object;
    return { ...pool, spec: { ...pool.spec, replicas } };
  };
  const withWarnings = (report: ActReport): ActReport => ({ ...report, warnings });
  const edit = { key, action: `scaled to ${replicas}`, change };
  const onWritten = (report: ActReport): void => options.onWritten?.(withWarnings(report));
  return withWarnings(await act(state, [edit], request, { ...options, onWritten }));
}

function checkPresent(pool: VirtualMachinePool | HostPool, expected: number | undefined): void {
  const { replicas } = pool.spec;
  if (expected === undefined || expected === replicas) return;
  throw new UserError(`${shortName(pool)} has ${replicas} replicas, not ${expected}: nothing was changed`, {
    exitCode: ExitCode.Conflict,
    nextSteps: [`look at it again: vctl get ${shortName(pool).replace(/\/.*\//, '/')}`],
  });
}

/** Who will set the count again: a policy, or the object that made the pool. */
async function whoElseScales(state: State, pool: KubeObject): Promise<string[]> {
  const { namespace, name, ownerReferences = [] } = pool.metadata;
  const warnings: string[] = [];
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner) {
    warnings.push(`${shortName(pool)} belongs to ${owner.kind} ${owner.name}, which may set its count again`);
  }
  for (const policy of (await state.store.list('ScalingPolicy', { namespace })).items) {
    const { target, horizontal } = (policy as { spec: PolicyTarget }).spec;
    const isTarget = target.kind === pool.kind && target.name === name;
    if (pool.kind === 'VirtualMachinePool' && isTarget && horizontal !== undefined) {
      warnings.push(`${shortName(policy)} scales ${shortName(pool)} and will set its count again`);
    }
  }
  return warnings;
}

interface PolicyTarget {
  readonly target: { readonly kind: string; readonly name: string };
  readonly horizontal?: object;
}
