/** What `vctl validate` does: admission without a state, or beside one. */
import { type Diagnostic } from '../../model/diagnostic.ts';
import { type LoadRequest, noManifests, runValidate } from './run-apply.ts';
import { withState } from '../with-state.ts';

export interface ValidateReport {
  /** Apply would take the manifests; there may be warnings. */
  readonly valid: boolean;
  /** Objects that are well formed by themselves. */
  readonly objects: number;
  readonly files: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  /** For people: `12 objects are valid, in 4 files.` */
  readonly text: string;
}

export interface ValidateWhere {
  /** Beside the objects of the state in `path`; else beside nothing. */
  readonly live: boolean;
  readonly path: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws UserError when the paths hold no manifest. */
export async function validateManifests(request: LoadRequest, where: ValidateWhere): Promise<ValidateReport> {
  const { count, diagnostics, sources } = where.live
    ? await withState(where.path, where.env, (state) => runValidate(state, request))
    : await runValidate(undefined, request);
  if (count === 0 && diagnostics.length === 0) {
    throw noManifests(request.paths, sources);
  }
  const valid = !diagnostics.some(({ severity }) => severity === 'error');
  const files = sources.size;
  const text = `${count} object${count === 1 ? ' is' : 's are'} valid, in ${files} file${files === 1 ? '' : 's'}.`;
  return { valid, objects: count, files, diagnostics, sources, text };
}
