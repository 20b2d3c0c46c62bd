/** A scaling policy's target must be there, and behind a load balancer when it is to be scaled out. */
import { durationMs } from '../../base/duration.ts';
import { isTimeZone } from '../../base/time-zone.ts';
import { type ScalingPolicy } from '../../model/kinds/index.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { flowText } from '../flow.ts';
import { didYouMean, error, nameOf, type Problem, warning } from '../problem.ts';
import { referenceProblems } from './references.ts';
import { type View } from './view.ts';

export function scalingProblems(policy: ScalingPolicy, subject: string, view: View): Problem[] {
  return [
    ...targetProblems(policy, subject, view),
    ...metricProblems(policy, subject, view),
    ...idleProblems(policy, subject),
    ...scheduleProblems(policy, subject),
  ];
}

function targetProblems(policy: ScalingPolicy, subject: string, view: View): Problem[] {
  const { kind, name, tier } = policy.spec.target;
  const namespace = policy.metadata.namespace ?? '';
  const missing = referenceProblems(subject, { kind, namespace, name, path: '/spec/target/name' }, view);
  if (missing.length > 0) return missing;
  // The tiers of an application always stand behind load balancers of their own.
  if (kind === 'Application') return tierProblems(policy, tier ?? '', subject, view);
  if (kind === 'VirtualMachinePool' && policy.spec.horizontal) return balancerProblems(policy, subject, view);
  return [];
}

/** The objects whose figures are metrics. */
function metricProblems({ metadata, spec }: ScalingPolicy, subject: string, view: View): Problem[] {
  const namespace = metadata.namespace ?? '';
  return spec.metrics.flatMap(({ object }, index) => {
    if (!object) return [];
    const { kind, name } = object.describedObject;
    const path = `/spec/metrics/${index}/object/describedObject/name`;
    return referenceProblems(subject, { kind, namespace, name, path }, view);
  });
}

/** Without a VM most metrics cannot be measured, so that nothing would tell when one is needed again. */
function idleProblems({ spec }: ScalingPolicy, subject: string): Problem[] {
  const tells = spec.metrics.some(({ type, object }) => {
    if (type === 'Object')
      return object?.metric.name === 'requestsPerSecond' || object?.metric.name === 'offered';
    return type === 'External' || type === 'RequestsPerSecond';
  });
  if (spec.horizontal?.minReplicas !== 0 || tells) return [];
  const message = `${subject} will keep one VM: none of its metrics can tell without a VM whether there is work`;
  const help = 'add a metric of type RequestsPerSecond, Object or External, or set minReplicas to 1';
  return [warning('NO_ACTIVITY_METRIC', '/spec/horizontal/minReplicas', message, help)];
}

/** What the schema cannot tell of a schedule: the time zone and its length. */
function scheduleProblems({ spec }: ScalingPolicy, subject: string): Problem[] {
  return (spec.horizontal?.schedules ?? []).flatMap(({ timeZone, duration }, index) => {
    const path = `/spec/horizontal/schedules/${index}`;
    const problems: Problem[] = [];
    if (!isTimeZone(timeZone)) {
      const message = `${subject}: there is no time zone "${timeZone}"`;
      problems.push(
        error('UNKNOWN_TIME_ZONE', `${path}/timeZone`, message, 'write one such as Europe/Berlin, or UTC'),
      );
    }
    const lengthMs = durationMs(duration);
    if (lengthMs < shortestMs || lengthMs > longestMs) {
      const message = `${subject}: a schedule holds from 1m to 7d, not ${duration}`;
      problems.push(error('OUT_OF_RANGE', `${path}/duration`, message));
    }
    return problems;
  });
}

const shortestMs = 60_000;
/** Beyond a week it would no longer be a time but a state. */
const longestMs = 7 * 24 * 3_600_000;

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
