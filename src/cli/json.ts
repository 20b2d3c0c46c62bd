/** The same value with the keys of every object in order, so that output can be compared. Maps become objects. */
export function sortKeys(value: unknown): unknown {
  if (value instanceof Map) return sortKeys(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, sortKeys(part)]),
  );
}
