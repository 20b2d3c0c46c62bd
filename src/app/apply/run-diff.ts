/** What `vctl diff` does: apply, up to the point where it would write. */
import { deepEqual } from '../../base/deep.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { type Application } from '../../model/kinds/index.ts';
import { type FindApplications, withoutSecrets } from '../../model/secrets.ts';
import { type KubeObject } from '../../model/object.ts';
import { type AppliedObject } from './apply.ts';
import { type ApplyRequest, type KeptObject, runApply } from './run-apply.ts';
import { type State } from '../state.ts';

export type DiffRequest = Omit<ApplyRequest, 'dryRun' | 'wait' | 'timeout'>;

/** An object that apply would change, without what the server keeps for itself. */
export interface Difference {
  readonly name: string;
  readonly namespace?: string;
  readonly action: AppliedObject['action'];
  /** Absent for an object that apply would make. */
  readonly before?: KubeObject;
  /** Absent for an object that apply would delete. */
  readonly after?: KubeObject;
}

export interface DiffReport {
  readonly differences: readonly Difference[];
  /** Objects whose manifests have fields that are left to the autoscaler that has set them. */
  readonly left: readonly {
    readonly name: string;
    readonly namespace?: string;
    readonly fields: readonly string[];
  }[];
  /** What --prune would leave alone although it is declared no more. */
  readonly kept: readonly KeptObject[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** @throws UserError as `runApply` does; nothing is ever written. */
export async function runDiff(state: State, request: DiffRequest): Promise<DiffReport> {
  const { objects, diagnostics, sources, kept } = await runApply(state, {
    ...request,
    ...{ dryRun: 'server', wait: false, timeout: '0' },
  });
  const show = withoutSecretsOf((await state.store.list('Application')).items, objects);
  return {
    differences: objects
      .map(differenceOf)
      .filter(({ before, after }) => !deepEqual(before, after))
      .map(show),
    left: objects.flatMap(({ name, namespace, left }) =>
      left ? [{ name, ...(namespace === undefined ? {} : { namespace }), fields: left }] : [],
    ),
    kept,
    diagnostics,
    sources,
  };
}

/** As people declare it: without what the server keeps for itself. */
export function differenceOf({ name, namespace, action, before, after }: AppliedObject): Difference {
  return {
    ...{ name, action },
    ...(namespace === undefined ? {} : { namespace }),
    ...(before ? { before: withoutServerFields(before) } : {}),
    ...(after ? { after: withoutServerFields(after) } : {}),
  };
}

/**
 * Takes secrets out of differences: those that an application marks as it stands in the state, and those that it marks
 * as it is to be.
 */
export function withoutSecretsOf(
  live: readonly KubeObject[],
  applied: readonly AppliedObject[],
): (difference: Difference) => Difference {
  const wanted = applied.map(({ after }) => after).filter((after) => after?.kind === 'Application');
  const find: FindApplications = (namespace, name) =>
    [...live, ...wanted].filter(
      (one): one is KubeObject & Application =>
        one?.metadata.namespace === namespace && one.metadata.name === name,
    );
  return ({ before, after, ...rest }) => ({
    ...rest,
    ...(before ? { before: withoutSecrets(before, find) } : {}),
    ...(after ? { after: withoutSecrets(after, find, before) } : {}),
  });
}

/** What people declare: no status, and of the metadata only what a manifest may say. */
function withoutServerFields({ status: _status, metadata, ...rest }: KubeObject): KubeObject {
  const {
    uid: _uid,
    resourceVersion: _version,
    generation: _generation,
    creationTimestamp: _created,
    managedFields: _fields,
    ...declared
  } = metadata;
  return { ...rest, metadata: declared };
}
