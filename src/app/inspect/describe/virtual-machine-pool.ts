import {
  type DisruptionBudget,
  type VirtualMachine,
  type VirtualMachinePool,
} from '../../../model/kinds/index.ts';
import { matchesSelector } from '../../../model/selectors.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { policiesOf, poolMachines } from '../relations.ts';
import { type Snapshot } from '../../snapshot.ts';
import { keyValues, machinesTable, section, selectorText, sizeText } from './parts.ts';
import { selectMachines } from '../../../controllers/machines/lookup.ts';

/** Guests from a template: how many, from what, who scales them, who sends them requests. */
export function describePool(pool: VirtualMachinePool, { cache }: Snapshot): DescribeNode[] {
  const { metadata, spec, status } = pool;
  const { template } = spec;
  const balancers = cache
    .list('LoadBalancer', metadata.namespace)
    .filter((balancer) => matchesSelector(balancer.spec.selector, template.metadata?.labels));
  return [
    field(
      'Replicas',
      `${spec.replicas} wanted, ${status?.replicas ?? 0} there, ${status?.readyReplicas ?? 0} ready, ${status?.updatedReplicas ?? 0} up to date`,
    ),
    field('Selector', selectorText(spec.selector)),
    field(
      'Strategy',
      `${spec.strategy.maxSurge} more at most, ${spec.strategy.maxUnavailable} missing at most`,
    ),
    ...(spec.minReadySeconds === 0
      ? []
      : [
          field(
            'Counts',
            `once ready for ${spec.minReadySeconds} s (minReadySeconds): ${status?.availableReplicas ?? 0} do`,
          ),
        ]),
    field(
      'Scaled by',
      policiesOf(cache, pool).map(({ metadata: { name } }) => `sp/${name}`),
    ),
    field(
      'Load balancers',
      balancers.map((balancer) => `lb/${balancer.metadata.name}`),
    ),
    section('Template', [
      field('Labels', keyValues(template.metadata?.labels, '=')),
      field('Guest', template.spec.guest.os),
      field('Build', template.spec.guest.build ?? ''),
      field('Mode', template.spec.mode ?? "the hypervisor's first that the guest can run"),
      field('Size', sizeText(template.spec.resources)),
      field('Profile', template.spec.profile),
    ]),
    machinesTable('Virtual machines', poolMachines(cache, pool)),
  ];
}

/** What must stay up, and how much may go down now. */
export function describeBudget(budget: DisruptionBudget, { cache }: Snapshot): DescribeNode[] {
  const { metadata, spec, status } = budget;
  const machines: readonly VirtualMachine[] = selectMachines(cache, metadata.namespace ?? '', spec.selector);
  return [
    field('Selector', selectorText(spec.selector)),
    ...(spec.minAvailable === undefined ? [] : [field('Min available', String(spec.minAvailable))]),
    ...(spec.maxUnavailable === undefined ? [] : [field('Max unavailable', String(spec.maxUnavailable))]),
    field(
      'Up',
      status?.currentHealthy === undefined ? '' : `${status.currentHealthy} of ${status.expected ?? 0}`,
    ),
    field('Must be up', String(status?.desiredHealthy ?? '')),
    field('May go down now', String(status?.disruptionsAllowed ?? '')),
    machinesTable('Virtual machines', machines),
  ];
}
