/**
 * Where VMs of a pool go that says nothing about it: rather on different hosts than on the same, so that one
 * crash does not take them all. A wish, never a must. Source: kube-scheduler's default topology spread.
 */
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { hostnameKey, type PlacementRules } from '../../placement/types.ts';
import { labels } from '../../model/annotations.ts';

/** The VM's placement rules, with the default wish for VMs of a pool that demands no spread of its own. */
export function placementOf(vm: VirtualMachine): PlacementRules {
  const rules: PlacementRules = vm.spec.placement;
  const pool = vm.metadata.labels?.[labels.pool];
  const hasOwn = (rules.topologySpread?.length ?? 0) + (rules.antiAffinity?.length ?? 0) > 0;
  if (pool === undefined || hasOwn) return rules;
  return spreadRules(rules, pool);
}

/** Placement remembers its answers by the identity of the rules: equal ones are one object. */
const known = new WeakMap<PlacementRules, Map<string, PlacementRules>>();
const empty: PlacementRules = {};

function spreadRules(rules: PlacementRules, pool: string): PlacementRules {
  const base = Object.keys(rules).length === 0 ? empty : rules;
  let byPool = known.get(base);
  if (!byPool) known.set(base, (byPool = new Map<string, PlacementRules>()));
  let spread = byPool.get(pool);
  if (!spread) {
    const selector = { matchLabels: { [labels.pool]: pool } };
    spread = {
      ...base,
      topologySpread: [
        { topologyKey: hostnameKey, maxSkew: 1, selector, whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    };
    byPool.set(pool, spread);
  }
  return spread;
}
