/** The Sync object that the flags of a command describe. */
import { basename, resolve } from 'node:path';
import { admit } from '../../admission/validate.ts';
import { ApiError, ExitCode, UserError } from '../../base/errors.ts';
import { mergeSchemaFor } from '../../engine/ownership.ts';
import { checkedPath, checkedRepo, parseRef } from '../../gitops/location.ts';
import { trackUpdate } from '../../merge/update.ts';
import { withDefaults } from '../../model/defaults.ts';
import { type Sync, type SyncSpec } from '../../model/kinds/index.ts';
import { apiVersion } from '../../model/object.ts';
import { changeObjects, keyIn } from '../apply/act.ts';
import { commandManager } from '../apply/apply.ts';
import { type State, worldTime } from '../state.ts';

/** What was said on the command line; absent: not said. */
export interface SyncWishes {
  readonly repo: string;
  readonly ref?: string;
  readonly path?: string;
  readonly verify?: string;
  readonly interval?: string;
  readonly prune?: boolean;
  readonly maxPrune?: string;
  readonly selfHeal?: boolean;
  readonly atomic?: boolean;
  readonly name?: string;
  readonly namespace: string;
}

/** Makes the Sync, or changes of one that is there what was said. Gives its name. @throws UserError, ApiError */
export async function makeSync(state: State, wishes: SyncWishes): Promise<string> {
  const repo = repoOf(wishes.repo);
  checkedRepo(repo);
  if (wishes.ref !== undefined) parseRef(wishes.ref);
  if (wishes.path !== undefined) checkedPath(wishes.path);
  const name = wishes.name ?? nameFrom(repo);
  const key = keyIn('Sync', name, wishes.namespace);
  const stored = (await state.store.get(key)) as Sync | undefined;
  if (stored) {
    await changeObjects(state, [
      { key, action: 'configured', change: (object) => changed(object as Sync, repo, wishes) },
    ]);
    return name;
  }
  if (!(await state.store.get({ kind: 'Namespace', namespace: '', name: wishes.namespace }))) {
    throw new ApiError('NotFound', `there is no namespace "${wishes.namespace}"`);
  }
  const bare = { apiVersion, kind: 'Sync', metadata: { name, namespace: wishes.namespace } } as const;
  const spec = withWishes({ source: { repo } } as SyncSpec, repo, wishes);
  const made = withDefaults('Sync', admit({ ...bare, spec }));
  const nowMs = await worldTime(state);
  const schema = mergeSchemaFor('Sync');
  const object = trackUpdate({ before: undefined, after: made, manager: commandManager, schema, nowMs });
  await state.store.commit({ writes: [{ type: 'create', object }], nowMs });
  await state.store.flush();
  return name;
}

function changed(sync: Sync, repo: string, wishes: SyncWishes): Sync {
  return { ...sync, spec: withWishes(sync.spec, repo, wishes) };
}

function withWishes(spec: SyncSpec, repo: string, wishes: SyncWishes): SyncSpec {
  const { ref, path, verify, interval, prune, maxPrune, selfHeal, atomic } = wishes;
  return {
    ...spec,
    source: {
      ...spec.source,
      repo,
      ...(ref === undefined ? {} : { ref }),
      ...(path === undefined ? {} : { path }),
      ...(verify === undefined ? {} : { verify: { keyring: resolve(verify) } }),
    },
    ...(interval === undefined ? {} : { interval }),
    ...(prune === undefined ? {} : { prune }),
    ...(maxPrune === undefined ? {} : { maxPrune: /^\d+$/.test(maxPrune) ? Number(maxPrune) : maxPrune }),
    ...(selfHeal === undefined ? {} : { selfHeal }),
    ...(atomic === undefined ? {} : { atomic }),
  };
}

/** A path is made absolute, for the Sync is followed from anywhere later; an address stays as it is. */
function repoOf(repo: string): string {
  const isAddress =
    repo.startsWith('-') || repo === '' || /^[^/.]*:/.test(repo) || /^[^/]+@[^/]+:/.test(repo);
  return isAddress ? repo : resolve(repo);
}

/** `https://host/team/World.git` is `world`. @throws UserError when nothing of the name is left */
function nameFrom(repo: string): string {
  const last = basename(repo.replace(/[/:]+$/, '').replace(/:/g, '/'))
    .replace(/\.git$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (last !== '') return last.slice(0, 63);
  throw new UserError(`the repository "${repo}" gives no name for a Sync`, {
    exitCode: ExitCode.Usage,
    nextSteps: ['say one: --name NAME'],
  });
}
