import { describe, expect, test } from 'vitest';
import { advance } from '../../../src/app/actions/advance.ts';
import { cordon } from '../../../src/app/actions/cordon.ts';
import { fault } from '../../../src/app/actions/fault.ts';
import { parseResources } from '../../../src/app/resources.ts';
import { type State } from '../../../src/app/state.ts';
import { type Answer, runWhy } from '../../../src/app/inspect/why/why.ts';
import { hostsNodes } from '../../../src/app/inspect/why/hosts.ts';
import { type Appraisal } from '../../../src/placement/appraise.ts';
import { renderDescription } from '../../../src/output/describe.ts';
import { patient, stateWith } from '../../support/applied-state.ts';
import { applyText } from '../../support/state.ts';
import { vm, xenHost } from '../../support/engine.ts';

async function why(state: State, ...args: string[]): Promise<Answer & { readonly text: string }> {
  const scope = { namespace: 'default', all: false };
  const [answer] = await runWhy(state, parseResources(args), scope);
  if (!answer) throw new Error('no answer');
  return { ...answer, text: renderDescription(answer.nodes) };
}

const pool = (replicas: number, spec = ''): string =>
  `kind: VirtualMachinePool\nmetadata: {name: web}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 2, memory: 2Gi}}}${spec}}`;
const balancer =
  'kind: LoadBalancer\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, serviceTime: 10ms, algorithm: RoundRobin}';
const policy =
  'kind: ScalingPolicy\nmetadata: {name: web}\nspec: {target: {kind: VirtualMachinePool, name: web}, horizontal: {minReplicas: 2, maxReplicas: 3}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]}';
const traffic = (rate: number): string =>
  `kind: Traffic\nmetadata: {name: day}\nspec: {to: {kind: LoadBalancer, name: web}, noise: None, pattern: {constant: ${rate}}}`;

describe('why vm', () => {
  test('it runs: every host with its verdict, and what would be chosen now', async () => {
    const state = await stateWith(xenHost('one'), xenHost('two'), vm('a'), vm('b'));
    const { answer, text, reasons } = await why(state, 'vm/a');
    expect(answer).toBe('it is on one (running): chosen for LeastAllocated 94; two is equal, later by name');
    expect(text).toContain('Chosen now:      the same host again, with 394 points');
    expect(text).toMatch(/one +chosen \(its host\) +394 +94 +300\n/);
    expect(text).toMatch(/two +takes +390 +90 +300 +LeastAllocated -4\n/);
    expect(reasons['hosts']).toMatchObject([
      { host: 'one', verdict: 'chosen', present: true, score: 394 },
      { host: 'two', verdict: 'scored', present: false, score: 390 },
    ]);
  });

  test('it waits: what each host has against it, and who could make room', async () => {
    const small = vm('small', 'resources: {cpu: 20, memory: 24Gi}').replace(
      'resources: {cpu: 1, memory: 2Gi}, ',
      '',
    );
    const big = vm('big', 'priority: 10, preemption: Never, resources: {cpu: 20, memory: 24Gi}').replace(
      'resources: {cpu: 1, memory: 2Gi}, ',
      '',
    );
    const state = await stateWith(xenHost('one'), xenHost('two', 'unschedulable: true'), small, big);
    const { answer, text } = await why(state, 'vm/small');
    // The one of higher priority came first.
    expect(answer).toMatch(/^it has no host: none of 2 hosts would take it: 1 insufficient/);
    expect(text).toContain('none: no VM with a host has a priority below 0');
    expect(text).toMatch(/two +refuses +cordoned/);
    expect((await why(state, 'vm/big')).text).toMatch(/one +chosen \(its host\)/);
  });

  test('it is off: it wants no host', async () => {
    const state = await stateWith(xenHost('one'), vm('a', 'runPolicy: Halted'));
    expect((await why(state, 'vm/a')).answer).toBe('it has no host because it is off (runPolicy Halted)');
  });

  test('many hosts: refusals are counted by cause, unless all are asked for', () => {
    const appraisals: Appraisal[] = [
      { type: 'takes', host: 'good', score: 100, parts: [{ rule: 'LeastAllocated', points: 100 }] },
      ...Array.from({ length: 30 }, (_, i): Appraisal => {
        const reason = `insufficient cpu (needs 2, free 0.${i})`;
        return { type: 'refuses', host: `h${i}`, refusals: [{ cause: 'insufficient cpu', reason }] };
      }),
    ];
    const few = renderDescription(hostsNodes({ appraisals, all: false }));
    expect(few).toMatch(/30 +refuse: insufficient cpu +h0, h1, h2, … 27 more/);
    const all = renderDescription(hostsNodes({ appraisals, all: true }));
    expect(all).toMatch(/h29 +refuses +insufficient cpu \(needs 2, free 0\.29\)/);
  });
});

