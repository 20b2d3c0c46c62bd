/** Every folder of manifests/scenarios: its objectives pass, twice to the byte, and another seed tells another story. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { whatIf, type WhatIfRequest } from '../../src/what-if/what-if.ts';
import { listDirectory } from '../../src/base/listing.ts';
import { type RunRecord } from '../../src/model/run-record.ts';

const folder = join(import.meta.dirname, '..', '..', 'manifests', 'scenarios');
const names = listDirectory(folder)
  .filter(({ isDirectory }) => isDirectory)
  .map(({ name }) => name);

async function run(name: string, more: Partial<WhatIfRequest> = {}): Promise<RunRecord> {
  const request = { paths: [join(folder, name)], recursive: false, scenarios: [], judged: true, ...more };
  const { runs, diagnostics } = await whatIf(request);
  expect(diagnostics).toEqual([]);
  expect(runs).toHaveLength(1);
  return runs[0]!.record;
}

describe.each(names)('%s', (name) => {
  test('meets its objectives, and comes out the same twice', { timeout: 120_000 }, async () => {
    const record = await run(name);
    expect(record.verdicts.filter(({ met }) => !met)).toEqual([]);
    expect(record.verdicts.length).toBeGreaterThan(0);
    expect(JSON.stringify(await run(name))).toBe(JSON.stringify(record));
  });
});

test('another seed gives another result', async () => {
  const [one, other] = [
    await run('flash-crowd', { for: '1h' }),
    await run('flash-crowd', { for: '1h', seed: 7 }),
  ];
  expect(other.result).not.toBe(one.result);
});
