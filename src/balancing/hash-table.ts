/** Which backend each hash belongs to. */
export interface HashTable {
  /** The backend of a key's hash (xxh64); undefined when there is none. */
  owner(hash: bigint): string | undefined;
  /** The share of all hashes that belongs to each backend: what it gets of very many keys. They add up to 1. */
  shares(): ReadonlyMap<string, number>;
}
