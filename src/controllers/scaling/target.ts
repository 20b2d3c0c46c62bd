/** What a ScalingPolicy scales, and whether it may. Pure. */
import { compareText } from '../../base/listing.ts';
import { type ScalingPolicy } from '../../model/kinds/index.ts';
import { type KubeObject, type ObjectKey, isTerminating } from '../../model/object.ts';

/** The object whose size the policy sets: an application's tier is the pool that all its tenants share. */
export function scaledKey(policy: ScalingPolicy): ObjectKey {
  const { kind, name, tier = '' } = policy.spec.target;
  const namespace = policy.metadata.namespace ?? '';
  if (kind !== 'Application') return { kind, namespace, name };
  return { kind: 'VirtualMachinePool', namespace, name: `${name}-${tier}` };
}

/** Of the policies on one target, the one that acts: the oldest, then the first by name. */
export function actingPolicy(policies: readonly ScalingPolicy[]): ScalingPolicy | undefined {
  return policies
    .filter((policy) => !isTerminating(policy))
    .sort(
      (a, b) =>
        compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
        compareText(a.metadata.name, b.metadata.name),
    )[0];
}

export interface StandingInput {
  readonly policy: ScalingPolicy;
  readonly target: KubeObject | undefined;
  /** Labels of the VMs that scaling out would add. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** The policy that acts on this target. */
  readonly acting: ScalingPolicy | undefined;
  readonly hasBalancer: boolean;
}

/** Whether the policy has an effect, as its condition Effective says it. */
export interface Standing {
  readonly horizontal: boolean;
  readonly vertical: boolean;
  readonly reason: 'Effective' | 'TargetNotFound' | 'TargetConflict' | 'NoLoadBalancer';
  readonly message: string;
}

/** Judges a policy beside its target: each direction by itself, since only scaling out needs a balancer. */
export function standingOf({ policy, target, labels, acting, hasBalancer }: StandingInput): Standing {
  const key = scaledKey(policy);
  const name = `${key.kind}/${key.name}`;
  const none = { horizontal: false, vertical: false };
  if (!target || isTerminating(target)) {
    return { ...none, reason: 'TargetNotFound', message: notFoundText(policy, name, target !== undefined) };
  }
  if (acting && acting.metadata.name !== policy.metadata.name) {
    const message = `${name} is already scaled by the older ScalingPolicy/${acting.metadata.name}: ${wayOut(policy, acting)}`;
    return { ...none, reason: 'TargetConflict', message };
  }
  const { horizontal, vertical } = policy.spec;
  if (!horizontal || hasBalancer) {
    const message = `it scales ${name}`;
    const acts = { horizontal: horizontal !== undefined, vertical: vertical !== undefined };
    return { ...acts, reason: 'Effective', message };
  }
  const rest = vertical ? '; it only changes the size of the VMs' : '';
  return {
    horizontal: false,
    vertical: vertical !== undefined,
    reason: 'NoLoadBalancer',
    message: `no load balancer serves ${name}, so VMs that scaling out adds would get no traffic${rest}: add a LoadBalancer in namespace ${key.namespace} with selector: ${selectorText(labels)}`,
  };
}

/** Two policies would each undo what the other does; one knows both directions. */
function wayOut({ spec, metadata }: ScalingPolicy, acting: ScalingPolicy): string {
  const missing = (['horizontal', 'vertical'] as const).filter(
    (direction) => spec[direction] && !acting.spec[direction],
  );
  if (missing.length === 0) return 'delete one of the two';
  const fields = missing.map((direction) => `spec.${direction}`).join(' and ');
  return `add ${fields} to it, which then chooses between the directions, and delete ScalingPolicy/${metadata.name}`;
}

function notFoundText(policy: ScalingPolicy, name: string, terminating: boolean): string {
  if (terminating) return `${name} is being deleted`;
  const { kind, name: application, tier } = policy.spec.target;
  if (kind !== 'Application') return `there is no ${name}: apply it, or change spec.target`;
  return `tier ${tier} of Application/${application} has no VMs to scale (${name}): they come with its first tenant of maturity Scalable`;
}

/** As a manifest writes it: `{matchLabels: {app: web}}`. */
function selectorText(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.keys(labels)
    .sort(compareText)
    .map((key) => `${key}: ${labels[key]}`);
  return `{matchLabels: {${pairs.join(', ')}}}`;
}
