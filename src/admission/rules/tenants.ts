/** A tenant and the application that it is a customer of. */
import { type Application, type Tenant } from '../../model/kinds/index.ts';
import { cpuMillis, formatCpu, formatMemory, memoryBytes } from '../../base/quantity.ts';
import { withDefaults } from '../../model/defaults.ts';
import { error, pointerTo, type Problem, warning } from '../problem.ts';
import { tierCallProblems } from './calls.ts';
import { brokenTenantProblems, configurationProblems, configurationSchemaProblems } from './configuration.ts';
import { machineProblems } from './machines.ts';
import { referenceProblems } from './references.ts';
import { type View } from './view.ts';

export async function tenantProblems(tenant: Tenant, subject: string, view: View): Promise<Problem[]> {
  const namespace = tenant.metadata.namespace ?? '';
  const reference = { kind: 'Application' as const, namespace, name: tenant.spec.application };
  return [
    ...referenceProblems(subject, { ...reference, path: '/spec/application' }, view),
    ...(await configurationProblems(tenant, subject, view)),
    ...quotaProblems(tenant, subject, view),
  ];
}

/**
 * A tenant with instances of its own must be able to have them. One that has them already keeps them, however low its
 * quota is set.
 */
function quotaProblems(tenant: Tenant, subject: string, view: View): Problem[] {
  const { namespace = '', name } = tenant.metadata;
  const { application, quota } = tenant.spec;
  const needs = needsOf(tenant, view.get('Application', namespace, application));
  const live = view.live.get('Tenant', namespace, name);
  const before = live && withDefaults('Tenant', live);
  const known = before && view.live.get('Application', namespace, before.spec.application);
  const has = before && known ? needsOf(before, withDefaults('Application', known)) : { cpu: 0, memory: 0 };
  return (['cpu', 'memory'] as const).flatMap((resource) => {
    const limit = quota?.[resource];
    if (limit === undefined) return [];
    const [amount, text] = resource === 'cpu' ? [cpuMillis, formatCpu] : [memoryBytes, formatMemory];
    if (needs[resource] <= amount(limit)) return [];
    const message = `${subject} exceeds its quota: the tiers of application "${application}" take ${resource}=${text(needs[resource])} at maturity ${tenant.spec.maturity}, limited: ${resource}=${limit}`;
    const help =
      'raise the quota, or choose maturity MultiTenant or Scalable, where the instances are shared';
    const grows = needs[resource] > has[resource];
    const say = grows ? error : warning;
    return [
      say(
        'QUOTA_EXCEEDED',
        `/spec/quota/${resource}`,
        grows ? message : `${message}: what is there stays`,
        help,
      ),
    ];
  });
}

/** Millicores and bytes of the tenant's own instances; nothing where they are shared. */
function needsOf({ spec }: Tenant, application: Application | undefined): { cpu: number; memory: number } {
  const own = spec.maturity === 'AdHoc' || spec.maturity === 'Configurable';
  const needs = { cpu: 0, memory: 0 };
  for (const { replicas, vm } of own ? (application?.spec.tiers ?? []) : []) {
    needs.cpu += replicas * cpuMillis(vm.resources.cpu);
    needs.memory += replicas * memoryBytes(vm.resources.memory);
  }
  return needs;
}

export async function applicationProblems(app: Application, subject: string, view: View): Promise<Problem[]> {
  return [
    ...app.spec.tiers.flatMap((tier, index) =>
      machineProblems(
        tier.vm,
        `${pointerTo('/spec/tiers', index)}/vm`,
        `${subject}, tier "${tier.name}"`,
        view,
      ),
    ),
    ...tierCallProblems(app, subject),
    ...(await configurationSchemaProblems(app, subject)),
    ...(await brokenTenantProblems(app, subject, view)),
  ];
}
