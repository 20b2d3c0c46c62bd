/** A repository, a state in memory, and syncs of the one to the other, without a process of vctl. */
import { Git } from '../../src/gitops/git.ts';
import { memoryState, type State } from '../../src/app/state.ts';
import { type SyncWishes } from '../../src/app/sync/make-sync.ts';
import { runSyncOnce } from '../../src/app/sync/service.ts';
import { type SyncResult } from '../../src/app/sync/result.ts';
import { SyncRunner, type RunnerOptions } from '../../src/app/sync/runner.ts';
import { type Event, type Kind, kindNames, type Sync } from '../../src/model/kinds/index.ts';
import { type KubeObject } from '../../src/model/object.ts';
import { applyText } from './state.ts';
import { GitRepo } from './git-repo.ts';

export const gitEnvironment = { PATH: process.env['PATH'], HOME: '/nonexistent' };

export class SyncWorld {
  readonly repo = new GitRepo();
  #state: Promise<State> | undefined;

  get state(): Promise<State> {
    return (this.#state ??= memoryState());
  }

  /** Makes the Sync `world` (or another one) of these wishes and syncs once; without wishes, all that there are. */
  async once(
    wishes?: Partial<SyncWishes>,
    options: { dangerousPrune?: boolean; timeout?: string } = {},
  ): Promise<{ results: readonly SyncResult[]; exitCode: number; first: SyncResult | undefined }> {
    const made = wishes && { repo: this.repo.dir, name: 'world', namespace: 'default', ...wishes };
    const request = {
      ...(made ? { wishes: made } : {}),
      ...{ dangerousPrune: options.dangerousPrune ?? false, timeout: options.timeout ?? '5m' },
    };
    const { results, exitCode } = await runSyncOnce(await this.state, request, gitEnvironment);
    return { results, exitCode, first: results[0] };
  }

  /** A runner for rounds of a test's own, and the git that it counts by. */
  async runner(options: Partial<RunnerOptions> = {}): Promise<{ runner: SyncRunner; git: Git }> {
    const git = new Git(gitEnvironment);
    return { runner: new SyncRunner({ state: await this.state, git, ...options }), git };
  }

  async sync(name = 'world'): Promise<Sync> {
    const found = await this.object('Sync', name);
    if (!found) throw new Error(`no sync ${name}`);
    return found as Sync;
  }

  async object(kind: Kind, name: string, namespace = 'default'): Promise<KubeObject | undefined> {
    return (await this.state).store.get({ kind, namespace, name });
  }

  /** Names of the pools of a namespace. */
  async pools(namespace = 'default'): Promise<string[]> {
    const { items } = await (await this.state).store.list('VirtualMachinePool', { namespace });
    return items.map(({ metadata }) => metadata.name);
  }

  /** `Reason: message` of the events about the Syncs, by name. */
  async events(): Promise<string[]> {
    const { items } = await (await this.state).store.list('Event');
    return (items as readonly Event[])
      .filter(({ involvedObject }) => involvedObject?.kind === 'Sync')
      .map(({ reason, message }) => `${reason}: ${message}`);
  }

  /** What people declare of all objects but Syncs and events, by key: for comparing states. */
  async declared(): Promise<Record<string, unknown>> {
    const found: Record<string, unknown> = {};
    for (const kind of kindNames) {
      if (['Sync', 'Event', 'Lease', 'Hypervisor'].includes(kind)) continue;
      for (const { metadata, spec } of (await (await this.state).store.list(kind)).items) {
        const { labels, annotations } = metadata;
        found[`${kind}/${metadata.namespace ?? ''}/${metadata.name}`] = { spec, labels, annotations };
      }
    }
    return found;
  }

  async apply(text: string): Promise<void> {
    await applyText(await this.state, text.replace(/^apiVersion:.*$/gm, ''), { wait: false });
  }

  dispose(): void {
    this.repo.dispose();
  }
}

/** A pool that makes nothing, as cheap as an object can be. `extra` goes into its metadata, as flow YAML. */
export function pool(name: string, replicas = 0, extra = ''): string {
  return `apiVersion: vctl.dev/v1alpha1
kind: VirtualMachinePool
metadata: {name: ${name}${extra === '' ? '' : `, ${extra}`}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {mode: Full, guest: {os: linux}, resources: {cpu: "1", memory: 1Gi}}
`;
}

/** Files of pools by the names of the pools. */
export function pools(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${name}.yaml`, pool(name)]));
}
