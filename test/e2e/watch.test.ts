/** `vctl apply --watch` as a process, with files that change as editors and programs change them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox, type RunResult } from '../support/vctl.ts';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.dispose());

const host = (name: string, cpu = 8): string => `apiVersion: vctl.dev/v1alpha1
kind: Host
metadata: {name: ${name}}
spec: {hypervisor: kvm, capacity: {cpu: "${cpu}", memory: 32Gi}, hardwareAssist: true}
`;

/** A watch that runs; `until` resolves once its output matches from where the last match ended. */
class Watch {
  #output = '';
  #seen = 0;
  #wake: () => void = () => undefined;
  #kill: () => void = () => undefined;
  readonly ended: Promise<RunResult>;

  constructor(args: readonly string[]) {
    this.ended = sandbox.run(['apply', '-f', 'world', '--watch', '--speed', '60x', ...args], {
      onStart: (child) => (this.#kill = () => child.kill('SIGINT')),
      onOutput: (stdout) => {
        this.#output = stdout;
        this.#wake();
      },
    });
  }

  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#output.slice(this.#seen));
      if (match) {
        this.#seen += match.index + match[0].length;
        return match[0];
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Everything that was printed so far. */
  get output(): string {
    return this.#output;
  }

  interrupt(): Promise<RunResult> {
    this.#kill();
    return this.ended;
  }
}

test('files are followed however they are saved, and the state is consistent at the end', async () => {
  sandbox.write('world/a.yaml', host('a'));
  const watch = new Watch(['-R', '--prune']);
  await watch.until(/host\.vctl\.dev\/a created/);
  await watch.until(/ho\/a ready/);
  await watch.until(/converged/);

  // An editor that saves by rename.
  sandbox.write('world/.a.yaml.swp', host('a', 16));
  renameSync(sandbox.path('world/.a.yaml.swp'), sandbox.path('world/a.yaml'));
  await watch.until(/host\.vctl\.dev\/a configured/);

  // A file that is written in two pieces, the first of which is no YAML.
  sandbox.write('world/b.yaml', host('b').slice(0, -20));
  sandbox.write('world/b.yaml', host('b'));
  await watch.until(/host\.vctl\.dev\/b created/);
  expect(watch.output).not.toContain('error');

  // Invalid, with its place; the last good state stays; the next save mends it.
  sandbox.write('world/b.yaml', host('b').replace('capacity', 'capacty'));
  await watch.until(/world\/b\.yaml:4:\d+: error UNKNOWN_FIELD: .*did you mean "capacity"/);
  await watch.until(/what was applied before stays/);
  sandbox.write('world/b.yaml', host('b'));
  await watch.until(/the files are valid again/);

  // An added folder.
  mkdirSync(sandbox.path('world/more/deep'), { recursive: true });
  sandbox.write('world/more/deep/c.yaml', host('c'));
  await watch.until(/host\.vctl\.dev\/c created/);

  // Another command leaves what it has stored to the watch, and one that needs the engine says so.
  const cordon = await sandbox.run(['cordon', 'a']);
  expect(cordon.exit).toBe(0);
  expect(cordon.stderr).toMatch(/Process \d+ follows this state and carries it out/);
  const advance = await sandbox.run(['advance', '1h']);
  expect(advance.exit).toBe(5);
  expect(advance.stderr).toMatch(/process \d+ follows the state/);

  // A deleted file.
  rmSync(sandbox.path('world/b.yaml'));
  await watch.until(/host\.vctl\.dev\/b is in no file any more/);
  await watch.until(/host\.vctl\.dev\/b pruned/);

  const { exit, stderr } = await watch.interrupt();
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  const again = await sandbox.ok(['apply', '-f', 'world', '-R']);
  expect(again).toMatch(/host\.vctl\.dev\/a unchanged\nhost\.vctl\.dev\/c unchanged/);
  expect(await sandbox.ok(['get', 'host', '-o', 'name'])).toBe('host.vctl.dev/a\nhost.vctl.dev/c\n');
});

test('a burst of 1,000 changes is a handful of applies', async () => {
  sandbox.write('world/a.yaml', host('a'));
  const watch = new Watch(['--json']);
  await watch.until(/"type":"Settled"/);
  const before = watch.output.length;
  for (let i = 0; i < 1_000; i++) sandbox.write(`world/h${i % 100}.yaml`, host(`h${i % 100}`, 4 + (i % 7)));
  await watch.until(/"name":"host\.vctl\.dev\/h99"/);
  await watch.until(/"type":"Settled"/);
  await watch.interrupt();
  const scans = watch.output.slice(before).match(/"type":"(Applied|Refused)"/g) ?? [];
  expect(scans.length).toBeGreaterThan(0);
  expect(scans.length).toBeLessThan(20);
  const cpus = await sandbox.ok(['get', 'host', '-o', 'jsonpath={.items[*].spec.capacity.cpu}']);
  const last = Array.from({ length: 100 }, (_, i) => String(4 + ((900 + i) % 7)));
  expect(cpus.split(' ').slice(1).sort()).toEqual(last.sort());
});

const tmux = spawnSync('tmux', ['-V']).status === 0;

test.skipIf(!tmux)(
  'the screen shows what changed, what converges and what is unhealthy (needs tmux)',
  async () => {
    sandbox.write('world/a.yaml', host('a'));
    const socket = join(sandbox.folder, 'tmux');
    const run = (...args: string[]): string =>
      execFileSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' });
    const vctl = `${process.execPath} ${join(import.meta.dirname, '..', '..', 'bin', 'run.js')}`;
    const environment = `env -u CI -u NO_COLOR VCTL_STATE_DIR=${sandbox.path('state')}`;
    const screen = async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const text = run('capture-pane', '-p', '-t', 'watch');
        if (pattern.test(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    writeFileSync(
      sandbox.path('go.sh'),
      `cd ${sandbox.folder}; ${environment} ${vctl} apply -f world --watch --speed 60x\n`,
    );
    run('new-session', '-d', '-s', 'watch', '-x', '110', '-y', '30', 'sh', sandbox.path('go.sh'));
    try {
      const calm = await screen(/converged {3}all \d+ objects have settled/);
      expect(calm).toMatch(/^── world · world 2000-01-01T00:\d\d:\d\dZ · 60x · Ctrl-C ends$/m);
      sandbox.write(
        'world/vm.yaml',
        `apiVersion: vctl.dev/v1alpha1
kind: VirtualMachine
metadata: {name: huge}
spec: {mode: Full, guest: {os: debian-12}, resources: {cpu: "1", memory: 640Gi}}
`,
      );
      const unhealthy = await screen(/unhealthy/);
      expect(unhealthy).toMatch(/Z {2}virtualmachine\.vctl\.dev\/huge created/);
      expect(unhealthy).toMatch(/ unhealthy {3}vm\/default\/huge: 0\/1 hosts are available/);
      sandbox.write('world/vm.yaml', 'kind: [');
      expect(await screen(/ files {7}invalid/)).toMatch(
        /what was applied before stays: world\/vm\.yaml:1:\d+/,
      );
      // The block is one: nothing of earlier drawings is left on the screen.
      expect((await screen(/ files/)).match(/Ctrl-C ends/g)).toHaveLength(1);
    } finally {
      run('kill-server');
    }
  },
);
