/**
 * Why a policy keeps or changes a size: it decides anew, now, by the same code as the loop, and carries nothing out.
 * Pure.
 */
import { toTimestamp } from '../../../base/clock.ts';
import { decideFor, judgePolicy } from '../../../controllers/scaling/look.ts';
import { scaledKey } from '../../../controllers/scaling/target.ts';
import { targetObject } from '../../../controllers/scaling/view.ts';
import { type ScalingScene } from '../../../controllers/scaling/scene.ts';
import { type ScalingDecision } from '../../../controllers/scaling/decision.ts';
import { type ScalingInput } from '../../../controllers/scaling/inputs.ts';
import { type ScalingPolicy } from '../../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { section, table } from '../describe/parts.ts';
import { type Explained, type WhyScene } from './explained.ts';
import { horizontalNodes } from './scaling-horizontal.ts';
import { metricsData, metricsNode } from './scaling-metrics.ts';
import { verticalNodes } from './scaling-vertical.ts';

/** Inputs, raw wish, what limited it, the outcome, when it may change next; and the last decisions that changed something. */
export function whyPolicy(policy: ScalingPolicy, { snapshot, world, memories }: WhyScene): Explained {
  const { cache, scheduler, nowMs } = snapshot;
  const standing = judgePolicy(policy, cache);
  const target = targetObject(policy, cache);
  const { kind, name } = scaledKey(policy);
  const targetField = field('Target', `${kind}/${name}`);
  if (!target || (!standing.horizontal && !standing.vertical)) {
    return {
      answer: standing.message,
      nodes: [targetField, historyNode(policy)],
      data: { effective: false },
    };
  }
  const scene: ScalingScene = { cache, placer: scheduler, nowMs, world };
  const memory = memories.get(policy.metadata.uid ?? '');
  const { input, decision } = decideFor(policy, standing, target, memory, scene);
  const effect = standing.reason === 'Effective' ? [] : [field('Effective', standing.message)];
  return {
    answer: `now it would ${decision.summary}: ${reasonOf(decision)}`,
    nodes: [
      targetField,
      ...effect,
      field('Decided', `anew for this answer at ${toTimestamp(nowMs)}; nothing is carried out`),
      metricsNode(input, decision),
      ...(standing.horizontal ? [section('Horizontal', horizontalNodes(policy.spec, input, decision))] : []),
      ...(standing.vertical ? verticalNodes(input, decision) : []),
      ...notChosen(decision),
      lastNode(policy),
      historyNode(policy),
    ],
    data: dataOf(input, decision),
  };
}

/** What decided: the limit that was hit, or that none was. */
function reasonOf({ type, asHorizontal, asVertical, size, replicas }: ScalingDecision): string {
  const vertical = asVertical && (type === 'ScaleUp' || type === 'ScaleDown');
  if (vertical) return asVertical.message;
  if (asVertical && asHorizontal.current === replicas && asVertical.target.cpu === size.cpu) {
    return asVertical.message;
  }
  const { limiter, desired, current } = asHorizontal;
  if (limiter.reason === 'DesiredWithinRange' && desired === current) return 'that is what is wished';
  return limiter.message;
}

function notChosen({ notChosen: lines }: ScalingDecision): DescribeNode[] {
  return lines.length === 0
    ? []
    : [
        field(
          'Not chosen',
          lines.map((line) => line.replace(/\s{2,}/g, ': ')),
        ),
      ];
}

/** What the loop decided last, in one line; `describe` has its reasons. */
function lastNode({ metadata, status }: ScalingPolicy): DescribeNode {
  const { summary, time } = status?.decision ?? {};
  return field(
    'Last change',
    summary === undefined
      ? 'nothing was decided yet'
      : `${summary} at ${time} (vctl describe sp/${metadata.name} tells why)`,
  );
}

function historyNode({ status }: ScalingPolicy): DescribeNode {
  const rows = (status?.history ?? []).map(({ time, from, to, reason }) => [time, from, to, reason]);
  return table('Last decisions', ['Time', 'From', 'To', 'Reason'], rows);
}

function dataOf(input: ScalingInput, decision: ScalingDecision): Record<string, unknown> {
  const { asHorizontal, asVertical } = decision;
  const time = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : toTimestamp(ms);
  return {
    effective: true,
    type: decision.type,
    summary: decision.summary,
    metrics: metricsData(input, decision),
    ...(input.horizontal
      ? {
          horizontal: {
            current: asHorizontal.current,
            rawWish: asHorizontal.rawWish,
            stabilized: asHorizontal.stabilized,
            rateLimit: asHorizontal.rateLimit,
            desired: asHorizontal.desired,
            limiter: asHorizontal.limiter,
            floor: asHorizontal.floor,
            nextUp: time(asHorizontal.nextUpAtMs),
            nextDown: time(asHorizontal.nextDownAtMs),
            schedules: decision.activeSchedules,
          },
        }
      : {}),
    ...(asVertical
      ? {
          vertical: {
            present: input.size,
            recommendation: asVertical.recommendation,
            target: asVertical.target,
            acts: asVertical.type === 'Resize',
            reason: asVertical.reason,
            message: asVertical.message,
          },
        }
      : {}),
  };
}
