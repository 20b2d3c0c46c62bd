import { describe, expect, test } from 'vitest';
import { type RunRecord } from '../../src/model/run-record.ts';
import { escapeXml, junitReport } from '../../src/report/junit.ts';
import { flashCrowd, makeRecord } from '../support/run-record.ts';

const small = makeRecord({ ...flashCrowd, hours: 1, stepMs: 60_000 });

describe('JUnit', () => {
  test('a suite a run, a case an objective, a failure a missed one', () => {
    const text = junitReport([small, { ...small, scenario: 'default/other' }]);
    expect(text).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="vctl" tests="6" failures="2" errors="0">/,
    );
    expect(
      text.match(
        /<testsuite name="default\/(flash-crowd|other)" tests="3" failures="1" errors="0" skipped="0"/g,
      ),
    ).toHaveLength(2);
    expect(text.match(/<testcase /g)).toHaveLength(6);
    expect(text).toContain(
      '<failure message="mean error rate of lb/default/shop was 0.423 %, wanted &lt; 0.1 %; worst 09:02–09:07, while 6 VMs booted (sp/default/shop scaled 4 → 10)" type="objective-missed">',
    );
  });

  test('what was not measured is a failure of its own type', () => {
    const verdicts = small.verdicts.map((verdict) => ({ ...verdict, value: undefined, met: false }));
    expect(junitReport([{ ...small, verdicts }]).match(/type="not-measured"/g)).toHaveLength(3);
  });

  test('an interrupted run is no pass', () => {
    const record: RunRecord = { ...small, interrupted: true, verdicts: [] };
    expect(junitReport([record])).toMatch(
      /tests="1" failures="0" errors="1"[^]*<error message="interrupted after 1h/,
    );
  });

  test('names with markup, line ends and what XML cannot hold stay harmless', () => {
    const nasty = `]]><x a="1">&amp;'\n\u0000\ud800`;
    const verdicts = small.verdicts.map((verdict) => ({ ...verdict, name: nasty, of: nasty }));
    const text = junitReport([{ ...small, scenario: nasty, verdicts }]);
    expect(text).toContain('name="]]&gt;&lt;x a=&quot;1&quot;&gt;&amp;amp;&apos;&#10;\ufffd\ufffd"');
    expect(text).not.toMatch(/<x|\u0000|\p{Surrogate}/u);
  });

  test('text of elements keeps its lines', () => {
    expect(escapeXml('a\nb < c')).toBe('a\nb &lt; c');
  });
});
