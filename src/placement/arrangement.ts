import { type HostTable } from './host-table.ts';
import { type Axis } from './topology.ts';

/**
 * The hosts in groups that lie in the same domain of every given axis, each group in the order of names.
 * Valid for one structure of the table; shared by all rankings with these axes.
 */
export class Arrangement {
  /** The slots of each group, in the order of the hosts' names. */
  readonly groups: readonly Int32Array[];
  /** By slot: the group's index, and the place within it. */
  readonly groupOf: Int32Array;
  readonly placeOf: Int32Array;

  constructor(table: HostTable, axes: readonly Axis[]) {
    const slotsByDomains = new Map<string, number[]>();
    for (const slot of table.ordered()) {
      const domains = axes.map((axis) => axis.domainOf(slot)).join(',');
      const slots = slotsByDomains.get(domains);
      if (slots) slots.push(slot);
      else slotsByDomains.set(domains, [slot]);
    }
    this.groups = [...slotsByDomains.values()].map((slots) => Int32Array.from(slots));
    this.groupOf = new Int32Array(table.hosts.length);
    this.placeOf = new Int32Array(table.hosts.length);
    for (const [index, slots] of this.groups.entries()) {
      for (let place = 0; place < slots.length; place++) {
        this.groupOf[slots[place] ?? 0] = index;
        this.placeOf[slots[place] ?? 0] = place;
      }
    }
  }
}
