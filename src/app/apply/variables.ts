/** What a repository's Sync would put in the place of variables, for commands that read its files from the disk. */
import { isRecord } from '../../base/deep.ts';
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Variables } from '../../gitops/substitute.ts';
import { loadManifests } from '../../manifest/load.ts';

/** How files are read as a Sync reads them. */
export interface AsSync {
  /** Absent: `${NAME}` is left as it stands. */
  readonly variables?: Variables;
  /** Patterns of files that are not read. */
  readonly exclude?: readonly string[];
}

/**
 * From `--set-var NAME=VALUE`, which go before, and the Sync in the file of `--from-sync`.
 *
 * @throws UserError (usage) when one is not so, or the file does not hold just one Sync
 */
export function asSync(assignments: readonly string[] = [], syncFile?: string): AsSync {
  const spec = syncFile === undefined ? {} : syncIn(syncFile);
  if (assignments.length === 0 && syncFile === undefined) return {};
  const given = Object.fromEntries(assignments.map(assigned));
  return { variables: { ...spec.substitute, ...given }, exclude: spec.source?.exclude };
}

interface SyncPart {
  readonly substitute?: Variables;
  readonly source?: { readonly exclude?: readonly string[] };
}

function syncIn(file: string): SyncPart {
  const { objects, diagnostics } = loadManifests([file]);
  const [problem] = diagnostics.filter(({ severity }) => severity === 'error');
  const syncs = objects
    .map(({ object }) => object)
    .filter((object) => isRecord(object) && object['kind'] === 'Sync');
  if (!problem && syncs.length === 1) return (syncs[0] as { spec?: SyncPart }).spec ?? {};
  throw new UserError(
    problem ? `${file}: ${problem.message}` : `${file} holds ${syncs.length} Syncs, not one`,
    { exitCode: ExitCode.Usage, nextSteps: ['name the file of the Sync whose spec.substitute is meant'] },
  );
}

/** Whole numbers, decimals and true or false are values of their own, as they are where YAML has them bare. */
function assigned(text: string): [string, string | number | boolean] {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UserError(`--set-var ${text} is not NAME=VALUE`, {
      exitCode: ExitCode.Usage,
      nextSteps: ['as --set-var REPLICAS=3; names have letters, digits and _'],
    });
  }
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  return [name, /^-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?$/.test(value) ? Number(value) : value];
}
