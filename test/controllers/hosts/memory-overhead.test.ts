import { describe, expect, test } from 'vitest';
import { memoryBytes } from '../../../src/base/quantity.ts';
import { TestEngine } from '../../support/engine.ts';
import { publishedOverheads } from '../../performance/published-overheads.ts';

const mib = 2 ** 20;

const esx = (spec = ''): string =>
  `kind: Hypervisor\nmetadata: {name: esx}\nspec: {product: ESX, architecture: BareMetal, modes: [Full], features: {cpuHotplug: true, memoryHotplug: true}${spec}}`;

const host = (name: string, memory = '32Gi'): string =>
  `kind: Host\nmetadata: {name: ${name}}\nspec: {hypervisor: esx, capacity: {cpu: 16, memory: ${memory}}}`;

const guest = (name: string, cpu: number, memory: string, on = ''): string =>
  `kind: VirtualMachine\nmetadata: {name: ${name}}\nspec: {guest: {os: debian-12}, resources: {cpu: ${cpu}, memory: ${memory}}, placement: {hostSelector: {${on}}}}`;

async function placed(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write(documents.join('\n---\n'));
  await engine.settle();
  return engine;
}

const allocatedMemory = (engine: TestEngine, name: string): number =>
  memoryBytes(engine.get('Host', name).status?.allocated?.memory);

test('every published cell is what a placed guest takes of its host beside its own memory', async () => {
  const engine = await placed(
    esx(),
    ...publishedOverheads.flatMap(({ memoryMib, vcpus }, i) => [
      host(`h${i}`),
      guest(`g${i}`, vcpus, `${memoryMib}Mi`, `kubernetes.io/hostname: h${i}`),
    ]),
  );
  expect(publishedOverheads).toHaveLength(16);
  for (const [i, { memoryMib, overheadMib }] of publishedOverheads.entries()) {
    const overhead = allocatedMemory(engine, `h${i}`) / mib - memoryMib;
    expect(Math.abs(overhead / overheadMib - 1), `${memoryMib} MB`).toBeLessThan(0.004);
  }
});

describe('what the manifest of a hypervisor says', () => {
  test.each([
    { name: 'nothing', spec: '', overheadMib: 14.33 + 4 * 2 + 7.61 * 4 },
    { name: 'an amount for each VM', spec: ', perVirtualMachine: {memory: 100Mi}', overheadMib: 100 },
    {
      name: 'parameters of the formula',
      spec: ', performance: {memory: {fixed: 10Mi, perCpu: 1Mi, perGiB: 2Mi}}',
      overheadMib: 10 + 2 + 8,
    },
    {
      name: 'both, and the amount holds',
      spec: ', perVirtualMachine: {memory: 100Mi}, performance: {memory: {fixed: 10Mi}}',
      overheadMib: 100,
    },
  ])('$name · a guest of 2 vCPU and 4 GiB', async ({ spec, overheadMib }) => {
    const engine = await placed(esx(spec), host('h'), guest('g', 2, '4Gi'));
    expect(allocatedMemory(engine, 'h') / mib - 4096).toBeCloseTo(overheadMib, 4);
  });

  test('changed under running guests · the host has what is left', async () => {
    const engine = await placed(esx(), host('h'), guest('a', 2, '4Gi'), guest('b', 1, '1Gi'));
    await engine.write(esx(', perVirtualMachine: {memory: 100Mi}'));
    await engine.settle();
    expect(allocatedMemory(engine, 'h')).toBe((4096 + 1024 + 200) * mib);
    await engine.write(esx());
    await engine.settle();
    const overhead = 2 * 14.33 + 3 * 4 + 7.61 * 5;
    expect(allocatedMemory(engine, 'h') / mib - 5120).toBeCloseTo(overhead, 4);
  });
});

describe('room for a guest is room for its overhead', () => {
  test('a large guest that would fit with the overhead of a small one is refused', async () => {
    // 14.33 + 8 x 4 + 16 x 7.61 = 168.1 MiB: 16 GiB and 100 MiB are not enough.
    const engine = await placed(esx(), host('h', '16484Mi'), guest('g', 8, '16Gi'));
    expect(engine.condition(engine.get('VirtualMachine', 'g'), 'Scheduled')).toBe('False Unschedulable');
  });

  test('what grows in place takes more overhead, too', async () => {
    const engine = await placed(esx(), host('h', '16484Mi'), guest('g', 1, '1Gi'));
    expect(engine.get('VirtualMachine', 'g').status?.host).toBe('h');
    await engine.write(guest('g', 8, '16Gi'));
    await engine.settle();
    expect(engine.condition(engine.get('VirtualMachine', 'g'), 'Resized')).toBe('False NoHeadroom');
  });
});
