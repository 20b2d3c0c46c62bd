import { describe, expect, test } from 'vitest';
import { type RunRecord } from '../../src/model/run-record.ts';
import { type ReportDocument } from '../../src/report/page-data.ts';
import { htmlReport } from '../../src/report/html.ts';
import { flashCrowd, makeRecord } from '../support/run-record.ts';

const small = makeRecord({ ...flashCrowd, hours: 1, stepMs: 60_000 });

/** What the program in the page is given. */
function embedded(page: string): ReportDocument {
  const [, json = ''] = /<script type="application\/json" id="report">([^]*?)<\/script>/.exec(page) ?? [];
  return JSON.parse(json) as ReportDocument;
}

describe('HTML report', () => {
  test('answers in its title and first sentence', () => {
    const page = htmlReport([small]);
    expect(page).toContain('<title>default/flash-crowd: 1 of 3 objectives missed</title>');
    expect(page).toContain(
      'Mean error rate of lb/default/shop was 0.423 %, wanted &lt; 0.1 %; worst 09:02–09:07',
    );
    expect(page).toContain('<code>9f3c1e</code>');
  });

  test('a row an objective with a tick or a cross in words', () => {
    const page = htmlReport([small]);
    expect(page.match(/<tr class="met">/g)).toHaveLength(2);
    expect(page.match(/<tr class="missed">/g)).toHaveLength(1);
    expect(page.match(/role="img" aria-label="met"/g)).toHaveLength(2);
  });

  test('what the flow model makes of single requests stands beside them', () => {
    const figures = { requests: 1000, failed: 0.01, meanMs: 20, p50Ms: 15, p95Ms: 60, p99Ms: 90 };
    const page = htmlReport([
      {
        ...small,
        fidelity: 'requests',
        verdicts: small.verdicts.map((verdict) => ({ ...verdict, flowValue: 0.0321 })),
        fidelities: [{ of: 'lb/default/shop', played: figures, flow: { ...figures, p95Ms: 57, failed: 0 } }],
      },
    ]);
    expect(page).toContain('<dd>requests</dd>');
    expect(page.match(/data-label="Flow model"/g)).toHaveLength(3);
    expect(page.replace(/\s+/g, ' ')).toContain('57 ms <small>−5.0 %</small>');
    expect(htmlReport([small])).not.toMatch(/Flow model|flow model/);
  });

  test('several scenarios: a table of them and a section each', () => {
    const page = htmlReport([small, { ...small, scenario: 'default/calm' }]);
    expect(page).toContain('<a href="#run-1">default/calm</a>');
    expect(page.match(/<section class="run"/g)).toHaveLength(2);
    expect(htmlReport([small])).not.toContain('<table class="overview">');
  });

  test('loads nothing', () => {
    const page = htmlReport([small]);
    expect(page).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
    expect(page).not.toMatch(/url\(|@import|\bfetch\(|XMLHttpRequest|importScripts/);
    expect(page).toContain(`default-src 'none'`);
  });

  test('names that close elements do no harm and arrive whole', () => {
    const nasty = `</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>"'`;
    const record: RunRecord = {
      ...small,
      scenario: nasty,
      series: small.series.map((series) => ({ ...series, of: series.of && nasty + series.of })),
      marks: [{ atMs: small.startMs, type: 'Fault', subject: nasty, text: nasty }],
      verdicts: small.verdicts.map((verdict) => ({ ...verdict, name: nasty, of: nasty })),
      topology: { ...small.topology, hosts: small.topology.hosts.map((host) => ({ ...host, name: nasty })) },
    };
    const page = htmlReport([record]);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toMatch(/<img|<!--/);
    expect(embedded(page).runs[0]?.marks[0]?.text).toBe(nasty);
  });

  test('the same records give the same bytes', () => {
    expect(htmlReport([small])).toBe(htmlReport([structuredClone(small)]));
  });
});

describe('the size of a page stays below 2 MB', () => {
  test.each([
    ['a day, hundreds of subjects', [{ ...flashCrowd, applications: 150, stepMs: 30_000 }]],
    ['1000 hosts with 10,000 VMs', [{ ...flashCrowd, hours: 2, hosts: 1000, machinesPerHost: 10 }]],
    ['12 scenarios', Array.from({ length: 12 }, () => ({ ...flashCrowd, stepMs: 60_000, hosts: 100 }))],
  ])('%s', (_name, shapes) => {
    const records = shapes.map(makeRecord);
    const page = htmlReport(records);
    expect(page.length).toBeLessThan(2_000_000);
    const [first] = embedded(page).runs;
    expect(first?.subjects[0]).toBe('');
    expect(first?.subjects[1]).toBe('lb/default/shop');
  });

  test('what is left out is said', () => {
    const page = htmlReport([makeRecord({ ...flashCrowd, applications: 150, stepMs: 60_000 })]);
    expect(page).toMatch(/Left out to keep this page small: the series of \d+ less eventful subjects/);
    expect(htmlReport([small])).not.toContain('Left out');
  });
});

describe('what is not as it should be is said', () => {
  test('an objective that nothing measured, with the reason', () => {
    const verdicts = small.verdicts.map(({ value: _, ...verdict }) => ({
      ...verdict,
      met: false,
      note: 'no request was answered',
    }));
    const page = htmlReport([{ ...small, verdicts }]);
    expect(page).toContain('Total cost was not measured: no request was answered.');
    expect(page).toContain('<title>default/flash-crowd: 3 of 3 objectives missed</title>');
  });

  test('a world that had not come up, and a run that was interrupted', () => {
    const bringUp = { worldMs: 3_600_000, settled: false, waitingFor: ['vm/default/big has no host'] };
    const page = htmlReport([{ ...small, bringUp, interrupted: true }]);
    expect(page).toContain('Not all was as wanted when it began: vm/default/big has no host.');
    expect(page).toContain('The run was interrupted after 1h; all figures end there.');
  });

  test('no objectives', () => {
    expect(htmlReport([{ ...small, verdicts: [] }])).toContain('No objectives were set.');
  });
});
