/** A scaling policy's target must be there, and behind a load balancer when it is to be scaled out. */
import { type ScalingPolicy } from '../../model/kinds/index.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { flowText } from '../flow.ts';
import { didYouMean, nameOf, type Problem, warning } from '../problem.ts';
import { referenceProblems } from './references.ts';
import { type View } from './view.ts';

export function scalingProblems(policy: ScalingPolicy, subject: string, view: View): Problem[] {
  const { kind, name, tier } = policy.spec.target;
  const namespace = policy.metadata.namespace ?? '';
  const missing = referenceProblems(subject, { kind, namespace, name, path: '/spec/target/name' }, view);
  if (missing.length > 0) return missing;
  // The tiers of an application always stand behind load balancers of their own.
  if (kind === 'Application') return tierProblems(policy, tier ?? '', subject, view);
  if (kind === 'VirtualMachinePool' && policy.spec.horizontal) return balancerProblems(policy, subject, view);
  return [];
}

function tierProblems(policy: ScalingPolicy, tier: string, subject: string, view: View): Problem[] {
  const application = view.get('Application', policy.metadata.namespace ?? '', policy.spec.target.name);
  const tiers = application?.spec.tiers.map(({ name }) => name) ?? [];
  if (!application || tiers.includes(tier)) return [];
  const message = `${subject}: ${nameOf('Application', application.metadata.name)} has no tier "${tier}"${didYouMean(tier, tiers)}`;
  return [warning('REFERENCE_NOT_FOUND', '/spec/target/tier', message, `its tiers: ${tiers.join(', ')}`)];
}

/** Load balancing is the key to scaling out: without it new VMs get no traffic. */
function balancerProblems(policy: ScalingPolicy, subject: string, view: View): Problem[] {
  const namespace = policy.metadata.namespace ?? '';
  const pool = view.get('VirtualMachinePool', namespace, policy.spec.target.name);
  // Made by an application, and so served by the application's load balancer.
  if (!pool) return [];
  const labels = pool.spec.template.metadata?.labels ?? {};
  for (const balancer of view.list('LoadBalancer', namespace)) {
    if (matchesSelector(balancer.spec.selector, labels)) return [];
  }
  const name = pool.metadata.name;
  const message = `${subject} will not be effective: no load balancer serves ${nameOf('VirtualMachinePool', name)}, so VMs that scaling out adds would get no traffic`;
  const selector = flowText({ matchLabels: pool.spec.selector.matchLabels ?? labels });
  const help = `add a LoadBalancer in namespace ${namespace} with selector: ${selector}`;
  return [warning('NO_LOAD_BALANCER', '/spec/horizontal', message, help)];
}
