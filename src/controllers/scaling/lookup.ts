/** The policies that scale an object, found without a walk over all of them. */
import { type ObjectCache } from '../../engine/cache.ts';
import { keyIndex } from '../../engine/cache-index.ts';
import { type ScalingPolicy } from '../../model/kinds/index.ts';
import { keyText, type ObjectKey } from '../../model/object.ts';
import { scaledKey } from './target.ts';

/** By the key text of what they scale. */
export const policiesByTarget = keyIndex('ScalingPolicy', (policy) => [keyText(scaledKey(policy))]);

/** The ScalingPolicies whose target is this object, whether it is there or not, ordered by name. */
export function policiesFor(cache: ObjectCache, target: ObjectKey): ScalingPolicy[] {
  return cache.index(policiesByTarget).at(keyText(target));
}
