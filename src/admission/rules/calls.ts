/** Who calls whom must end somewhere: a circle of load balancers or tiers would load itself without end. */
import { type Application, type LoadBalancer } from '../../model/kinds/index.ts';
import { error, type Problem } from '../problem.ts';
import { referenceProblems } from './references.ts';
import { type View } from './view.ts';

/** Load balancers that this one calls and that are not there, and a circle that it is part of. */
export function balancerCallProblems(balancer: LoadBalancer, subject: string, view: View): Problem[] {
  const namespace = balancer.metadata.namespace ?? '';
  const calls = balancer.spec.calls ?? [];
  const circle = findCircle(
    balancer.metadata.name,
    (name) => view.get('LoadBalancer', namespace, name)?.spec.calls ?? [],
  );
  return [
    ...calls.flatMap((name, index) =>
      referenceProblems(
        subject,
        { kind: 'LoadBalancer', namespace, name, path: `/spec/calls/${index}` },
        view,
      ),
    ),
    ...(circle ? [circleProblem(subject, '/spec/calls', circle)] : []),
  ];
}

/** A circle among the tiers of one application, told once. */
export function tierCallProblems(application: Application, subject: string): Problem[] {
  const { tiers } = application.spec;
  const calls = new Map(tiers.map((tier) => [tier.name, tier.calls ?? []]));
  for (const [index, tier] of tiers.entries()) {
    const circle = findCircle(tier.name, (name) => calls.get(name) ?? []);
    if (circle) return [circleProblem(subject, `/spec/tiers/${index}/calls`, circle)];
  }
  return [];
}

function circleProblem(subject: string, path: string, circle: readonly string[]): Problem {
  const message = `${subject}: calls go round in a circle: ${circle.join(' → ')}`;
  return error('CALL_CYCLE', path, message, 'remove one of these calls');
}

/** The way from `start` back to itself, both ends included; undefined when there is none. Depth first. */
function findCircle(start: string, callsOf: (name: string) => readonly string[]): string[] | undefined {
  const seen = new Set<string>();
  const visit = (name: string, way: readonly string[]): string[] | undefined => {
    for (const next of callsOf(name)) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      const circle = visit(next, [...way, next]);
      if (circle) return circle;
    }
    return undefined;
  };
  return visit(start, [start]);
}
