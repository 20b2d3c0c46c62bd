/** A policy as it stands and what it decides: the one way to a decision, for the loop and for explanations. Pure. */
import { type ScalingPolicy } from '../../model/kinds/index.ts';
import { labelled } from '../../autoscaling/text.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { decideScaling, type ScalingDecision } from './decision.ts';
import { type ScalingInput, type ScalingMemory } from './inputs.ts';
import { actingPolicy, scaledKey, type Standing, standingOf } from './target.ts';
import { balancersOf, inputOf, type Target, targetObject, wayTo } from './view.ts';
import { type ScalingScene } from './scene.ts';
import { policiesFor } from './lookup.ts';

/** With which the keys of what is remembered of policies begin. */
export const notePrefix = 'autoscaling/';

/** Where a policy keeps what it remembers: an object with the `memory` of its last decision. */
export function noteKey(policy: ScalingPolicy): string {
  return notePrefix + (policy.metadata.uid ?? '');
}

/** Whether the policy has an effect, and in which directions. */
export function judgePolicy(policy: ScalingPolicy, cache: ObjectCache): Standing {
  const target = targetObject(policy, cache);
  return standingOf({
    policy,
    target,
    labels: target?.kind === 'VirtualMachinePool' ? target.spec.template.metadata?.labels : undefined,
    acting: actingPolicy(policiesFor(cache, scaledKey(policy))),
    hasBalancer: target !== undefined && balancersOf(target, cache).length > 0,
  });
}

/** Decides, and once more without what turned out to be impossible. Carries nothing out. */
export function decideFor(
  policy: ScalingPolicy,
  standing: Standing,
  target: Target,
  memory: ScalingMemory | undefined,
  scene: ScalingScene,
): { readonly input: ScalingInput; readonly decision: ScalingDecision } {
  const input = inputOf(policy, standing, target, memory, scene);
  const decision = decideScaling(input);
  const { obstacle, text } = wayTo(input, decision, scene);
  if (obstacle) {
    const blocked = { ...input, blocked: obstacle };
    return { input: blocked, decision: decideScaling(blocked) };
  }
  if (text === undefined) return { input, decision };
  return { input, decision: { ...decision, explanation: [...decision.explanation, labelled('way', text)] } };
}
