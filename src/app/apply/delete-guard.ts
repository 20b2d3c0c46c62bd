/** What is not deleted, because the state or other objects cannot do without it. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Host, type HostPool } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type Store } from '../../model/ports.ts';
import { shortName } from '../inspect/summary.ts';

/** More users than this are counted and not named. */
const named = 3;

/**
 * @throws UserError (refused) for the namespace `default`, and, unless `force`, for hypervisors of hosts that
 * are not deleted along with them.
 */
export async function refuseDeletion(
  store: Store,
  targets: readonly KubeObject[],
  force: boolean,
): Promise<void> {
  if (targets.some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === 'default')) {
    throw new UserError('the namespace "default" cannot be deleted: every state has it', {
      exitCode: ExitCode.Refused,
      nextSteps: ['delete what is in it: vctl delete all --all -n default'],
    });
  }
  const products = targets.filter(({ kind }) => kind === 'Hypervisor').map(({ metadata }) => metadata.name);
  if (force || products.length === 0) return;
  const going = new Set(targets.map(({ metadata }) => metadata.uid));
  const users = [...(await store.list('Host')).items, ...(await store.list('HostPool')).items].filter(
    (user) => !going.has(user.metadata.uid) && products.includes(productOf(user)),
  );
  const [first] = users;
  if (!first) return;
  const more = users.length > named ? `, … (${users.length})` : '';
  throw new UserError(
    `hypervisor "${productOf(first)}" is in use by ${users.slice(0, named).map(shortName).join(', ')}${more}`,
    {
      exitCode: ExitCode.Refused,
      nextSteps: ['delete its hosts first, or along with it', 'or delete it all the same with --force'],
    },
  );
}

function productOf(user: KubeObject): string {
  return user.kind === 'Host'
    ? (user as Host).spec.hypervisor
    : (user as HostPool).spec.template.spec.hypervisor;
}
