import { type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../support/vctl.ts';

const sandbox = new Sandbox();
afterAll(() => sandbox.dispose());

const world = `
apiVersion: vctl.dev/v1alpha1
kind: Host
metadata: { name: h }
spec: { hypervisor: xen, capacity: { cpu: 8, memory: 32Gi } }
---
apiVersion: vctl.dev/v1alpha1
kind: VirtualMachine
metadata: { name: v }
spec: { guest: { os: debian-12, paravirtualized: true }, resources: { cpu: 2, memory: 4Gi } }
---
apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: { name: t }
spec: { to: { kind: VirtualMachine, name: v }, unit: Cpu, pattern: { sine: { mean: 0.5, amplitude: 0.4 } } }
`;

const scenario = (name: string, duration: string): string => `
apiVersion: vctl.dev/v1alpha1
kind: Scenario
metadata: { name: ${name} }
spec:
  duration: ${duration}
  objectives: [{ name: small, metric: replicas, statistic: max, below: 2 }]
`;

/** A second Ctrl-C would end the process at once. */
function once(act: (child: ChildProcess) => void): (stdout: string, child: ChildProcess) => void {
  let done = false;
  return (_, child) => {
    if (!done) act(child);
    done = true;
  };
}

beforeAll(() => {
  sandbox.write('endless.yaml', [world, scenario('first', '1s'), scenario('second', '2400h')].join('---'));
  sandbox.write('short.yaml', [world, scenario('only', '5m')].join('---'));
});

test.each(['simulate', 'test'])(
  '%s · Ctrl-C prints and writes what there is, and exits with 130',
  async (command) => {
    const report = sandbox.path(`${command}.json`);
    // The first scenario's lines tell that the second one has begun.
    const { stdout, stderr, exit } = await sandbox.run(
      [command, '-f', 'endless.yaml', '--report', `json=${report}`],
      { onOutput: once((child) => child.kill('SIGINT')) },
    );
    expect({ exit, stderr }).toEqual({ exit: 130, stderr: '' });
    const titles = stdout.split('\n').filter((line) => /^(first|second) /.test(line));
    expect(titles).toEqual([
      expect.not.stringContaining('interrupted'),
      expect.stringMatching(/^second .* interrupted$/),
    ]);
    const { runs } = JSON.parse(readFileSync(report, 'utf8')) as { runs: { interrupted: boolean }[] };
    expect(runs.map(({ interrupted }) => interrupted)).toEqual([false, true]);
  },
);

test.each([
  ['--report', 'html=nowhere/r.html'],
  ['--report', 'junit=nowhere/r.xml'],
  ['--report', 'json=nowhere/r.json'],
  ['--trace', 'nowhere/r.csv'],
])('test · %s %s cannot be written: the results are printed all the same', async (flag, value) => {
  const { stdout, stderr, exit } = await sandbox.run(['test', '-f', 'short.yaml', flag, value]);
  expect(exit).toBe(1);
  expect(stdout).toMatch(/^only .*\n {2}✓ small/);
  expect(stdout).toContain('1 objective: all met.');
  expect(stderr).toMatch(/^error: nowhere\/r\.\w+ cannot be written\n/);
});
