import { Args, Flags } from '@oclif/core';
import { diffSync, getSync, pinRevision, setSuspended, type SyncTarget } from '../app/sync/actions.ts';
import { findingsText } from '../app/findings.ts';
import { type SyncResult } from '../app/sync/result.ts';
import { runSync, runSyncOnce, type SyncRequest } from '../app/sync/service.ts';
import { worldTime, type State } from '../app/state.ts';
import { parseSpeed } from '../app/pace.ts';
import { withState } from '../app/with-state.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { FollowDisplay } from '../cli/follow-display.ts';
import { type HeardFlags, refuseIdleFlags } from '../cli/idle-flags.ts';
import { outcomeText } from '../cli/outcome-text.ts';
import { historyRows, resultLines, statusLines, syncLine } from '../cli/sync-text.ts';
import { type Sync as SyncObject } from '../model/kinds/index.ts';
import { diffObjects } from '../output/diff-text.ts';
import { renderTable } from '../output/table.ts';

const actions = ['status', 'diff', 'history', 'rollback', 'suspend', 'resume', 'reconcile'] as const;
type Action = (typeof actions)[number];

/** What a Sync is made with, or changed to. */
const wishes = ['ref', 'path', 'interval', 'verify', 'prune', 'max-prune', 'self-heal', 'atomic'] as const;
const target = ['name', 'namespace'] as const;
const syncing = [...target, 'dangerous-prune', 'timeout'] as const;
/** Without an action, there is one Sync to make or change, or those that are there are followed. */
const heard: HeardFlags<Action | '' | '--repo'> = {
  '': [...syncing, 'once', 'speed'],
  '--repo': [...syncing, 'once', 'speed', 'repo', ...wishes],
  status: target,
  diff: target,
  history: target,
  rollback: [...syncing, 'to-revision'],
  suspend: target,
  resume: target,
  reconcile: syncing,
};

export default class Sync extends BaseCommand {
  static override summary = 'Follow git repositories and keep what they declare applied.';
  static override description = `Without an action, follows: --repo makes (or changes) an object of kind Sync and follows it; without it all
Syncs of the state are followed. Each poll reads the commit that the ref names, applies what is new, deletes what
is gone if --prune says so, and corrects what was changed by hand if --self-heal says so. World time runs on
meanwhile. With --once it syncs one time and ends once the world has followed.

status and history tell how a Sync stands, diff what the next sync would change (exit code 1 when there is
something), rollback goes back to an earlier revision and stays there until the repository has a newer good
one, suspend and resume stop and start it, reconcile syncs it now.

Only commits count, never what lies uncommitted in a work tree. Private repositories are reached by ssh keys or
~/.netrc.`;
  static override examples = [
    '<%= config.bin %> sync --repo https://git.example/world.git --path clusters/prod --prune',
    '<%= config.bin %> sync --repo . --path manifests/quickstart --once',
    '<%= config.bin %> sync --repo /srv/world.git --ref v1.2 --verify keys.asc --once',
    '<%= config.bin %> sync --speed 60x',
    '<%= config.bin %> sync status',
    '<%= config.bin %> sync diff world',
    '<%= config.bin %> sync rollback world --to-revision 4f2a91c',
  ];
  static override args = {
    action: Args.string({ options: [...actions], description: 'What to do; by default follow.' }),
    name: Args.string({ description: 'Name of the Sync; status without one shows all.' }),
  };
  static override flags = {
    repo: Flags.string({ summary: 'URL or path of the repository to follow.', helpValue: 'URL' }),
    ref: Flags.string({ summary: 'Branch, tag or full commit id; by default HEAD.', helpValue: 'REF' }),
    path: Flags.string({ summary: 'Folder within the repository.', helpValue: 'FOLDER' }),
    interval: Flags.string({ summary: 'Between two looks; by default 1m.', helpValue: 'DURATION' }),
    verify: Flags.string({
      summary: 'Take signed commits only: by these OpenPGP keys or ssh allowed signers.',
      helpValue: 'KEYRING',
    }),
    prune: Flags.boolean({ summary: 'Delete what is gone from the repository.', allowNo: true }),
    'max-prune': Flags.string({
      summary: 'How many objects may be deleted at once, as 10 or 20%.',
      helpValue: 'COUNT',
    }),
    'dangerous-prune': Flags.boolean({ summary: 'Delete more at once than that.' }),
    'self-heal': Flags.boolean({ summary: 'Take back changes made by hand.', allowNo: true }),
    atomic: Flags.boolean({ summary: 'Apply all of a revision or nothing.', allowNo: true }),
    name: Flags.string({
      summary: 'Name of the Sync to make or to follow; by default that of the repository.',
      helpValue: 'NAME',
    }),
    once: Flags.boolean({ summary: 'Sync one time, wait until the world has followed, and end.' }),
    speed: Flags.string({
      summary: 'While following: world time against the wall clock, or max; by default 1x.',
      helpValue: 'FACTOR',
      exclusive: ['once'],
    }),
    'to-revision': Flags.string({
      summary: 'With rollback: the revision, or the first digits of its commit.',
      helpValue: 'REVISION',
    }),
    namespace: flags.namespace,
    timeout: flags.timeout,
  };

