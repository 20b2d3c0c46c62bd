/** Cells that several kinds' tables share. Each gives '' where there is nothing to show. */
import { cpuMillis, memoryBytes } from '../../base/quantity.ts';
import { type Condition, findCondition } from '../conditions.ts';
import { type KubeObject } from '../object.ts';
import { type PrinterColumn } from './columns.ts';

/** `42 %` of a share of 1. */
export function percent(share: number | undefined): string {
  return share === undefined ? '' : `${Math.round(share * 100)}%`;
}

/** At most one decimal. */
export function decimal(value: number | undefined): string {
  return value === undefined ? '' : String(Math.round(value * 10) / 10);
}

/** `142ms`; one decimal below ten. */
export function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value < 10 ? decimal(value) : Math.round(value)}ms`;
}

type Amount = string | number | undefined;

/** How much of a resource is promised: `62%`. Works for CPU and memory, whose ratio has no unit. */
export function share(allocated: Amount, allocatable: Amount): string {
  if (allocated === undefined || allocatable === undefined) return '';
  // Both forms of quantity parse the same way; memory's bytes keep more digits than CPU's millicores need.
  const whole = memoryBytes(allocatable) > 1e6 ? memoryBytes(allocatable) : cpuMillis(allocatable);
  const part = memoryBytes(allocatable) > 1e6 ? memoryBytes(allocated) : cpuMillis(allocated);
  return whole === 0 ? '' : percent(part / whole);
}

/** READY as the condition says it, with the reason when it is not True. */
export const readyColumn: PrinterColumn = {
  name: 'Ready',
  state: true,
  value: (object: KubeObject) => {
    const conditions = (object.status as { conditions?: readonly Condition[] } | undefined)?.conditions;
    const ready = findCondition(conditions, 'Ready');
    if (!ready) return 'Unknown';
    return ready.status === 'True' ? 'True' : `${ready.status} (${ready.reason})`;
  },
};
