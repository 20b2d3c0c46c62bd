import { compareText } from '../base/listing.ts';
import { type Machine } from './machine.ts';

const none: ReadonlySet<Machine> = new Set();

/** Which machines are on which host; one that migrates is on both its hosts. */
export class Residents {
  readonly #onHost = new Map<string, Set<Machine>>();

  /** In no particular order. */
  of(hostUid: string): ReadonlySet<Machine> {
    return this.#onHost.get(hostUid) ?? none;
  }

  /** By uid, so that whatever is done with them comes in the same order after a restart. */
  sorted(hostUid: string): Machine[] {
    return [...this.of(hostUid)].sort((a, b) => compareText(a.id, b.id));
  }

  add(hostUid: string, machine: Machine): void {
    const there = this.#onHost.get(hostUid);
    if (there === undefined) this.#onHost.set(hostUid, new Set([machine]));
    else there.add(machine);
  }

  delete(hostUid: string | undefined, machine: Machine): void {
    if (hostUid === undefined) return;
    const there = this.#onHost.get(hostUid);
    there?.delete(machine);
    if (there?.size === 0) this.#onHost.delete(hostUid);
  }
}
