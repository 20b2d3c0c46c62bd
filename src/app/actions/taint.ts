/** What `vctl taint` does: taints of hosts, added, changed and taken away. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Host } from '../../model/kinds/index.ts';
import { keyOf } from '../../model/object.ts';
import { act, type ActOptions, type ActReport } from '../apply/act.ts';
import { type FollowRequest } from '../apply/follow.ts';
import { type State } from '../state.ts';
import { targetsOfKind } from './targets.ts';

export interface TaintRequest extends FollowRequest {
  /** Names of hosts and changes in any order: `rack1-a rack1-b maintenance=:NoExecute old-`. */
  readonly words: readonly string[];
  readonly selector?: string;
  /** Give a taint that is there another value. */
  readonly overwrite: boolean;
}

type Taint = Host['spec']['taints'][number];

/** One change of a host's taints; for a removal without an effect, whatever the effect. */
export type TaintChange =
  | { readonly type: 'put'; readonly taint: Taint }
  | { readonly type: 'remove'; readonly key: string; readonly effect?: Taint['effect'] };

const effects: readonly Taint['effect'][] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/**
 * @throws UserError (usage) when hosts or changes are missing or cannot be read, UserError (conflict) for a taint
 * that has another value already, ApiError NotFound or Invalid. Nothing is written then.
 */
export async function taintHosts(
  state: State,
  request: TaintRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const changes = request.words.filter(isChange).map(parseTaintChange);
  if (changes.length === 0) throw usage('say what to change: KEY=VALUE:EFFECT, or KEY- to take it away');
  const names = request.words.filter((word) => !isChange(word));
  const hosts = await targetsOfKind(state, 'Host', { names, selector: request.selector, namespace: '' });
  const edits = hosts.map((host) => ({
    key: keyOf(host),
    action: changes.every(({ type }) => type === 'remove') ? 'untainted' : 'tainted',
    change: (present: object) => tainted(present as Host, changes, request.overwrite),
  }));
  return act(state, edits, request, options);
}

function isChange(word: string): boolean {
  return word.endsWith('-') || word.includes('=') || word.includes(':');
}

/**
 * Reads `key=value:Effect`, `key:Effect`, `key-` or `key:Effect-`.
 *
 * @throws UserError (usage)
 */
export function parseTaintChange(word: string): TaintChange {
  const isRemoval = word.endsWith('-');
  const [, key, , value, , effect] =
    /^([^=:]+)(=([^:]*))?(:(.+))?$/.exec(isRemoval ? word.slice(0, -1) : word) ?? [];
  const known = effects.find((one) => one === effect);
  if (
    key === undefined ||
    (effect !== undefined && known === undefined) ||
    (isRemoval && value !== undefined)
  ) {
    throw usage(`"${word}" is neither KEY=VALUE:EFFECT nor KEY-; effects are ${effects.join(', ')}`);
  }
  if (isRemoval) return { type: 'remove', key, effect: known };
  if (known === undefined) throw usage(`"${word}" has no effect: one of ${effects.join(', ')}`);
  return { type: 'put', taint: { key, ...(value ? { value } : {}), effect: known } };
}

/** As in Kubernetes, a key may stand once with each effect. */
function tainted(host: Host, changes: readonly TaintChange[], overwrite: boolean): Host {
  let taints: readonly Taint[] = host.spec.taints;
  for (const change of changes) {
    taints =
      change.type === 'put'
        ? withTaint(host, taints, change.taint, overwrite)
        : taints.filter(({ key, effect }) => key !== change.key || effect !== (change.effect ?? effect));
  }
  const same = taints.length === host.spec.taints.length && taints.every((t, i) => t === host.spec.taints[i]);
  return same ? host : { ...host, spec: { ...host.spec, taints: [...taints] } };
}

function withTaint(host: Host, taints: readonly Taint[], taint: Taint, overwrite: boolean): readonly Taint[] {
  const old = taints.find(({ key, effect }) => key === taint.key && effect === taint.effect);
  if (!old) return [...taints, taint];
  if ((old.value ?? '') === (taint.value ?? '')) return taints;
  if (overwrite) return taints.map((one) => (one === old ? taint : one));
  throw new UserError(
    `host/${host.metadata.name} has the taint ${old.key}=${old.value ?? ''}:${old.effect} already: nothing was changed`,
    { exitCode: ExitCode.Conflict, nextSteps: ['give it the new value with --overwrite'] },
  );
}

function usage(message: string): UserError {
  return new UserError(message, {
    exitCode: ExitCode.Usage,
    nextSteps: ['vctl taint rack1-a maintenance=:NoExecute', 'vctl taint rack1-a maintenance-'],
  });
}
