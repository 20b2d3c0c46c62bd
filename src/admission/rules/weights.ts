/** The weight of a VM behind load balancers, which an annotation may set. */
import { type ObjectMeta } from '../../model/object.ts';
import { error, pointerTo, type Problem } from '../problem.ts';

/** Named once more in controllers/annotations.ts, which admission may not import. */
const weight = 'vctl.dev/weight';

/** `path` is where the metadata stands. */
export function weightProblems(
  metadata: Pick<ObjectMeta, 'annotations'> | undefined,
  path: string,
  subject: string,
): Problem[] {
  const text = metadata?.annotations?.[weight];
  if (text === undefined || /^[0-9]{1,4}$/.test(text)) return [];
  const message = `${subject}: annotation ${weight} must be a whole number from 0 to 9999, not "${text}"`;
  return [
    error('WEIGHT_INVALID', pointerTo(`${path}/annotations`, weight), message, `write: ${weight}: "10"`),
  ];
}
