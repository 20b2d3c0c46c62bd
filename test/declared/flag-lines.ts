/**
 * For every flag of every command, command lines that differ in it alone and come to different ends. `$DIR` is a folder
 * with the files below, `$REPO` a git repository, `$OUT` a folder for what a line writes.
 */

/** States that lines begin with, each made by commands after the one that it names; `rm` takes a file away. */
export const states: Readonly<
  Record<string, { readonly after?: string; readonly lines: readonly string[] }>
> = {
  nothing: { lines: [] },
  world: { lines: ['apply -f $DIR/world', 'apply -f $DIR/shrinking', 'rm $DIR/shrinking/two.yaml'] },
  // Two of three objects would be pruned.
  thinned: {
    lines: ['apply -f $DIR/thinning --no-wait', 'rm $DIR/thinning/two.yaml', 'rm $DIR/thinning/three.yaml'],
  },
  updated: {
    after: 'world',
    lines: ['two', 'three'].map(
      (build) => `patch vmp/web -p {"spec":{"template":{"spec":{"guest":{"build":"${build}"}}}}}`,
    ),
  },
  moving: {
    after: 'updated',
    lines: ['patch vmp/web --no-wait -p {"spec":{"template":{"spec":{"guest":{"build":"four"}}}}}'],
  },
  stopped: { after: 'world', lines: ['stop solo', 'rollout pause vmp/web'] },
  held: {
    after: 'stopped',
    lines: ['patch vmp/web -p {"spec":{"template":{"spec":{"guest":{"build":"two"}}}}}'],
  },
  fresh: { after: 'updated', lines: ['apply -f $DIR/nameless.yaml --no-wait'] },
  // On hosts that cannot move guests live, so that moving one takes it down.
  fixed: { after: 'world', lines: ['patch hv/xen -p {"spec":{"features":{"liveMigration":false}}}'] },
  many: { lines: ['apply -f $DIR/many.yaml'] },
  broken: { after: 'world', lines: ['fault a --type Slow --speed 0.5'] },
  synced: { lines: ['sync --repo $REPO --name one --once'] },
  suspended: { after: 'synced', lines: ['sync suspend one'] },
  // Of six objects four would be pruned, and one be made.
  changed: { after: 'synced', lines: ['patch sync/one -p {"spec":{"source":{"path":"deep"},"prune":true}}'] },
  // Three objects are there, six would be.
  behind: {
    lines: [
      'sync --repo $REPO --name one --ref v1 --once',
      'patch sync/one -p {"spec":{"source":{"ref":"main"}}}',
    ],
  },
  // A revision of six objects, then one of three of them.
  shrunk: {
    lines: [
      'sync --repo $REPO --name one --once --prune',
      'patch sync/one -p {"spec":{"source":{"ref":"v1"}}}',
      'sync --once --dangerous-prune',
    ],
  },
  // The other way round.
  grown: { after: 'behind', lines: ['sync --once', 'patch sync/one -p {"spec":{"prune":true}}'] },
};

export interface Lines {
  /** What the lines do, where a command does several things. @defaultValue the command */
  readonly what?: string;
  /** @defaultValue 'world' */
  readonly state?: string;
  readonly line: string;
  /** By flag, what to add to the line: each must come to an end of its own. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  /** Flags that mean nothing here and have to be refused, as `--flag value`. */
  readonly refused?: readonly string[];
  /** A line may come to exit code 2 without being called wrongly. */
  readonly mayFail?: boolean;
}

const wait = { wait: ['', '--no-wait'], timeout: ['', '--timeout 1s'] };
const namespace = { namespace: ['', '-n other'] };
const selector = { selector: ['-l app=web', '-l app=solo'] };
const everywhere = { 'all-namespaces': ['', '-A'] };
const hosts = { selector: ['-l zone=a', '-l zone=b'] };
const manifests = { recursive: ['', '-R'] };
/** Without a value for the variable in it, the manifest is refused. */
const variables = {
  'set-var': ['', '--set-var NAME=varied'],
  'from-sync': ['', '--from-sync $DIR/naming.yaml'],
};

