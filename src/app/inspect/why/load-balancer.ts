/** Which share of the requests each VM behind a load balancer gets, and why. Pure. */
import { assertNever } from '../../../base/errors.ts';
import { standingOf } from '../../../controllers/traffic/members.ts';
import { findCondition } from '../../../model/conditions.ts';
import { decimal, percent } from '../../../model/kinds/cells.ts';
import { type LoadBalancer } from '../../../model/kinds/index.ts';
import { field } from '../../../output/describe.ts';
import { selectorText, table } from '../describe/parts.ts';
import { type Snapshot } from '../../snapshot.ts';
import { type Explained, type WhyScene } from './explained.ts';
import { selectMachines } from '../../../controllers/machines/lookup.ts';

type Backend = NonNullable<NonNullable<LoadBalancer['status']>['backends']>[number];

/** The algorithm's rule, and each VM that the selector matches with what that rule makes of it. */
export function whyBalancer(balancer: LoadBalancer, { snapshot }: WhyScene): Explained {
  const { metadata, spec, status } = balancer;
  const backends = status?.backends ?? [];
  const serving = backends.filter(({ ready }) => ready);
  const known = new Map(backends.map((backend) => [backend.name, backend]));
  const selected = selectMachines(snapshot.cache, metadata.namespace ?? '', spec.selector);
  const rows = selected.map(({ metadata: { name } }) => {
    const backend = known.get(name);
    return backend
      ? [
          name,
          percent(backend.share),
          decimal(backend.weight),
          backendText(backend, balancer, serving, snapshot),
        ]
      : [name, '0%', '', absentText(name, balancer, snapshot)];
  });
  const ready = findCondition(status?.conditions, 'Ready');
  return {
    answer: ready?.message ?? 'nobody has looked at it yet',
    nodes: [
      field('Selector', selectorText(spec.selector)),
      field('Algorithm', `${spec.algorithm}: ${algorithmText(spec.algorithm)}`),
      field(
        'Requests',
        status?.requestsPerSecond === undefined ? '' : `${decimal(status.requestsPerSecond)} req/s`,
      ),
      table('Backends', ['VM', '>Share', '>Weight', 'Why'], rows),
    ],
    data: { backends },
  };
}

/** What the algorithm goes by. */
function algorithmText(algorithm: LoadBalancer['spec']['algorithm']): string {
  switch (algorithm) {
    case 'RoundRobin':
      return 'each ready backend in turn, whatever its size';
    case 'Random':
      return 'each ready backend with equal chance, whatever its size';
    case 'WeightedRoundRobin':
      return 'in proportion to the weights, which are the virtual CPUs';
    case 'RingHash':
    case 'Maglev':
      return 'by a hash of the key, over many keys in proportion to the weights, which are the virtual CPUs';
    case 'LeastRequest':
      return 'the one with fewer requests under way for its weight (its virtual CPUs): the busier, the more by speed';
    default:
      return assertNever(algorithm);
  }
}

function backendText(
  { name, ready, draining, weight, share }: Backend,
  balancer: LoadBalancer,
  serving: readonly Backend[],
  snapshot: Snapshot,
): string {
  if (draining === true)
    return `it drains: it finishes what it has and gets nothing new. ${readyText(name, balancer, snapshot)}`;
  if (!ready) {
    const { interval, healthyThreshold } = balancer.spec.healthCheck;
    return `its health checks do not pass, ${healthyThreshold} in a row (every ${interval}) let it in. ${readyText(name, balancer, snapshot)}`;
  }
  const others = serving.length;
  if (others === 1) return 'it is the only ready backend';
  const { algorithm } = balancer.spec;
  if (algorithm === 'RoundRobin' || algorithm === 'Random') return `1 of ${others} ready backends`;
  const weights = serving.reduce((sum, one) => sum + one.weight, 0);
  const byWeight = `weight ${weight} of ${weights}`;
  const fair = weight / weights;
  if (algorithm !== 'LeastRequest' || Math.abs(share - fair) < 0.005) return byWeight;
  return `${byWeight} alone would be ${percent(fair)}; ${share < fair ? 'it answers more slowly than the others' : 'it answers faster than the others'}`;
}

function absentText(name: string, balancer: LoadBalancer, snapshot: Snapshot): string {
  const vm = snapshot.cache.get('VirtualMachine', balancer.metadata.namespace ?? '', name);
  if (vm && standingOf(vm) === 'Leaves')
    return `it is off or on its way out. ${readyText(name, balancer, snapshot)}`;
  return `it does not run. ${readyText(name, balancer, snapshot)}`;
}

function readyText(name: string, { metadata }: LoadBalancer, { cache }: Snapshot): string {
  const vm = cache.get('VirtualMachine', metadata.namespace ?? '', name);
  const ready = findCondition(vm?.status?.conditions, 'Ready');
  return ready ? `The VM says: ${ready.message}` : '';
}
