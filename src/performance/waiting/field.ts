/** The mean field of LeastRequest: backends by their kinds, each of which feels but the mean of the others. */

/** Backends that are alike. */
export interface BackendKind {
  readonly serviceMs: number;
  readonly cores: number;
  readonly weight: number;
  readonly limit: number;
  /** It has a backlog, and others have none. */
  readonly isBehind: boolean;
  readonly count: number;
}

/** The state of a backend of each kind while the others feel but the mean of each other. */
export interface FieldPart {
  /** Of all requests, that of one such backend, 0..1. */
  readonly share: number;
  /** By two choices the occupancy of the others, by weighted turns what arrivals find. */
  readonly found: Float64Array;
}
