import { compareText } from '../../base/listing.ts';

/**
 * Whom each balancer calls, without the calls that would close a circle: those to a balancer that is being looked at
 * when balancers are followed along their calls, in the order of their names. Names that are not there stay.
 */
export function withoutCircles(
  calls: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const kept = new Map<string, readonly string[]>();
  const open = new Set<string>();
  const visit = (name: string): void => {
    open.add(name);
    const mine: string[] = [];
    for (const next of calls.get(name) ?? []) {
      if (open.has(next)) continue;
      mine.push(next);
      if (calls.has(next) && !kept.has(next)) visit(next);
    }
    open.delete(name);
    kept.set(name, mine);
  };
  for (const name of [...calls.keys()].sort(compareText)) if (!kept.has(name)) visit(name);
  return kept;
}
