/** Where requests can go. Names are unique; a weight of 0 gets nothing from the algorithms that weigh. */
export interface Backend {
  readonly name: string;
  readonly weight: number;
}

/** What a picker may ask about the request at hand. */
export interface PickContext {
  /** A draw from [0, 1). */
  readonly uniform: () => number;
  /** Requests that the backend has been sent and not yet answered. */
  readonly active: (name: string) => number;
  /** What the hashing algorithms keep together: a client's address, a tenant. @defaultValue '' */
  readonly key?: string;
}

/** Chooses a backend for each request; undefined when there is none to choose. */
export interface Picker {
  pick(context: PickContext): string | undefined;
}