describe('why, the other kinds', () => {
  test('sp · from the samples to the limit, and nothing is written', async () => {
    const state = await stateWith(xenHost('one'), pool(2), balancer, policy, traffic(600));
    await advance(state, '20m');
    const before = await state.store.revision();
    const { answer, text, reasons } = await why(state, 'sp/web');
    expect(answer).toMatch(/^now it would hold at 3: [0-9]+ wanted, above the maximum 3$/);
    expect(text).toMatch(/cpu utilization +[0-9]+ % +60 % +[0-9.]+ +3 +0 +0 +[0-9]+ +the largest wish/);
    expect(text).toMatch(/Limits: +2 to 3: [0-9]+ wanted, above the maximum 3/);
    expect(text).toMatch(/Earliest up: +not while it is at its maximum/);
    expect(reasons['horizontal']).toMatchObject({
      current: 3,
      desired: 3,
      limiter: { reason: 'TooManyReplicas' },
    });
    expect(await state.store.revision()).toBe(before);
  });

  test('sp · without a target it says so', async () => {
    const state = await stateWith(xenHost('one'), policy);
    expect((await why(state, 'sp/web')).answer).toMatch(/^there is no VirtualMachinePool\/web/);
  });

  test('vmp · what it waits for', async () => {
    const state = await stateWith(xenHost('one'), pool(40));
    const { text, reasons } = await why(state, 'vmp/web');
    expect(text).toMatch(/[0-9]+ +0\/1 hosts are available: 1 insufficient/);
    expect((reasons['waitingFor'] as unknown[]).length).toBeGreaterThan(20);
  });

  test('lb · each share by the rule of the algorithm', async () => {
    const state = await stateWith(
      xenHost('one'),
      vm('a', '', 'app: web'),
      vm('b', '', 'app: web'),
      balancer,
      traffic(20),
      vm('off', 'runPolicy: Halted', 'app: web'),
    );
    const { text } = await why(state, 'lb/web');
    expect(text).toMatch(/a +50% +1 +1 of 2 ready backends/);
    expect(text).toMatch(/off +0% +it is off or on its way out/);
  });

  test('host · what keeps VMs away, and what waits', async () => {
    const state = await stateWith(xenHost('one', 'taints: [{key: gpu, effect: NoSchedule}]'), vm('a'));
    await cordon(state, { names: ['one'], unschedulable: true, wait: false, timeout: '1h' });
    const { answer, text } = await why(state, 'host/one');
    expect(answer).toBe('it is ready: one is on; it takes no VM');
    expect(text).toContain('it is cordoned: vctl uncordon one');
    expect(text).toContain('the taint gpu:NoSchedule refuses VMs that do not tolerate it');
    expect(text).toMatch(/default\/a +cordoned/);
    await fault(state, { kind: 'Host', name: 'one', namespace: '', clear: false, type: 'Crash', ...patient });
    expect((await why(state, 'host/one')).answer).toMatch(/^it is not ready: one has crashed/);
  });

  test('rb · what would move now, or why nothing does', async () => {
    const spec = 'spec: {suspend: true, threshold: {start: 0.02, stop: 0.01}}';
    const state = await stateWith(
      xenHost('one'),
      vm('a'),
      vm('b'),
      vm('c'),
      `kind: RebalancePolicy\nmetadata: {name: even}\n${spec}`,
    );
    expect((await why(state, 'rb/even')).text).toMatch(/Would do: +spec.suspend is true/);
    await applyText(state, xenHost('two'));
    const { answer, text } = await why(state, 'rb/even');
    expect(answer).toBe('spec.suspend is true: nothing is planned or moved');
    expect(text).toMatch(/default\/a +one +two +0\.[0-9]+ +0[0-9.e-]*\n/);
  });

  test('rb · names the wish that holds a move back', async () => {
    const apart = `placement: {topologySpread: [{topologyKey: kubernetes.io/hostname, selector: {matchLabels: {app: x}},
      whenUnsatisfiable: ScheduleAnyway}]}`;
    const packing = 'kind: RebalancePolicy\nmetadata: {name: pack}\nspec: {strategy: Consolidate}';
    const state = await stateWith(
      xenHost('one'),
      xenHost('two'),
      vm('a', apart, 'app: x'),
      vm('b', apart, 'app: x'),
      packing,
    );
    const { answer, text } = await why(state, 'rb/pack');
    expect(answer).toMatch(
      /^no VM moves; vm\/default\/[ab] stays on (one|two) because of its wish for being spread evenly \(200 points here, 0 there\)$/,
    );
    expect(text).toMatch(/Held back:\n.*\n.*\n +default\/a +(one|two) +(one|two) +its wish for being spread/);
  });

  test('a kind about which nothing is decided', async () => {
    const state = await stateWith(traffic(1));
    await expect(why(state, 'traffic')).rejects.toThrow(
      'nothing is decided about the kind Traffic: why can be asked of ho, lb, rb, sp, tn, vm, vmp',
    );
  });
});
