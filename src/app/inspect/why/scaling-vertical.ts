/** What the recommender says of the VMs' size, and why that is (not) acted upon. Pure. */
import { humanCpu, humanMemory } from '../../../base/quantity.ts';
import { type ScalingDecision } from '../../../controllers/scaling/decision.ts';
import { type ScalingInput } from '../../../controllers/scaling/inputs.ts';
import { waysOf } from '../../../controllers/machines/resize-method.ts';
import { verticalLimits } from '../../../controllers/scaling/vertical.ts';
import { sizeOf } from '../../../controllers/scaling/inputs.ts';
import { type ResourceName, resourceNames } from '../../../autoscaling/recommender.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { section, table } from '../describe/parts.ts';

/** Recommendation and bounds a resource, then the rule that decided. */
export function verticalNodes(input: ScalingInput, { asVertical }: ScalingDecision): DescribeNode[] {
  if (!asVertical) return [];
  const { recommendation, uncapped, type, reason, message, difference } = asVertical;
  const limits = verticalLimits(input);
  const [min, max] = [sizeOf(limits.min), sizeOf(limits.max)];
  const rows = resourceNames.map((name) => {
    const estimate = recommendation?.[name];
    const text = (value: number | undefined): string => (value === undefined ? '' : amount(name, value));
    const bounds = [
      text(estimate?.lower),
      text(estimate?.target),
      text(estimate?.upper),
      text(uncapped[name]),
    ];
    return [
      name,
      amount(name, input.size[name]),
      ...bounds,
      amount(name, min[name]),
      amount(name, max[name]),
    ];
  });
  return [
    section('Vertical', [
      table(
        'Sizes',
        ['Resource', '>Has', '>Lower', '>Recommended', '>Upper', '>Unlimited', '>Min', '>Max'],
        rows,
      ),
      field('Acts', `${type === 'Resize' ? 'yes' : 'no'} (${reason}): ${message}`),
      field(
        'Difference',
        `${Math.round(difference * 1000) / 10} % from what is recommended, over both resources`,
      ),
      field('Way', `${waysOf[limits.update].join(', then ')} (update ${limits.update})`),
      ...(input.blocked ? [field('Blocked', input.blocked.message)] : []),
      ...(input.resizing > 0 ? [field('Under way', `${input.resizing} VMs are being resized`)] : []),
    ]),
  ];
}

function amount(name: ResourceName, value: number): string {
  return name === 'cpu' ? `${humanCpu(value * 1000)} CPU` : humanMemory(value);
}