/** Lines of `simulate` or `test`; `more` is what makes it do another thing, `flags` are of its own. */
function whatIf(command: string, more: string, flags: Lines['flags']): Lines[] {
  const what = `${command} ${more.split(' ')[0] ?? ''}`.trim();
  const line = (...files: string[]): string =>
    [command, ...files.map((file) => `-f $DIR/${file}`), more].join(' ').trim();
  const only: Lines['flags'] =
    command === 'simulate' ? { for: ['', '--for 3m'], speed: ['', '--speed 1x'] } : {};
  const runs = {
    seed: ['', '--seed 9'],
    step: ['', '--step 1m'],
    report: ['', '--report json=$OUT/run.json', '--report html=$OUT/run.html', '--report junit=$OUT/run.xml'],
    trace: ['', '--trace $OUT/run.csv', '--trace $OUT/run.json'],
    'trace-machines': ['--trace $OUT/run.csv', '--trace $OUT/run.csv --trace-machines'],
  };
  return [
    { what, line: line('sim/world.yaml', 'sim/noon.yaml'), flags: { ...runs, ...only, ...flags } },
    {
      what,
      line: line('sim/world.yaml', 'sim/noon.yaml'),
      mayFail: true,
      flags: {
        fidelity: ['', '--fidelity requests'],
        'max-requests': ['--fidelity requests', '--fidelity requests --max-requests 10'],
      },
    },
    { what, line: line('sim'), flags: { ...manifests, scenario: ['', '--scenario noon'] } },
    {
      what,
      line: line('sim/world.yaml'),
      flags: { filename: ['-f $DIR/sim/noon.yaml', '-f $DIR/sim/night.yaml'] },
    },
    { what, line: line('sim/world.yaml', 'sim/noon.yaml', 'space.yaml'), flags: namespace },
  ];
}

/** Flags of a sync that only those lines hear that name its repository, or follow it. */
const ofSyncing = [
  ...['--repo $REPO', '--ref v1', '--path deep', '--interval 5m', '--verify $DIR/signers', '--prune'],
  ...['--max-prune 3', '--self-heal', '--atomic', '--once', '--speed 2x'],
];

