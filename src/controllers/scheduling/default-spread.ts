/**
 * Where VMs of a pool go that says nothing about it: rather on different hosts than on the same, so that one
 * crash does not take them all. A wish, never a must, and weaker than a strategy that somebody asked for.
 * Source: kube-scheduler's default topology spread.
 */
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type LabelSelector, matchesSelector } from '../../model/selectors.ts';
import { hostnameKey, type PlacementRules, type TopologySpread } from '../../placement/types.ts';
import { labels } from '../../model/annotations.ts';

/**
 * The VM's placement rules, with the default wish for VMs of a pool that demands no spread of its own. A pool's VMs
 * are spread among those of their own revision, as `matchLabelKeys: [pod-template-hash]` does in Kubernetes: were the old
 * ones counted, the new ones would stand where those are not, unevenly once they have gone.
 */
export function placementOf(vm: VirtualMachine): PlacementRules {
  const rules: PlacementRules = vm.spec.placement;
  const own = vm.metadata.labels ?? {};
  const [pool, revision] = [own[labels.pool], own[labels.revision]];
  if (pool === undefined) return rules;
  const spreads = rules.topologySpread ?? [];
  if (spreads.length + (rules.antiAffinity?.length ?? 0) === 0)
    return recalled(rules, pool, revision, spreadAll);
  const isOwn = (selector: LabelSelector): boolean => matchesSelector(selector, own);
  if (revision === undefined || !spreads.some(({ selector }) => isOwn(selector))) return rules;
  return recalled(rules, pool, revision, () => ({
    ...rules,
    topologySpread: spreads.map((spread) =>
      isOwn(spread.selector) ? { ...spread, counted: ofRevision(spread.selector, revision) } : spread,
    ),
  }));
}

/** Placement remembers its answers by the identity of the rules: equal ones are one object. */
const known = new WeakMap<PlacementRules, Map<string, PlacementRules>>();
const empty: PlacementRules = {};

function recalled(
  rules: PlacementRules,
  pool: string,
  revision = '',
  make: (rules: PlacementRules, pool: string, revision: string) => PlacementRules,
): PlacementRules {
  const base = Object.keys(rules).length === 0 ? empty : rules;
  let byPool = known.get(base);
  if (!byPool) known.set(base, (byPool = new Map<string, PlacementRules>()));
  const key = `${pool}/${revision}`;
  let made = byPool.get(key);
  if (!made) byPool.set(key, (made = make(base, pool, revision)));
  return made;
}

function spreadAll(base: PlacementRules, pool: string, revision: string): PlacementRules {
  const selector = { matchLabels: { [labels.pool]: pool } };
  const counted = revision === '' ? {} : { counted: ofRevision(selector, revision) };
  const wish: TopologySpread = {
    topologyKey: hostnameKey,
    maxSkew: 1,
    selector,
    ...counted,
    whenUnsatisfiable: 'ScheduleAnyway',
    isImplicit: true,
  };
  return { ...base, topologySpread: [wish] };
}

function ofRevision(selector: LabelSelector, revision: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, [labels.revision]: revision } };
}
