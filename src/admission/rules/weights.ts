/** The weight of a VM behind load balancers, which an annotation may set. */
import { annotations } from '../../model/annotations.ts';
import { type ObjectMeta } from '../../model/object.ts';
import { error, pointerTo, type Problem } from '../problem.ts';

/** `path` is where the metadata stands. */
export function weightProblems(
  metadata: Pick<ObjectMeta, 'annotations'> | undefined,
  path: string,
  subject: string,
): Problem[] {
  const text = metadata?.annotations?.[annotations.weight];
  if (text === undefined || /^[0-9]{1,4}$/.test(text)) return [];
  const message = `${subject}: annotation ${annotations.weight} must be a whole number from 0 to 9999, not "${text}"`;
  return [
    error(
      'WEIGHT_INVALID',
      pointerTo(`${path}/annotations`, annotations.weight),
      message,
      `write: ${annotations.weight}: "10"`,
    ),
  ];
}
