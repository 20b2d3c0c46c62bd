import { type ScalingPolicy } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { type Mark } from '../model/run-record.ts';
import { subjectOf } from './subjects.ts';

/** What a policy's history has gained, oldest first, as marks. */
export function scaleMarks(
  object: KubeObject | undefined,
  old: KubeObject | undefined,
  nowMs: number,
): Mark[] {
  if (object?.kind !== 'ScalingPolicy' || !old) return [];
  const known = new Set(historyOf(old).map(keyOf));
  return historyOf(object)
    .filter((entry) => !known.has(keyOf(entry)))
    .reverse()
    .map(({ from, to, reason }) => {
      return { atMs: nowMs, type: 'Scale', subject: subjectOf(object), text: `${from} → ${to}: ${reason}` };
    });
}

type Entry = NonNullable<NonNullable<ScalingPolicy['status']>['history']>[number];

function historyOf(policy: KubeObject): readonly Entry[] {
  return (policy as ScalingPolicy).status?.history ?? [];
}

function keyOf({ time, from, to }: Entry): string {
  return `${time} ${from} ${to}`;
}
