import { describe, expect, test } from 'vitest';
import { cordon } from '../../../src/app/actions/cordon.ts';
import { drain, type DrainRequest } from '../../../src/app/actions/drain.ts';
import { type Leaver, nextRound } from '../../../src/app/actions/drain-plan.ts';
import { fault } from '../../../src/app/actions/fault.ts';
import { migrate } from '../../../src/app/actions/migrate.ts';
import { power } from '../../../src/app/actions/power.ts';
import { type State } from '../../../src/app/state.ts';
import { ExitCode } from '../../../src/base/errors.ts';
import { type VirtualMachine } from '../../../src/model/kinds/index.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';
import { vm, xenHost } from '../../support/engine.ts';
import { applyText } from '../../support/state.ts';

const box =
  'kind: Hypervisor\nmetadata: {name: box}\nspec: {product: Box, architecture: Hosted, modes: [Full], features: {}}';
const hosted = (name: string, spec = ''): string =>
  `kind: Host\nmetadata: {name: ${name}}\nspec: {hypervisor: box, hostOS: {name: ubuntu, version: "24.04"}, hardwareAssist: true, capacity: {cpu: 8, memory: 32Gi}${spec}}`;
const guest = (name: string, spec = ''): string => vm(name, `mode: Full${spec}`, 'app: web');
const budget = (rule: string): string =>
  `kind: DisruptionBudget\nmetadata: {name: keep}\nspec: {selector: {matchLabels: {app: web}}, ${rule}}`;

async function hostsOf(state: State): Promise<Record<string, string | undefined>> {
  const { items } = await state.store.list('VirtualMachine');
  return Object.fromEntries((items as VirtualMachine[]).map((one) => [one.metadata.name, one.status?.host]));
}

/** The same where VMs cannot move live: each goes down for its move. */
async function boxed(...others: readonly string[]): Promise<State> {
  const state = await stateWith(box, hosted('one'), guest('a'), guest('b'));
  await applyText(state, [hosted('two'), ...others].join('\n---\n'));
  return state;
}

/** VMs a and b on host one; then what else there is. */
async function occupied(...others: readonly string[]): Promise<State> {
  const state = await stateWith(xenHost('one'), vm('a', '', 'app: web'), vm('b', '', 'app: web'));
  if (others.length > 0) await applyText(state, others.join('\n---\n'));
  return state;
}

const request: DrainRequest = { host: 'one', dryRun: false, ignoreBudgets: false, timeout: '1h' };

