/** What somebody else has changed of what a repository declares. Pure. */
import { diffObjects } from '../../merge/diff.ts';
import { readablePaths } from '../../merge/field-path.ts';
import { ownersOf } from '../../merge/owners.ts';
import { type MergeSchema } from '../../merge/schema.ts';
import { type Sync } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { shortName } from '../inspect/summary.ts';

export type Drift = NonNullable<NonNullable<Sync['status']>['drift']>[number];

/** The fields in which `live` differs from what the merge makes of it, each with who owns it now. */
export function driftOf(
  live: KubeObject | undefined,
  merged: KubeObject,
  schema: MergeSchema,
  me: string,
): Drift[] {
  const object = shortName(merged);
  if (!live) return [{ object, field: '' }];
  return diffObjects(live, merged, { schema }).map(({ path }) => {
    const manager = managerOf(live, path, me);
    return { object, field: path, ...(manager === undefined ? {} : { manager }) };
  });
}

/** Who owns the field, or something at or below it, and is not `me`. */
function managerOf(live: KubeObject, path: string, me: string): string | undefined {
  const touches = (owned: string): boolean =>
    owned === path ||
    owned.startsWith(`${path}.`) ||
    owned.startsWith(`${path}[`) ||
    path.startsWith(`${owned}.`);
  return ownersOf(live.metadata.managedFields).find(
    ({ entry, fields }) => entry.manager !== me && readablePaths(fields).some(touches),
  )?.entry.manager;
}

/** One sentence for an event: `.spec.replicas of vmp/default/web was set by vctl`. */
export function driftText(drift: readonly Drift[]): string {
  const [first] = drift;
  if (!first) return '';
  if (first.field === '') return `${first.object} was deleted`;
  const managers = [...new Set(drift.map(({ manager }) => manager ?? 'somebody'))].sort().join(', ');
  const fields = drift.map(({ field }) => field).join(', ');
  return `${fields} of ${first.object} ${drift.length === 1 ? 'was' : 'were'} set by ${managers}`;
}
