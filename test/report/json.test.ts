import { expect, test } from 'vitest';
import { jsonReport } from '../../src/report/json.ts';
import { flashCrowd, makeRecord } from '../support/run-record.ts';

const record = makeRecord({ ...flashCrowd, hours: 1, stepMs: 60_000 });

test('JSON · everything of the records, and a summary', () => {
  const report = JSON.parse(jsonReport([record, record])) as { summary: unknown; runs: unknown[] };
  expect(report.summary).toEqual({ runs: 2, objectives: 6, missed: 2 });
  expect(report.runs[1]).toEqual(JSON.parse(JSON.stringify(record)));
});

test('JSON · a series takes one line', () => {
  const lines = jsonReport([record]).split('\n');
  expect(lines.filter((line) => line.trim().startsWith('"values": ['))).toHaveLength(record.series.length);
});

test('JSON · no records at all', () => {
  expect(JSON.parse(jsonReport([]))).toMatchObject({ summary: { runs: 0 }, runs: [] });
});