describe('drain', () => {
  test('live · cordoned, empty, and no wish is left behind', async () => {
    const state = await occupied(xenHost('two'));
    const report = await drain(state, request);
    expect(report.objects.map(({ action }) => action)).toEqual([
      'cordoned',
      'can move (live)',
      'can move (live)',
    ]);
    expect(report).toMatchObject({ unmet: [], run: { outcome: { type: 'settled' } } });
    expect(await hostsOf(state)).toEqual({ a: 'two', b: 'two' });
    expect((await stored(state, 'VirtualMachine', 'a'))?.status?.restarts).toBe(0);
    expect((await stored(state, 'VirtualMachine', 'a'))?.metadata.annotations ?? {}).toEqual({});
    expect((await stored(state, 'Host', 'one'))?.spec.unschedulable).toBe(true);
  });

  test('no live migration · restarts elsewhere, on another product if need be', async () => {
    const state = await stateWith(box, hosted('one'), guest('a'));
    await applyText(state, xenHost('two', 'hardwareAssist: true'));
    const report = await drain(state, request);
    expect(report.objects.map(({ action }) => action)).toEqual(['cordoned', 'will restart elsewhere']);
    expect(report.unmet).toEqual([]);
    expect(await hostsOf(state)).toEqual({ a: 'two' });
    expect((await stored(state, 'VirtualMachine', 'a'))?.metadata.annotations ?? {}).toEqual({});
  });

  test('a budget of one · one at a time, and all get there', async () => {
    const state = await boxed(budget('maxUnavailable: 1'));
    let least = Infinity;
    const onTurn = ({ cache }: { cache: { list(kind: 'VirtualMachine'): VirtualMachine[] } }): void => {
      least = Math.min(
        least,
        cache.list('VirtualMachine').filter(({ status }) => status?.phase === 'Running').length,
      );
    };
    expect((await drain(state, request, { onTurn })).unmet).toEqual([]);
    expect(least).toBe(1);
    expect(await hostsOf(state)).toEqual({ a: 'two', b: 'two' });
  });

  test('a budget of none · a live move is no disruption', async () => {
    const state = await occupied(budget('minAvailable: 2'), xenHost('two'));
    expect((await drain(state, request)).unmet).toEqual([]);
    expect(await hostsOf(state)).toEqual({ a: 'two', b: 'two' });
  });

  test('budgets of none · stays, and says by which, all of them', async () => {
    const other = budget('maxUnavailable: 0').replace('name: keep', 'name: all');
    const state = await boxed(budget('minAvailable: 2'), other);
    const report = await drain(state, request);
    expect(report.unmet).toEqual([
      'vm/default/a stays on one: it is blocked by db/all, db/keep',
      'vm/default/b stays on one: it is blocked by db/all, db/keep',
    ]);
    expect(await hostsOf(state)).toEqual({ a: 'one', b: 'one' });
    expect((await drain(state, { ...request, ignoreBudgets: true })).unmet).toEqual([]);
  });

  test('out of time in the middle of a move · it is on its way, not unable to leave', async () => {
    const big = (name: string): string =>
      `kind: VirtualMachine\nmetadata: {name: ${name}, labels: {g: a}}\nspec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 20Gi}, placement: {antiAffinity: [{selector: {matchLabels: {g: a}}}]}}`;
    const state = await stateWith(xenHost('one'), xenHost('other'), big('a'), big('b'));
    await applyText(state, xenHost('two'));
    const report = await drain(state, { ...request, timeout: '100ms' });
    expect(report.unmet?.at(-1)).toMatch(/^vm\/default\/a is on its way to two \(Migrating\)$/);
  });

  test('nowhere to go · stays running, and says why', async () => {
    const state = await occupied(box, hosted('two'));
    const report = await drain(state, request);
    expect(report.unmet).toHaveLength(2);
    expect(report.unmet?.[0]).toMatch(
      /^vm\/default\/a stays on one: it cannot leave: no host can take it: 0\/2 hosts/,
    );
    expect((await stored(state, 'VirtualMachine', 'a'))?.status?.phase).toBe('Running');
    expect((await stored(state, 'VirtualMachine', 'a'))?.metadata.annotations ?? {}).toEqual({});
  });

  test('room for one of two · the other stays and is named', async () => {
    const state = await occupied(
      'kind: Host\nmetadata: {name: two}\nspec: {hypervisor: xen, capacity: {cpu: 8, memory: 3Gi}}',
    );
    const report = await drain(state, request);
    expect(Object.values(await hostsOf(state)).sort()).toEqual(['one', 'two']);
    expect(report.unmet).toHaveLength(1);
    for (const name of ['a', 'b']) {
      const { annotations } = (await stored(state, 'VirtualMachine', name))!.metadata;
      expect(annotations ?? {}, 'nobody leaves later, unexpectedly').toEqual({});
    }
  });

  test('a VM that is off · gives up its place', async () => {
    const state = await occupied(xenHost('two'));
    await power(state, { verb: 'stop', names: ['a'], namespace: 'default', ...patient });
    const report = await drain(state, request);
    expect(report.unmet).toEqual([]);
    expect(await hostsOf(state)).toEqual({ a: undefined, b: 'two' });
  });

  test('dry run · says the same and changes nothing', async () => {
    const state = await boxed(budget('minAvailable: 2'));
    const before = await state.store.revision();
    const report = await drain(state, { ...request, dryRun: true });
    expect(report.objects.map(({ action }) => action)).toEqual([
      'cordoned',
      'is blocked by db/keep',
      'is blocked by db/keep',
    ]);
    expect(await state.store.revision()).toBe(before);
  });
});

describe('one round', () => {
  const leaver = (name: string, more: Partial<Leaver> = {}): Leaver => ({
    vm: { metadata: { name } } as VirtualMachine,
    way: { type: 'restart' },
    ready: true,
    budgets: ['x'],
    ...more,
  });
  const x = (allowed: number, kept = true): [string, { name: string; allowed: number; kept: boolean }] => [
    'x',
    { name: 'db/x', allowed, kept },
  ];

  test.each<[string, Leaver[], ReturnType<typeof x>[], string, string]>([
    ['two allowed of three', [leaver('a'), leaver('b'), leaver('c')], [x(2)], 'a,b', 'c:db/x'],
    ['no budget', [leaver('a', { budgets: [] })], [], 'a', ''],
    ['live moves take nothing', [leaver('a', { way: { type: 'live' } }), leaver('b')], [x(1)], 'a,b', ''],
    ['off ones take nothing', [leaver('a', { way: { type: 'idle' } }), leaver('b')], [x(1)], 'a,b', ''],
    ['who is down anyway may go', [leaver('a', { ready: false })], [x(0)], 'a', ''],
    ['unless the budget is broken', [leaver('a', { ready: false })], [x(0, false)], '', 'a:db/x'],
    [
      'who has nowhere to go takes nothing',
      [leaver('a', { way: { type: 'none', why: '' } }), leaver('b')],
      [x(1)],
      'b',
      '',
    ],
    [
      'the tighter of two budgets',
      [leaver('a', { budgets: ['x', 'y'] }), leaver('b', { budgets: ['x', 'y'] })],
      [x(2), ['y', { name: 'db/y', allowed: 1, kept: true }]],
      'a',
      'b:db/y',
    ],
  ])('%s', (_name, leavers, allowances, go, blocked) => {
    const round = nextRound(leavers, new Map(allowances));
    expect(round.go.map(({ vm }) => vm.metadata.name).join()).toBe(go);
    expect([...round.blocked].map(([{ vm }, by]) => `${vm.metadata.name}:${by}`).join()).toBe(blocked);
  });
});

