import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nothingLive } from '../support/nothing-live.ts';
import { checkManifests } from '../../src/manifest/check.ts';
import { parseCsv } from '../../src/manifest/csv.ts';
import { loadManifests } from '../../src/manifest/load.ts';
import { withTrace } from '../../src/manifest/trace.ts';

describe('CSV', () => {
  test.each([
    [
      'plain',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'quoted commas, quotes and line ends',
      '"a,1","b ""x"""\r\n"1\n2",3',
      [
        ['a,1', 'b "x"'],
        ['1\n2', '3'],
      ],
    ],
    [
      'empty fields and lines',
      'a,,\n\n,1\n',
      [
        ['a', '', ''],
        ['', '1'],
      ],
    ],
    ['a comma at the very end', 'a,', [['a', '']]],
    ['nothing', '', []],
    ['an unclosed quote', 'a,"b', undefined],
  ])('%s', (_name, text, rows) => expect(parseCsv(text)).toEqual(rows));
});

describe('a trace beside its manifest', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'vctl-trace-'));
    mkdirSync(join(root, 'data'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  async function load(trace: string, csv?: string): Promise<{ trace: unknown; said: string[] }> {
    if (csv !== undefined) writeFileSync(join(root, 'data/load.csv'), csv);
    const manifest = join(root, 'traffic.yaml');
    writeFileSync(
      manifest,
      `apiVersion: vctl.dev/v1alpha1
kind: Traffic
metadata: {name: day}
spec:
  to: {kind: VirtualMachine, selector: {}}
  pattern:
    trace:
      interval: 5m
${trace}`,
    );
    const { objects, diagnostics } = await checkManifests(loadManifests([manifest]), nothingLive);
    const spec = objects[0]?.object.spec as { pattern?: { trace?: unknown } } | undefined;
    return {
      trace: spec?.pattern?.trace,
      said: diagnostics.map(
        (d) => `${d.line}:${d.column} ${d.severity} ${d.code}: ${d.message.replace(root, '')}`,
      ),
    };
  }

  const file = '      file: data/load.csv\n';

  test('gives the object its samples; the file stays named', async () => {
    expect(
      await load(file, '\uFEFFtimestamp,value\n2014-04-10 00:04:00,94.0\n2014-04-10 00:09:00,56\n'),
    ).toEqual({
      trace: { interval: '5m', file: 'data/load.csv', samples: [94, 56] },
      said: [],
    });
  });

  test('takes the column that is named', async () => {
    const { trace } = await load(`${file}      column: cpu\n`, 'cpu,value\n0.5,1\n');
    expect(trace).toMatchObject({ samples: [0.5] });
  });

  test.each([
    [
      'no such file',
      file,
      undefined,
      '9:7 error TRACE_FILE_NOT_FOUND: trace file data/load.csv: there is no file /data/load.csv',
    ],
    [
      'no such column',
      `${file}      column: vaule\n`,
      'time,value\n1,2\n',
      '10:7 error TRACE_COLUMN_NOT_FOUND: trace file data/load.csv has no column "vaule"; did you mean "value"?',
    ],
    [
      'no such default column',
      file,
      'time,load\n1,2\n',
      '7:5 error TRACE_COLUMN_NOT_FOUND: trace file data/load.csv has no column "value"',
    ],
    [
      'not a number',
      file,
      'value\n1\nmany\n',
      '9:7 error TRACE_NOT_A_NUMBER: trace file data/load.csv, row 3: column "value" must be a number of at least 0, not "many"',
    ],
    [
      'negative',
      file,
      'value\n-1\n',
      '9:7 error TRACE_NOT_A_NUMBER: trace file data/load.csv, row 2: column "value" must be a number of at least 0, not "-1"',
    ],
    [
      'a short row',
      file,
      'time,value\n1\n',
      '9:7 error TRACE_NOT_A_NUMBER: trace file data/load.csv, row 2: column "value" must be a number of at least 0, not ""',
    ],
    ['no rows', file, 'value\n', '9:7 error TRACE_EMPTY: trace file data/load.csv has a header but no rows'],
    [
      'an unclosed quote',
      file,
      'value\n"1\n',
      '9:7 error TRACE_NOT_CSV: trace file data/load.csv: a quote is not closed',
    ],
    [
      'an absolute path',
      '      file: /etc/hosts\n',
      undefined,
      '9:7 error TRACE_FILE_NOT_RELATIVE: trace file /etc/hosts: the path must be relative to the manifest',
    ],
    [
      'a directory',
      '      file: data\n',
      undefined,
      '9:7 error TRACE_FILE_UNREADABLE: trace file data: it is no plain file',
    ],
  ])('%s', async (_name, trace, csv, message) => {
    expect((await load(trace, csv)).said).toEqual([message]);
  });

  test('samples that are given stand in for a file that is gone', async () => {
    const { trace, said } = await load(`${file}      samples: [1, 2]\n`);
    expect(trace).toMatchObject({ samples: [1, 2] });
    expect(said).toEqual([
      '9:7 warning TRACE_FILE_NOT_FOUND: trace file data/load.csv: there is no file /data/load.csv; the samples in the manifest are used',
    ]);
  });
});

test.skipIf(process.platform === 'win32')('a device is no trace, and is not read', () => {
  const { problem } = withTrace(
    { kind: 'Traffic', spec: { pattern: { trace: { file: 'full.csv' } } } },
    join(folderWith('full.csv', '/dev/zero'), 'a.yaml'),
  );
  expect(problem).toMatchObject({ code: 'TRACE_FILE_UNREADABLE' });
  expect(problem?.message).toContain('is no plain file');
});

function folderWith(name: string, target: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'vctl-trace-'));
  symlinkSync(target, join(folder, name));
  return folder;
}
