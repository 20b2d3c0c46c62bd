/** What `vctl migrate` does: a running VM moves to another host while it works on. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { annotations } from '../../model/annotations.ts';
import { findCondition } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type KubeObject, keyOf } from '../../model/object.ts';
import { act, type ActOptions, type ActReport, reportOf, withAnnotations } from '../apply/act.ts';
import { type FollowRequest } from '../apply/follow.ts';
import { getObject } from '../resources.ts';
import { Snapshot } from '../snapshot.ts';
import { type State } from '../state.ts';
import { shortName } from '../inspect/summary.ts';

export interface MigrateRequest extends FollowRequest {
  readonly name: string;
  readonly namespace: string;
  /** Name of a host; absent: where placement likes it best. */
  readonly to?: string;
}

/** @throws UserError (refused) with the reason when the VM cannot move there; ApiError NotFound. */
export async function migrate(
  state: State,
  request: MigrateRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const { name, namespace, to } = request;
  const vm = (await getObject(state.store, 'VirtualMachine', name, namespace)) as VirtualMachine;
  const from = vm.status?.host;
  if (to !== undefined && to === from) {
    return { objects: [reportOf(vm, 'unchanged', `it is on ${to}`)] };
  }
  const target = targetFor(vm, await Snapshot.read(state), to);
  const wish = { [annotations.moveFrom]: from, [annotations.moveTo]: to };
  const edit = {
    key: keyOf(vm),
    action: `moves from ${from} to ${target}`,
    change: (object: KubeObject) => withAnnotations(object, wish),
  };
  const report = await act(state, [edit], request, options);
  if (!report.run) return report;
  const after = (await getObject(state.store, 'VirtualMachine', name, namespace)) as VirtualMachine;
  return { ...report, unmet: after.status?.host === from ? [stayed(after)] : [] };
}

/** The host that would take the VM. @throws UserError when none does. */
export function targetFor(vm: VirtualMachine, { cache, scheduler }: Snapshot, to?: string): string {
  const name = shortName(vm);
  const { host, hypervisor = '', phase = 'Pending', migrationTarget } = vm.status ?? {};
  if (migrationTarget !== undefined) throw refused(`${name} is already moving to ${migrationTarget}`);
  if (host === undefined || phase !== 'Running') {
    throw refused(`${name} is ${phase}: only a running VM can move`, `vctl describe vm ${vm.metadata.name}`);
  }
  if (cache.get('Hypervisor', '', hypervisor)?.spec.features.liveMigration !== true) {
    throw refused(
      `hypervisor "${hypervisor}" of ${name} cannot migrate live`,
      `let it restart elsewhere: vctl drain ${host}`,
    );
  }
  if (to !== undefined) {
    const target = cache.get('Host', '', to);
    if (!target) throw refused(`there is no host "${to}"`, 'vctl get hosts');
    if (target.spec.hypervisor !== hypervisor) {
      throw refused(
        `host "${to}" runs ${target.spec.hypervisor} and ${name} runs on ${hypervisor}: a running VM cannot change its hypervisor`,
        `choose a host of ${hypervisor}: vctl get hosts`,
      );
    }
  }
  const placement = scheduler.elsewhere(vm, to);
  if (placement.type === 'placed') return placement.host;
  const reasons = to === undefined ? undefined : scheduler.refusals(vm).get(to)?.join(', ');
  const who = to === undefined ? `no host can take ${name}` : `host "${to}" cannot take ${name}`;
  throw refused(`${who}: ${reasons ?? placement.summary}`, 'vctl get hosts');
}

function stayed(vm: VirtualMachine): string {
  const why = findCondition(vm.status?.conditions, 'Resized');
  const because = why?.status === 'False' ? `: ${why.message}` : '';
  return `${shortName(vm)} is still on ${vm.status?.host}${because}; it moves as soon as it can`;
}

function refused(message: string, nextStep?: string): UserError {
  return new UserError(message, {
    exitCode: ExitCode.Refused,
    nextSteps: nextStep === undefined ? [] : [nextStep],
  });
}