  async run(): Promise<unknown> {
    const parsed = await this.parse(Sync);
    const { args, flags: given } = parsed;
    const without = given.repo === undefined ? '' : '--repo';
    refuseIdleFlags(parsed, 'sync', (args.action as Action | undefined) ?? without, heard);
    const speed = parseSpeed(given.speed ?? '1x');
    const namespace = given.namespace;
    // Without a name, status shows those of all namespaces unless one is named.
    const isAnywhere = !parsed.raw.some((token) => token.type === 'flag' && token.flag === 'namespace');
    const name = args.name ?? given.name;
    if (args.action !== undefined && args.action !== 'status' && name === undefined) {
      throw new UserError(`say which Sync: vctl sync ${args.action} NAME`, { exitCode: ExitCode.Usage });
    }
    const request: SyncRequest = {
      ...(args.action === undefined && given.repo !== undefined
        ? {
            wishes: {
              ...{ repo: given.repo, ref: given.ref, path: given.path, verify: given.verify, namespace },
              ...{ interval: given.interval, prune: given.prune, maxPrune: given['max-prune'] },
              ...{ selfHeal: given['self-heal'], atomic: given.atomic, name: given.name },
            },
          }
        : {}),
      ...(name === undefined ? {} : { only: { name, namespace } }),
      dangerousPrune: given['dangerous-prune'],
      timeout: given.timeout,
    };
    return withState(
      given.state,
      process.env,
      (state) => {
        if (args.action !== undefined) {
          const target = { name: name ?? '', namespace };
          return this.#act(args.action as Action, state, target, request, given['to-revision'], isAnywhere);
        }
        return given.once ? this.#once(state, request) : this.#follow(state, request, speed);
      },
      { create: args.action === undefined },
    );
  }