export const lines: readonly Lines[] = [
  { line: 'advance 1m', flags: {} },
  {
    line: 'annotate vm note=1',
    flags: { ...selector, all: ['-l app=web', '--all'] },
  },
  {
    line: 'annotate vm/solo kept=no',
    flags: { overwrite: ['', '--overwrite'] },
  },
  { line: 'annotate vm/solo note=1', flags: namespace },
  { state: 'moving', line: 'annotate vm/solo note=1', flags: wait },
  { line: 'api-resources', flags: { output: ['', '-o wide', '-o name', '-o json'] } },
  {
    line: 'apply -f $DIR/nameless.yaml',
    flags: {
      filename: ['', '-f $DIR/another.yaml'],
      ...namespace,
      ...wait,
      'dry-run': ['', '--dry-run client', '--dry-run server'],
    },
  },
  { line: 'apply -f $DIR/world', flags: manifests },
  { mayFail: true, line: 'apply -f $DIR/varied.yaml', flags: variables },
  { line: 'apply -f $DIR/shrinking', flags: { prune: ['', '--prune'] } },
  { line: 'apply -f $DIR/shrinking --prune', flags: { applyset: ['', '--applyset other'] } },
  {
    state: 'thinned',
    line: 'apply -f $DIR/thinning --prune',
    flags: { 'dangerous-prune': ['', '--dangerous-prune'] },
  },
  {
    state: 'synced',
    line: 'apply -f $DIR/claims.yaml',
    flags: { 'force-conflicts': ['', '--force-conflicts'] },
  },
  {
    state: 'nothing',
    line: 'apply -f $DIR/nameless.yaml',
    flags: { seed: ['', '--seed 9'], epoch: ['', '--epoch 2026-01-01T00:00:00Z'] },
  },
  { line: 'apply -f $DIR/nameless.yaml', flags: { watch: ['', '--watch'] } },
  { line: 'autocomplete bash', flags: {} },
  { line: 'config', flags: {} },
  { line: 'cordon', flags: hosts },
  { state: 'moving', line: 'cordon a', flags: wait },
  {
    line: 'delete vm/solo',
    flags: { ...namespace, ...wait, 'dry-run': ['', '--dry-run'] },
  },
  { line: 'delete vm', flags: { ...selector, all: ['-l app=web', '--all'] } },
  { line: 'delete vm -l app=web', flags: everywhere },
  { line: 'delete -f $DIR/world', flags: manifests },
  { line: 'delete', flags: { filename: ['-f $DIR/shrinking', '-f $DIR/world/deep'] } },
  // The ends are the same, but one way the pool waits for its VMs.
  { line: 'delete vmp/web --no-wait', flags: { cascade: ['', '--cascade orphan', '--cascade foreground'] } },
  { line: 'delete vm/missing', flags: { 'ignore-not-found': ['', '--ignore-not-found'] } },
  { line: 'delete hv/mine', flags: { force: ['', '--force'] } },
  { line: 'describe vm', flags: { ...namespace, ...selector, ...everywhere } },
  { line: 'diff -f $DIR/nameless.yaml', flags: { filename: ['', '-f $DIR/another.yaml'], ...namespace } },
  { line: 'diff -f $DIR/world', flags: manifests },
  { mayFail: true, line: 'diff -f $DIR/varied.yaml', flags: variables },
  { line: 'diff -f $DIR/shrinking', flags: { prune: ['', '--prune'] } },
  { line: 'diff -f $DIR/shrinking --prune', flags: { applyset: ['', '--applyset other'] } },
  {
    state: 'thinned',
    mayFail: true,
    line: 'diff -f $DIR/thinning --prune',
    flags: { 'dangerous-prune': ['', '--dangerous-prune'] },
  },
  {
    state: 'synced',
    mayFail: true,
    line: 'diff -f $DIR/claims.yaml',
    flags: { 'force-conflicts': ['', '--force-conflicts'] },
  },
  {
    line: 'drain b',
    flags: {
      'dry-run': ['', '--dry-run'],
      timeout: ['', '--timeout 1s'],
    },
  },
  {
    state: 'fixed',
    mayFail: true,
    line: 'drain b --timeout 1m',
    flags: { 'ignore-budgets': ['', '--ignore-budgets'] },
  },
  { line: 'edit vmp/web', flags: { ...namespace, ...wait } },
  {
    line: 'events',
    flags: {
      output: ['', '-o wide', '-o yaml', '-o name'],
      ...namespace,
      ...everywhere,
      types: ['', '--types Warning'],
      'no-headers': ['', '--no-headers'],
    },
  },
  { line: 'events', flags: { watch: ['', '--watch'] } },
  { line: 'explain vm.spec', flags: { recursive: ['', '--recursive'] } },
  {
    line: 'fault a',
    flags: {
      type: ['--type Crash', '--type Slow', '--type NetworkLoss'],
      for: ['--type Slow', '--type Slow --for 10s'],
      speed: ['--type Slow', '--type Slow --speed 0.2'],
    },
  },
  { line: 'fault d --type Crash', flags: wait },
  { line: 'fault vm/solo --type Crash', flags: namespace, mayFail: true },
  { state: 'broken', line: 'fault a', flags: { clear: ['--type Slow', '--clear'] } },
  {
    line: 'get vm',
    flags: {
      output: ['', '-o wide', '-o json', '-o yaml', '-o name'],
      ...namespace,
      ...everywhere,
      ...selector,
      'no-headers': ['', '--no-headers'],
      'show-labels': ['', '--show-labels'],
    },
  },
  { line: 'get vm -o yaml', flags: { 'show-managed-fields': ['', '--show-managed-fields'] } },
  { line: 'get vm', flags: { watch: ['', '--watch'] } },
  { line: 'help', flags: {} },
  { line: 'init $OUT/starter', flags: {} },
  { line: 'label vm note=1', flags: { ...selector, all: ['-l app=web', '--all'] } },
  { line: 'label vm/solo kept=no', flags: { overwrite: ['', '--overwrite'] } },
  { line: 'label vm/solo note=1', flags: namespace },
  { state: 'moving', line: 'label vm/solo note=1', flags: wait },
  {
    line: 'migrate solo',
    flags: { to: ['', '--to d'], ...namespace, wait: ['', '--no-wait'], timeout: ['', '--timeout 100ms'] },
  },
  {
    line: 'patch vmp/web',
    flags: {
      patch: ['-p {"spec":{"replicas":3}}', '-p {"spec":{"replicas":4}}'],
      namespace: ['-p {"spec":{"replicas":3}}', '-p {"spec":{"replicas":3}} -n other'],
      wait: ['-p {"spec":{"replicas":3}}', '-p {"spec":{"replicas":3}} --no-wait'],
      timeout: ['-p {"spec":{"replicas":3}}', '-p {"spec":{"replicas":3}} --timeout 1s'],
    },
  },
  ...['restart', 'stop'].flatMap((command): Lines[] => [
    { line: command, flags: selector },
    { line: `${command} solo`, flags: { ...namespace, ...wait } },
  ]),
  { state: 'stopped', line: 'start', flags: selector },
  { state: 'stopped', line: 'start solo', flags: { ...namespace, ...wait } },
  {
    what: 'rollout status',
    state: 'moving',
    line: 'rollout status vmp/web',
    flags: { ...namespace, ...wait },
    refused: ['--to-revision 1', '--revision 1'],
  },
  {
    what: 'rollout history',
    state: 'updated',
    line: 'rollout history vmp/web',
    flags: { ...namespace, revision: ['', '--revision 1'] },
    refused: ['--to-revision 1', '--no-wait', '--timeout 1s'],
  },
  {
    what: 'rollout undo',
    state: 'updated',
    line: 'rollout undo vmp/web',
    flags: { ...namespace, 'to-revision': ['', '--to-revision 1'], ...wait },
    refused: ['--revision 1'],
  },
  ...(
    [
      ['restart', 'updated'],
      ['pause', 'fresh'],
      ['resume', 'held'],
    ] as const
  ).map(([action, state]): Lines => ({
    what: `rollout ${action}`,
    state,
    line: `rollout ${action} vmp/web`,
    flags: { ...namespace, ...wait },
    refused: ['--to-revision 1', '--revision 1'],
  })),
  {
    line: 'scale vmp/web',
    flags: {
      replicas: ['--replicas 3', '--replicas 4'],
      'current-replicas': ['--replicas 3', '--replicas 3 --current-replicas 5'],
      namespace: ['--replicas 3', '--replicas 3 -n other'],
      wait: ['--replicas 3', '--replicas 3 --no-wait'],
      timeout: ['--replicas 3', '--replicas 3 --timeout 1s'],
    },
  },
  ...whatIf('simulate', '', {
    set: ['', '--set vmp/web:spec.replicas=3'],
    against: ['', '--against $DIR/larger'],
    seeds: ['', '--seeds 2', '--seeds 3'],
  }),
  {
    line: 'simulate -f $DIR/sim/world.yaml -f $DIR/sim/noon.yaml',
    flags: {},
    refused: ['--min-effect 1%'],
  },
  {
    what: 'simulate --seeds',
    line: 'simulate -f $DIR/sim/world.yaml -f $DIR/sim/noon.yaml',
    flags: { seeds: ['--seeds 2', '--seeds 3'] },
    refused: ['--seeds 2 --min-effect 1%'],
  },
  ...whatIf('simulate', '--seeds 2', {
    set: ['', '--set vmp/web:spec.replicas=3'],
    against: ['', '--against $DIR/larger'],
  }),
  ...whatIf('simulate', '--set vmp/web:spec.replicas=3', {
    set: ['', '--set vmp/web:spec.paused=true'],
    against: ['', '--against $DIR/larger'],
    seeds: ['', '--seeds 2'],
    'min-effect': ['--min-effect 1%', '--min-effect 100%'],
  }),
  ...whatIf('simulate', '--against $DIR/larger', {
    set: ['', '--set vmp/web:spec.replicas=3'],
    against: ['', '--against $DIR/sim/world.yaml'],
    seeds: ['', '--seeds 2'],
    'min-effect': ['--min-effect 0.01', '--min-effect 1'],
  }),
  {
    what: 'sync --repo',
    state: 'nothing',
    line: 'sync --once',
    flags: {
      repo: ['--repo $REPO', '--repo file://$REPO'],
      ref: ['--repo $REPO', '--repo $REPO --ref v1'],
      path: ['--repo $REPO', '--repo $REPO --path deep'],
      interval: ['--repo $REPO', '--repo $REPO --interval 5m'],
      verify: ['--repo $REPO', '--repo $REPO --verify $DIR/signers'],
      prune: ['--repo $REPO', '--repo $REPO --prune'],
      'max-prune': ['--repo $REPO', '--repo $REPO --max-prune 3', '--repo $REPO --max-prune 3%'],
      'self-heal': ['--repo $REPO', '--repo $REPO --self-heal'],
      atomic: ['--repo $REPO', '--repo $REPO --atomic'],
      name: ['--repo $REPO', '--repo $REPO --name two'],
      namespace: ['--repo $REPO', '--repo $REPO -n other'],
      timeout: ['--repo $REPO', '--repo $REPO --timeout 1s'],
    },
    refused: ['--repo $REPO --to-revision 1', '--repo $REPO --speed 2x'],
  },
  { what: 'sync --repo', state: 'nothing', line: 'sync --repo $REPO', flags: { once: ['', '--once'] } },
  {
    what: 'sync --repo',
    state: 'synced',
    line: 'sync --repo $REPO --name one --ref v1 --prune --once',
    flags: { 'dangerous-prune': ['', '--dangerous-prune'] },
    mayFail: true,
  },
  {
    what: 'sync',
    state: 'synced',
    line: 'sync --once',
    flags: {
      name: ['--name one', '--name two'],
      namespace: ['', '-n other --name one'],
    },
    mayFail: true,
    refused: [
      '--speed 2x',
      '--to-revision 1',
      ...['--ref v1', '--path deep', '--interval 5m', '--verify $DIR/signers', '--prune', '--max-prune 3'],
      ...['--self-heal', '--atomic'],
    ],
  },
  { what: 'sync', state: 'synced', line: 'sync', flags: { once: ['', '--once'] } },
  {
    what: 'sync',
    state: 'changed',
    line: 'sync --once',
    flags: { 'dangerous-prune': ['', '--dangerous-prune'] },
  },
  {
    what: 'sync',
    state: 'behind',
    line: 'sync --once',
    flags: { repo: ['', '--repo file://$REPO --name one'], timeout: ['', '--timeout 1s'] },
  },
  ...['status', 'history', 'diff', 'suspend', 'resume'].map((action): Lines => ({
    what: `sync ${action}`,
    state: action === 'resume' ? 'suspended' : 'synced',
    line: `sync ${action}`,
    flags: { name: ['one', '--name two'], namespace: ['one', 'one -n other'] },
    mayFail: true,
    refused: [...ofSyncing, '--dangerous-prune', '--timeout 1s', '--to-revision 1'].map(
      (flag) => `one ${flag}`,
    ),
  })),
  {
    what: 'sync rollback',
    state: 'shrunk',
    line: 'sync rollback',
    flags: {
      name: ['one', '--name two'],
      namespace: ['one', 'one -n other'],
      'to-revision': ['one', 'one --to-revision v1'],
      timeout: ['one', 'one --timeout 1s'],
    },
    mayFail: true,
    refused: ofSyncing.map((flag) => `one ${flag}`),
  },
  {
    what: 'sync rollback',
    state: 'grown',
    line: 'sync rollback one',
    flags: { 'dangerous-prune': ['', '--dangerous-prune'] },
  },
  {
    what: 'sync reconcile',
    state: 'behind',
    line: 'sync reconcile',
    flags: {
      name: ['one', '--name two'],
      namespace: ['one', 'one -n other'],
      timeout: ['one', 'one --timeout 1s'],
    },
    mayFail: true,
    refused: [...ofSyncing, '--to-revision 1'].map((flag) => `one ${flag}`),
  },
  {
    what: 'sync reconcile',
    state: 'changed',
    line: 'sync reconcile one',
    flags: { 'dangerous-prune': ['', '--dangerous-prune'] },
  },
  { line: 'taint', flags: { selector: ['-l zone=a new=:NoSchedule', '-l zone=b new=:NoSchedule'] } },
  { line: 'taint a old=no:PreferNoSchedule', flags: { overwrite: ['', '--overwrite'] } },
  { line: 'taint d new=:NoExecute', flags: wait },
  ...whatIf('test', '', {}),
  {
    line: 'top vms',
    flags: {
      ...{ ...namespace, ...everywhere, ...selector },
      'sort-by': ['', '--sort-by memory'],
      'no-headers': ['', '--no-headers'],
    },
  },
  { line: 'tree vmp', flags: { ...namespace, ...everywhere } },
  { line: 'tree vm', flags: selector },
  { line: 'uncordon', flags: hosts },
  { state: 'moving', line: 'uncordon c', flags: wait },
  { line: 'validate -f $DIR/world', flags: manifests },
  { mayFail: true, line: 'validate -f $DIR/varied.yaml', flags: variables },
  { mayFail: true, line: 'validate -f $DIR/leaning.yaml', flags: { ...namespace, live: ['', '--live'] } },
  { line: 'validate', flags: { filename: ['-f $DIR/world', '-f $DIR/another.yaml'] } },
  { line: 'version', flags: {} },
  {
    line: 'wait vm',
    flags: {
      for: ['--for condition=Ready', '--for condition=Ready=False'],
      namespace: ['--for condition=Ready', '--for condition=Ready -n other'],
      'all-namespaces': ['--for condition=Ready', '--for condition=Ready -A'],
      selector: ['--for condition=Ready -l app=web', '--for condition=Ready -l app=solo'],
    },
  },
  {
    state: 'fresh',
    line: 'wait vm/nameless --for condition=Ready',
    flags: { timeout: ['', '--timeout 1s'] },
  },
  { line: 'why vm', flags: { ...namespace, ...everywhere, ...selector } },
  { state: 'many', line: 'why vm/solo', flags: { all: ['', '--all'] } },
];
