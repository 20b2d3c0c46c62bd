/** What the phases of VMs tell: who waits and for how long, how many run, who has moved. */
import { isUp } from '../controllers/machines/up.ts';
import { wantsPower } from '../controllers/machines/plan.ts';
import { findCondition } from '../model/conditions.ts';
import { type VirtualMachine } from '../model/kinds/index.ts';
import { isTerminating, type KubeObject } from '../model/object.ts';
import { type SubjectName } from '../model/run-record.ts';
import { type Move, type Wait } from '../objectives/recording.ts';
import { subjectName, subjectOf } from './subjects.ts';

export class MachineLedger {
  readonly moves: Move[] = [];
  readonly #ended: Wait[] = [];
  /** By uid. */
  readonly #open = new Map<string, Wait>();
  #total = 0;
  #running = 0;

  /** VMs that exist. */
  get total(): number {
    return this.#total;
  }

  get running(): number {
    return this.#running;
  }

  /** VMs that should run and do not. */
  get waiting(): number {
    return this.#open.size;
  }

  /**
   * Takes note of a change of a VM at `nowMs`. `silentSince` tells when a host fell silent, ms of world time: a VM that
   * was lost with its host has waited since then, though nobody knew.
   */
  note(
    vm: VirtualMachine | undefined,
    old: VirtualMachine | undefined,
    nowMs: number,
    silentSince: (host: string) => number | undefined,
  ): void {
    this.#total += (vm ? 1 : 0) - (old ? 1 : 0);
    this.#running += (isUp(vm?.status) ? 1 : 0) - (isUp(old?.status) ? 1 : 0);
    const uid = (vm ?? old)?.metadata.uid ?? '';
    const wait = this.#open.get(uid);
    if (vm && waits(vm)) {
      if (!wait) {
        const lostOn = isLost(vm) ? old?.status?.host : undefined;
        const lostAtMs = lostOn === undefined ? undefined : silentSince(lostOn);
        this.#open.set(uid, { ...namesOf(vm), fromMs: lostAtMs ?? nowMs });
      }
    } else if (wait) {
      this.#open.delete(uid);
      // One that went away before it ran has nobody who waits for it.
      if (isUp(vm?.status)) this.#ended.push({ ...wait, toMs: nowMs });
    }
    if (vm && old) this.#noteMove(vm, old, nowMs);
  }

  /** Every wait that did not end before `startMs`, counted from then at the earliest. */
  waitsSince(startMs: number): Wait[] {
    return [...this.#ended, ...this.#open.values()]
      .filter(({ toMs = Infinity }) => toMs > startMs)
      .map((wait) => ({ ...wait, fromMs: Math.max(wait.fromMs, startMs) }))
      .sort((a, b) => a.fromMs - b.fromMs);
  }

  #noteMove(vm: VirtualMachine, old: VirtualMachine, nowMs: number): void {
    const from = old.status?.host;
    const to = vm.status?.host;
    if (old.status?.phase !== 'Migrating' || from === undefined || to === undefined || from === to) return;
    const hosts = { from: subjectName('Host', undefined, from), to: subjectName('Host', undefined, to) };
    this.moves.push({ atMs: nowMs, ...namesOf(vm), ...hosts });
  }
}

function waits(vm: VirtualMachine): boolean {
  if (isTerminating(vm) || !wantsPower(vm)) return false;
  return !isUp(vm.status) && vm.status?.phase !== 'Stopping';
}

function isLost({ status }: VirtualMachine): boolean {
  return findCondition(status?.conditions, 'Ready')?.reason === 'HostLost';
}

function namesOf(vm: VirtualMachine): { readonly machine: SubjectName; readonly pool?: SubjectName } {
  const pool = poolOf(vm);
  return { machine: subjectOf(vm), ...(pool === undefined ? {} : { pool }) };
}

/** The pool that made a VM. */
export function poolOf({ metadata }: KubeObject): SubjectName | undefined {
  const owner = metadata.ownerReferences?.find(
    ({ kind, controller }) => controller && kind === 'VirtualMachinePool',
  );
  return owner && subjectName('VirtualMachinePool', metadata.namespace, owner.name);
}
