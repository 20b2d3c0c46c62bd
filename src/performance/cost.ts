/** What of a host a guest takes or a host has. */
export interface Resources {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const hourMs = 3_600_000;

/**
 * Power of a host, watts: linear from idle to full load; `utilization` is cut to 0..1.
 * Source: Fan, Weber and Barroso, "Power Provisioning for a Warehouse-sized Computer", ISCA 2007 (the linear model
 * is within a few per cent of measured racks).
 */
export function watts(idleWatts: number, maxWatts: number, utilization: number): number {
  return idleWatts + (maxWatts - idleWatts) * Math.max(0, Math.min(1, utilization));
}

/** Energy of a constant power over a time, kWh. */
export function energyKWh(powerWatts: number, durationMs: number): number {
  return (powerWatts / 1000) * (durationMs / hourMs);
}

/** Price of something that costs `perHour` over a time, in the unit of the price. */
export function costOver(perHour: number, durationMs: number): number {
  return (perHour * durationMs) / hourMs;
}

/** What a VM costs an hour by its size: for each virtual CPU, and for each Gi of memory. */
export interface SizePrice {
  readonly cpu: number;
  readonly memory: number;
}

/** Price of a guest of this size an hour, in the unit of the price; nothing where it has none of its own. */
export function guestPrice({ cpuMillis, memoryBytes }: Resources, price: SizePrice | undefined): number {
  return price === undefined ? 0 : (price.cpu * cpuMillis) / 1000 + (price.memory * memoryBytes) / 2 ** 30;
}

/**
 * Share of a host's price that a guest pays for, 0..1: the mean of its shares of the host's allocatable CPU and
 * memory. The shares of guests that fit add up to 1 at most; what nobody asked for stays the operator's cost.
 * Source: the even split of a node's price between CPU and memory, as cost allocators such as OpenCost do it.
 */
export function hostShare(guest: Resources, allocatable: Resources): number {
  const cpu = allocatable.cpuMillis > 0 ? guest.cpuMillis / allocatable.cpuMillis : 0;
  const memory = allocatable.memoryBytes > 0 ? guest.memoryBytes / allocatable.memoryBytes : 0;
  return Math.min(1, (cpu + memory) / 2);
}