describe('migrate', () => {
  test('to a host · there when it returns, without a restart', async () => {
    const state = await occupied(xenHost('three'), xenHost('two'));
    const report = await migrate(state, { name: 'a', namespace: 'default', to: 'two', ...patient });
    expect(report.objects[0]?.action).toBe('moves from one to two');
    expect(report.unmet).toEqual([]);
    expect(await hostsOf(state)).toEqual({ a: 'two', b: 'one' });
    const again = await migrate(state, { name: 'a', namespace: 'default', to: 'two', ...patient });
    expect(again.objects[0]?.action).toBe('unchanged');
  });

  test.each<[string, string, string | undefined, RegExp]>([
    ['no such host', 'a', 'nope', /there is no host "nope"/],
    ['another hypervisor', 'a', 'box', /runs box and vm\/default\/a runs on xen/],
    ['no room', 'a', 'small', /host "small" cannot take vm\/default\/a: .*memory/],
    ['closed', 'a', 'closed', /host "closed" cannot take vm\/default\/a: cordoned/],
    ['a hypervisor that cannot', 'boxed', undefined, /"box" of vm\/default\/boxed cannot migrate live/],
    ['not running', 'off', undefined, /vm\/default\/off is Stopped: only a running VM can move/],
    ['nowhere', 'a', undefined, /no host can take vm\/default\/a: 0\//],
  ])('refused: %s', async (_name, name, to, message) => {
    const state = await occupied(
      box,
      hosted('box'),
      guest('boxed', ', placement: {hypervisors: [box]}'),
      vm('off', 'runPolicy: Halted'),
      'kind: Host\nmetadata: {name: small}\nspec: {hypervisor: xen, capacity: {cpu: 8, memory: 1Gi}}',
      xenHost('closed', 'unschedulable: true'),
    );
    const before = await state.store.revision();
    const asked = migrate(state, { name, namespace: 'default', to, ...patient });
    await expect(asked).rejects.toThrow(message);
    await expect(asked).rejects.toMatchObject({ exitCode: ExitCode.Refused });
    expect(await state.store.revision()).toBe(before);
  });
});

describe('a host that is cut off', () => {
  const cutOff = async (noticed: boolean): Promise<State> => {
    const state = await stateWith(xenHost('one'), vm('a'), xenHost('two'));
    const asked = { kind: 'Host', name: 'one', namespace: 'default', clear: false, ...patient } as const;
    await fault(state, { ...asked, type: 'NetworkLoss', wait: noticed });
    return state;
  };
  const held =
    'vm/default/a stays on one: it cannot leave: one cannot be reached, and a live migration needs both hosts';

  test('is not drained, and that is said at once', async () => {
    const state = await cutOff(true);
    const { unmet, run } = await drain(state, request);
    expect(unmet).toEqual([held]);
    expect(run?.outcome.type).toBe('settled');
    expect(run?.worldMs).toBe(0);
  });

  test('is tried until that is noticed, and then no more', async () => {
    const state = await cutOff(false);
    const { unmet, run } = await drain(state, request);
    expect(unmet).toEqual([held]);
    expect(run?.outcome.type).toBe('settled');
    expect(run?.worldMs).toBe(50_000);
    expect((await stored(state, 'VirtualMachine', 'a'))?.status).toMatchObject({
      phase: 'Running',
      host: 'one',
    });
  });
});

test('cordon and uncordon · whether new VMs come', async () => {
  const state = await stateWith(xenHost('one'));
  const asked = { names: ['host/one'], ...patient };
  await cordon(state, { ...asked, unschedulable: true });
  await applyText(state, vm('a'));
  expect((await stored(state, 'VirtualMachine', 'a'))?.status?.phase).toBe('Pending');
  const report = await cordon(state, { ...asked, unschedulable: false });
  expect(report.objects.map(({ action }) => action)).toEqual(['uncordoned']);
  expect((await stored(state, 'VirtualMachine', 'a'))?.status?.phase).toBe('Running');
});
