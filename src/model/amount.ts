import { cpuMillis, memoryBytes } from '../base/quantity.ts';

/** CPU and memory as numbers. */
export interface Amount {
  /** Millicores. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** Millicores and bytes of a pair of quantities; an absent one is nothing. */
export function amountOf(resources: { cpu?: string | number; memory?: string | number } | undefined): Amount {
  return { cpuMillis: cpuMillis(resources?.cpu), memoryBytes: memoryBytes(resources?.memory) };
}
