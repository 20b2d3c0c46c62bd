import { describe, expect, test } from 'vitest';
import { type ResizeSituation, resizeMethod } from '../../../src/controllers/machines/resize-method.ts';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

describe('the way to another size', () => {
  /** In words: what the hypervisor can do, and where there is room. */
  function situation(text: string): ResizeSituation {
    const has = (word: string): boolean => text.split(' ').includes(word);
    return {
      update: has('Live') ? 'Live' : has('Restart') ? 'Restart' : 'Auto',
      fixed: has('hotplug') ? undefined : 'CPU',
      liveMigration: has('migration'),
      fitsHere: has('here'),
      elsewhereLive: () => (has('there') ? undefined : 'none live'),
      elsewhereStopped: () => (has('there') || has('other') ? undefined : 'none'),
    };
  }

  test.each([
    ['Auto hotplug migration here there', 'InPlace'],
    ['Auto hotplug migration there', 'Migrate'],
    ['Auto hotplug migration other', 'Relocate'],
    ['Auto hotplug there', 'Relocate'],
    ['Auto hotplug migration', 'Refused NoHeadroom'],
    ['Auto migration here there', 'Restart'],
    ['Auto migration there', 'Migrate'],
    ['Auto migration other', 'Relocate'],
    ['Auto there', 'Relocate'],
    ['Auto', 'Refused NoHeadroom'],
    ['Live hotplug migration here there', 'InPlace'],
    ['Live hotplug migration there', 'Migrate'],
    ['Live hotplug migration other', 'Refused NoHeadroom'],
    ['Live hotplug there', 'Refused NoHeadroom'],
    ['Live here', 'Refused NotLive'],
    ['Live migration there', 'Refused NotLive'],
    ['Restart hotplug migration here', 'Restart'],
    ['Restart hotplug migration there', 'Migrate'],
    ['Restart hotplug other', 'Relocate'],
    ['Restart hotplug', 'Refused NoHeadroom'],
  ])('%s · %s', (text, expected) => {
    const method = resizeMethod(situation(text));
    expect(method.type === 'Refused' ? `Refused ${method.reason}` : method.type).toBe(expected);
  });

  test.each([
    ['Live here', 'its hypervisor cannot change its CPU while it runs, and it is not to restart'],
    ['Live hotplug migration', 'its host has no room, and it cannot move while it runs: none live'],
    [
      'Live hotplug there',
      'its host has no room, and it cannot move while it runs: its hypervisor has no live migration',
    ],
    ['Auto', 'its host has no room, nor has another: none'],
  ])('%s · says why not', (text, expected) => {
    expect(resizeMethod(situation(text))).toMatchObject({ type: 'Refused', why: expected });
  });
});

describe('in the world', () => {
  /** Xen without one of its features. */
  const lesser = `kind: Hypervisor
metadata: {name: lesser}
spec: {product: Lesser, architecture: BareMetal, modes: [Para], features: {liveMigration: true}}`;

  /** A host of so many cores, none of them promised twice. */
  function host(name: string, cpu: number, hypervisor = 'xen'): string {
    const spec = `overcommit: {cpu: 1, memory: 1}`;
    return xenHost(name, spec)
      .replace('cpu: 8', `cpu: ${cpu}`)
      .replace('hypervisor: xen', `hypervisor: ${hypervisor}`);
  }

  /** VM `web` of one core on h1, which is then to have two. */
  async function resized(hosts: readonly string[], update = ''): Promise<TestEngine> {
    const engine = new TestEngine();
    const [first = '', ...others] = hosts;
    await engine.write([someHypervisors, lesser, first, vm('web')].join('\n---\n'));
    await engine.settle();
    if (others.length > 0) await engine.write(others.join('\n---\n'));
    await engine.settle();
    const annotation = update === '' ? '' : `annotations: {vctl.dev/resize: ${update}}, `;
    const next = vm('web').replace('cpu: 1', 'cpu: 2').replace('metadata: {', `metadata: {${annotation}`);
    await engine.write(next);
    await engine.settle();
    return engine;
  }

  test.each([
    ['in place', [host('h1', 4)], '', 'h1 2 InPlace', ['Resized']],
    [
      'live, to a host with room',
      [host('h1', 2), host('h2', 4)],
      '',
      'h2 2 InPlace',
      ['Migrating', 'Migrated', 'Resized'],
    ],
    [
      'by a restart, without hotplug',
      [host('h1', 4, 'lesser')],
      '',
      'h1 2 Restarted',
      ['Restarting', 'Resized'],
    ],
    [
      'moved live and restarted there, without hotplug',
      [host('h1', 1, 'lesser'), host('h2', 4, 'lesser')],
      '',
      'h2 2 Restarted',
      ['Migrating', 'Migrated', 'Restarting', 'Resized'],
    ],
    [
      'by a restart on a host of another hypervisor',
      [host('h1', 2), host('h2', 4, 'lesser')],
      '',
      'h2 2 AsWanted',
      ['Restarting', 'NoHeadroom', 'Scheduled'],
    ],
    ['not at all where nothing has room', [host('h1', 2)], '', 'h1 1 NoHeadroom', ['ResizeRefused']],
    [
      'Restart · even where it could live',
      [host('h1', 4)],
      'Restart',
      'h1 2 Restarted',
      ['Restarting', 'Resized'],
    ],
    ['Live · not by a restart', [host('h1', 4, 'lesser')], 'Live', 'h1 1 NotLive', ['ResizeRefused']],
    [
      'Live · not to another hypervisor',
      [host('h1', 2), host('h2', 4, 'lesser')],
      'Live',
      'h1 1 NoHeadroom',
      ['ResizeRefused'],
    ],
  ])('%s', async (_name, hosts, update, expected, steps) => {
    const engine = await resized(hosts, update);
    const { status, metadata } = engine.get('VirtualMachine', 'web');
    const reason = status?.conditions?.find(({ type }) => type === 'Resized')?.reason;
    const cpu = (engine.world.machine(metadata.uid ?? '')?.cpuMillis ?? 0) / 1000;
    expect(`${status?.host} ${cpu} ${reason}`).toBe(expected);
    expect(status?.phase).toBe('Running');
    const told = engine
      .list('Event')
      .filter((event) => event.involvedObject?.name === 'web' && steps.includes(event.reason ?? ''))
      .map((event) => event.reason ?? '');
    expect(new Set(told)).toEqual(new Set(steps));
    const revision = await engine.store.revision();
    await engine.settle();
    expect(await engine.store.revision()).toBe(revision);
  });
});
