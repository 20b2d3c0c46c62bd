/** Which level a tenant is at, why it is (not) ready, and what holds its move to another. Pure. */
import { stateOf } from '../../../controllers/tenants/set-state.ts';
import { wantedSetOf } from '../../../controllers/tenants/tenant.ts';
import { findCondition } from '../../../model/conditions.ts';
import { type Tenant } from '../../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { table } from '../describe/parts.ts';
import { type Snapshot } from '../../snapshot.ts';
import { type Explained, type WhyScene } from './explained.ts';

/** The level in force beside the wanted one, and how far each tier of the wanted set is. */
export function whyTenant(tenant: Tenant, { snapshot }: WhyScene): Explained {
  const { spec, status } = tenant;
  const application = snapshot.cache.get('Application', tenant.metadata.namespace ?? '', spec.application);
  const set = application && wantedSetOf(tenant, application, snapshot.cache);
  const ready = findCondition(status?.conditions, 'Ready');
  return {
    answer: ready?.message ?? 'nobody has looked at it yet',
    nodes: [
      field('Level', levelText(tenant, set?.level)),
      field('Route', routeText(tenant)),
      ...(ready && ready.status !== 'True'
        ? [field('Holds it up', `${ready.reason}: ${ready.message}`)]
        : []),
      ...leavingNodes(tenant),
      ...(application && set
        ? [
            tiersNode(
              tenant,
              stateOf(set, set.shared ? application : tenant, snapshot.cache),
              set.name,
              snapshot,
            ),
          ]
        : []),
    ],
    data: { level: status?.level, wantedLevel: set?.level, ready: ready?.status === 'True' },
  };
}

function levelText({ spec, status }: Tenant, wanted: string | undefined): string {
  const { level } = status ?? {};
  const asked = `maturity ${spec.maturity}`;
  if (wanted === undefined)
    return `${level ?? 'none'}: there is no Application "${spec.application}" (${asked})`;
  if (level === wanted) return `${level}, as wanted (${asked})`;
  return level === undefined
    ? `none yet, ${wanted} is wanted (${asked})`
    : `${level} still, ${wanted} is wanted (${asked})`;
}

function routeText({ status }: Tenant): string {
  const { route = 'no host name', endpoint } = status ?? {};
  return endpoint === undefined ? `${route} leads nowhere yet` : `${route} leads to lb/${endpoint}`;
}

function leavingNodes({ status }: Tenant): DescribeNode[] {
  const leaving = (status?.leaving ?? []).map(
    ({ balancer, until }) => `lb/${balancer} until ${until}, for its last requests`,
  );
  return leaving.length === 0 ? [] : [field('Leaves', leaving)];
}

function tiersNode(
  { metadata }: Tenant,
  tiers: ReturnType<typeof stateOf>,
  set: string,
  { cache }: Snapshot,
): DescribeNode {
  const rows = tiers.map(({ tier, ready, wanted, coming, checking, updated }) => {
    const pool = `${set}-${tier}`;
    const complaint = findCondition(
      cache.get('VirtualMachinePool', metadata.namespace ?? '', pool)?.status?.conditions,
      'Ready',
    );
    const why =
      ready >= wanted
        ? updated
          ? 'as wanted'
          : 'its VMs are replaced'
        : (complaint?.message ?? `vmp/${pool} is not there yet`);
    return [tier, `${ready}/${wanted}`, String(coming), String(checking), why];
  });
  return table('Wanted set', ['Tier', '>Ready', '>Coming', '>In checks', 'Why'], rows);
}
