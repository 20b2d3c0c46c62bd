import { type Kind, type KindMap } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { type SubjectName } from '../model/run-record.ts';
import { subjectOf } from './subjects.ts';

const kept = [
  'Host',
  'HostPool',
  'VirtualMachine',
  'VirtualMachinePool',
  'LoadBalancer',
  'ScalingPolicy',
  'Tenant',
  'Traffic',
] as const satisfies readonly Kind[];
type Kept = (typeof kept)[number];

/** Who is there to be recorded, by the name of the subject; kept current by the changes alone. */
export class Roster {
  readonly #objects = new Map<string, Map<SubjectName, KubeObject>>(kept.map((kind) => [kind, new Map()]));

  /** All that have ever been there. */
  readonly seen = new Set<SubjectName>();

  note(object: KubeObject | undefined, old: KubeObject | undefined): void {
    const objects = this.#objects.get((object ?? old)?.kind ?? '');
    if (!objects) return;
    if (object) {
      objects.set(subjectOf(object), object);
      if (!old) this.seen.add(subjectOf(object));
    } else if (old) objects.delete(subjectOf(old));
  }

  of<K extends Kept>(kind: K): ReadonlyMap<SubjectName, KindMap[K]> {
    return this.#objects.get(kind) as unknown as ReadonlyMap<SubjectName, KindMap[K]>;
  }
}
