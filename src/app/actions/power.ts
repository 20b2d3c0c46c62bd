/** What `vctl start`, `stop` and `restart` do: the power that is wanted of VMs. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { annotations } from '../../model/annotations.ts';
import { wantsPower } from '../../controllers/machines/plan.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type KubeObject, keyOf } from '../../model/object.ts';
import { act, type ActOptions, type ActReport, type Edit, withAnnotations } from '../apply/act.ts';
import { type FollowRequest } from '../apply/follow.ts';
import { shortName } from '../inspect/summary.ts';
import { type State } from '../state.ts';
import { targetsOfKind, type TargetsRequest } from './targets.ts';

export type PowerVerb = 'start' | 'stop' | 'restart';

export interface PowerRequest extends FollowRequest, TargetsRequest {
  readonly verb: PowerVerb;
}

const changes: Record<PowerVerb, (vm: VirtualMachine) => VirtualMachine> = {
  start: started,
  stop: stopped,
  restart: restarted,
};
const words: Record<PowerVerb, string> = { start: 'started', stop: 'stopped', restart: 'restarted' };

/**
 * @throws UserError (refused) for VMs whose power belongs to a pool, and for a restart of one that is off;
 * ApiError NotFound. Nothing is changed then.
 */
export async function power(
  state: State,
  request: PowerRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const { verb } = request;
  const machines = await targetsOfKind(state, 'VirtualMachine', request);
  const edits = machines.map((vm): Edit => ({
    key: keyOf(vm),
    action: words[verb],
    change: (object: KubeObject) => changes[verb](object as VirtualMachine),
  }));
  return act(state, edits, request, options);
}

function started(vm: VirtualMachine): VirtualMachine {
  switch (vm.spec.runPolicy) {
    case 'Always':
      return vm;
    case 'Halted':
      refuseMember(vm, 'started', (pool) => `set runPolicy in the template of its pool: vmp/${pool}`);
      return { ...vm, spec: { ...vm.spec, runPolicy: 'Always' } };
    case 'Manual': {
      // A VM that failed stays down until it is asked for anew.
      const again = vm.status?.phase === 'Failed' ? { [annotations.restart]: nextCount(vm) } : {};
      return withAnnotations(vm, { [annotations.power]: 'On', ...again }) as VirtualMachine;
    }
  }
}

function stopped(vm: VirtualMachine): VirtualMachine {
  refuseMember(vm, 'stopped', (pool) => `shrink the pool: vctl scale vmp/${pool} --replicas N`);
  switch (vm.spec.runPolicy) {
    case 'Always':
      return { ...vm, spec: { ...vm.spec, runPolicy: 'Halted' } };
    case 'Halted':
      return vm;
    case 'Manual':
      return withAnnotations(vm, { [annotations.power]: 'Off' }) as VirtualMachine;
  }
}

function restarted(vm: VirtualMachine): VirtualMachine {
  if (!wantsPower(vm)) {
    throw new UserError(`${shortName(vm)} is off: there is nothing to restart`, {
      exitCode: ExitCode.Refused,
      nextSteps: [`vctl start ${vm.metadata.name}`],
    });
  }
  return withAnnotations(vm, { [annotations.restart]: nextCount(vm) }) as VirtualMachine;
}

function nextCount(vm: VirtualMachine): string {
  const count = Number(vm.metadata.annotations?.[annotations.restart] ?? 0);
  return String((Number.isSafeInteger(count) ? count : 0) + 1);
}

/** A pool decides over its VMs: it would see a missing one, or a hand-made difference, as a fault to mend. */
function refuseMember(vm: VirtualMachine, word: string, instead: (owner: string) => string): void {
  const owner = vm.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!owner) return;
  throw new UserError(
    `${shortName(vm)} belongs to ${owner.kind} ${owner.name}, which keeps its VMs as its template says: it cannot be ${word} alone`,
    {
      exitCode: ExitCode.Refused,
      nextSteps: [instead(owner.name), `or restart it: vctl restart ${vm.metadata.name}`],
    },
  );
}