  async #act(
    action: Action,
    state: State,
    target: SyncTarget,
    request: SyncRequest,
    revision: string | undefined,
    isAnywhere: boolean,
  ): Promise<unknown> {
    switch (action) {
      case 'status':
        return this.#status(state, target, isAnywhere);
      case 'history':
        return this.#history(await getSync(state, target));
      case 'diff':
        return this.#diff(state, target);
      case 'suspend':
      case 'resume': {
        const report = await setSuspended(state, target, action === 'suspend');
        if (!this.jsonEnabled()) this.write(report.objects.map((one) => `${one.name} ${one.action}\n`));
        return report;
      }
      case 'rollback': {
        const { report } = await pinRevision(state, target, revision, process.env);
        if (!this.jsonEnabled()) this.write(report.objects.map((one) => `${one.name} ${one.action}\n`));
        return this.#once(state, request);
      }
      case 'reconcile':
        return this.#once(state, request);
    }
  }

  async #once(state: State, request: SyncRequest): Promise<unknown> {
    const display = new FollowDisplay(this.jsonEnabled());
    const report = await runSyncOnce(state, request, process.env, {
      signal: display.signal,
      onTurn: display.onTurn,
      onResults: (results) => {
        display.clear();
        this.#tell(results);
      },
    }).finally(() => display.clear());
    this.exitWith(report.exitCode);
    const results = report.results.map(({ sources: _, status: _status, ...result }) => result);
    if (this.jsonEnabled()) return { results, run: report.run };
    this.log('');
    for (const result of results) {
      this.log(syncLine(result));
      for (const step of result.nextSteps ?? []) this.note(`  try: ${step}`);
    }
    this.log(outcomeText(report.run, display.wallMs));
    return { results, run: report.run };
  }

  async #follow(state: State, request: SyncRequest, speed: number): Promise<unknown> {
    const display = new FollowDisplay(true);
    await runSync(state, { ...request, speed }, process.env, {
      signal: display.signal,
      onStart: (syncs) => {
        for (const { metadata, spec } of syncs) {
          const { repo, ref, path } = spec.source;
          this.note(
            `following ${repo} ${ref} ${path} as sync/${metadata.namespace ?? ''}/${metadata.name}, every ${spec.interval}; Ctrl-C ends`,
          );
        }
      },
      onResults: (results, nowMs) => this.#tell(results, nowMs),
    });
    if (!this.jsonEnabled()) this.note('Ended: what was synced is stored, and the next run goes on.');
    return {};
  }

  /** What a round came to: objects and outcomes to stdout, what is wrong to stderr. */
  #tell(results: readonly SyncResult[], nowMs?: number): void {
    for (const result of results) {
      if (this.jsonEnabled()) continue;
      const { diagnostics, sources, nextSteps = [] } = result;
      if (diagnostics.length > 0) {
        const outcome = result.objects.length === 0 ? 'nothing was applied' : 'the others were applied';
        process.stderr.write(findingsText(diagnostics, sources, { color: this.color, outcome }));
      }
      for (const line of resultLines(result, nowMs)) this.log(line);
      if (nowMs !== undefined) for (const step of nextSteps) this.note(`  try: ${step}`);
    }
  }

  async #status(state: State, { name, namespace }: SyncTarget, isAnywhere: boolean): Promise<unknown> {
    const syncs =
      name === ''
        ? ((await state.store.list('Sync')).items as readonly SyncObject[]).filter(
            ({ metadata }) => isAnywhere || metadata.namespace === namespace,
          )
        : [await getSync(state, { name, namespace })];
    if (this.jsonEnabled()) return syncs;
    if (syncs.length === 0) this.note(isAnywhere ? 'There is no Sync.' : `There is no Sync in ${namespace}.`);
    const nowMs = await worldTime(state);
    for (const sync of syncs) for (const line of statusLines(sync, nowMs)) this.log(line);
    return syncs;
  }

  #history(sync: SyncObject): unknown {
    const names = ['REVISION', 'TIME', 'OUTCOME', 'NEW/CHANGED/PRUNED', 'AUTHOR', 'MESSAGE'];
    const columns = names.map((heading) => ({ name: heading }));
    if (!this.jsonEnabled()) this.write(renderTable({ columns, rows: historyRows(sync) }));
    return sync.status?.history ?? [];
  }

  async #diff(state: State, target: SyncTarget): Promise<unknown> {
    const { differences, diagnostics, sources, revision } = await diffSync(state, target, process.env);
    if (diagnostics.some(({ severity }) => severity === 'error')) this.exitWith(ExitCode.Usage);
    else if (differences.length > 0) this.exitWith(ExitCode.Failure);
    if (!this.jsonEnabled()) {
      process.stderr.write(
        findingsText(diagnostics, sources, { color: this.color, outcome: 'they would be left out' }),
      );
      const names = { from: 'live', to: revision, color: this.color };
      this.write(differences.map(({ before, after }) => diffObjects(before, after, names)));
    }
    return { revision, differences, diagnostics };
  }
}
