/** A tenant and the application that it is a customer of. */
import { type Application, type Tenant } from '../../model/kinds/index.ts';
import { pointerTo, type Problem } from '../problem.ts';
import { tierCallProblems } from './calls.ts';
import { configurationProblems, configurationSchemaProblems } from './configuration.ts';
import { machineProblems } from './machines.ts';
import { referenceProblems } from './references.ts';
import { type View } from './view.ts';

export async function tenantProblems(tenant: Tenant, subject: string, view: View): Promise<Problem[]> {
  const namespace = tenant.metadata.namespace ?? '';
  const reference = { kind: 'Application' as const, namespace, name: tenant.spec.application };
  return [
    ...referenceProblems(subject, { ...reference, path: '/spec/application' }, view),
    ...(await configurationProblems(tenant, subject, view)),
  ];
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
  ];
}
