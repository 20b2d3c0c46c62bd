/** What `vctl cordon` and `uncordon` do: whether a host takes new VMs. */
import { type Host } from '../../model/kinds/index.ts';
import { type KubeObject, keyOf } from '../../model/object.ts';
import { act, type ActOptions, type ActReport, type Edit } from '../apply/act.ts';
import { type FollowRequest } from '../apply/follow.ts';
import { type State } from '../state.ts';
import { targetsOfKind } from './targets.ts';

export interface CordonRequest extends FollowRequest {
  readonly names: readonly string[];
  readonly selector?: string;
  /** False takes new VMs again. */
  readonly unschedulable: boolean;
}

/** @throws UserError (usage) when no host is named, ApiError NotFound. */
export async function cordon(
  state: State,
  request: CordonRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const hosts = await targetsOfKind(state, 'Host', { ...request, namespace: '' });
  return act(
    state,
    hosts.map((host) => cordonEdit(host, request.unschedulable)),
    request,
    options,
  );
}

/** The change that closes a host to new VMs, or opens it. */
export function cordonEdit(host: KubeObject, unschedulable: boolean): Edit {
  return {
    key: keyOf(host),
    action: unschedulable ? 'cordoned' : 'uncordoned',
    change: (object) => {
      const { spec } = object as Host;
      return spec.unschedulable === unschedulable ? object : { ...object, spec: { ...spec, unschedulable } };
    },
  };
}
