import { parse } from 'yaml';
import { type ApplyRequest, runApply } from '../../src/app/apply/run-apply.ts';
import { memoryState, type State } from '../../src/app/state.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { isKind, kinds } from '../../src/model/kinds/index.ts';
import { type KubeObject, type OwnerReference } from '../../src/model/object.ts';
import { type Write } from '../../src/model/ports.ts';

interface Short {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  /** The object that controls it, as `KIND/NAME` of the same namespace. */
  readonly owner?: string;
}

/**
 * A state in memory that holds exactly these objects, statuses and all, as controllers would have left them;
 * nothing runs. Documents are short: apiVersion, the namespace `default` and uids are filled in.
 */
export async function stateOf(text: string): Promise<State> {
  const state = await memoryState();
  await put(state, text);
  return state;
}

/** Writes or replaces objects as they are. */
export async function put(state: State, text: string): Promise<void> {
  const writes = text
    .split(/^---$/m)
    .map((document): Write => ({ type: 'put', object: objectOf(parse(document) as Short, state.epochMs) }));
  await state.store.commit({
    writes,
    expectedRevision: await state.store.revision(),
    nowMs: state.epochMs,
  });
}

function objectOf({ owner, ...given }: Short, epochMs: number): KubeObject {
  if (!isKind(given.kind)) throw new Error(`no kind ${given.kind}`);
  const { apiVersion, namespaced } = kinds[given.kind];
  const metadata = {
    ...(namespaced ? { namespace: 'default' } : {}),
    uid: uidOf(given.kind, given.metadata.name),
    generation: 1,
    creationTimestamp: new Date(epochMs).toISOString().replace('.000Z', 'Z'),
    ...(owner === undefined ? {} : { ownerReferences: [reference(owner)] }),
    ...given.metadata,
  };
  return withDefaults(given.kind, { apiVersion, ...given, metadata });
}

function reference(owner: string): OwnerReference {
  const [kind = '', name = ''] = owner.split('/');
  return { apiVersion: 'vctl.dev/v1alpha1', kind, name, uid: uidOf(kind, name), controller: true };
}

/** The uid that `stateOf` gives an object. */
export function uidOf(kind: string, name: string): string {
  return `uid-${kind}-${name}`;
}

/** Applies manifests to the state as the command line does, and lets the world follow. apiVersion may be left out. */
export async function applyText(
  state: State,
  text: string,
  options: Partial<ApplyRequest> = {},
): Promise<void> {
  const stdin = text
    .split(/^---$/m)
    .map((document) =>
      /^apiVersion:/m.test(document) ? `\n${document}` : `\napiVersion: vctl.dev/v1alpha1\n${document}`,
    )
    .join('---');
  const report = await runApply(state, {
    ...{ paths: ['-'], recursive: false, namespace: 'default', force: false, prune: false },
    ...{ dryRun: 'none', wait: true, timeout: '1h', stdin },
    ...options,
  });
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
}
