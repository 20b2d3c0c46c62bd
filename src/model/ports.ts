/**
 * The interfaces by which the parts know each other: `Store` (what is wanted and what was seen),
 * `Infrastructure` and `Metrics` (what is there). A simulator or a real provider stands behind the last
 * two without the controllers noticing.
 */
export type * from './ports/store.ts';
export type * from './ports/machines.ts';
export type * from './ports/network.ts';
export type * from './ports/infrastructure.ts';
export type * from './ports/world.ts';
