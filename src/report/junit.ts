/**
 * JUnit's XML as Jenkins and GitLab read it: a suite for each run, a case for each objective.
 * Source: https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
 */
import { type RunRecord, type Verdict } from '../model/run-record.ts';
import { formatMoment } from '../model/figures.ts';
import {
  describeFlow,
  describeLimit,
  describeMeasure,
  describeMiss,
  describeValue,
  describeWorst,
  runLength,
  runName,
} from './verdict-text.ts';

/**
 * The verdicts as JUnit XML. A missed objective is a failure; a run that was interrupted adds one case with an
 * error, so that half a run is never taken for a pass. No durations are given: world time in a CI server's
 * statistics of durations would mislead.
 */
export function junitReport(records: readonly RunRecord[]): string {
  const tests = records.reduce((sum, record) => sum + caseCount(record), 0);
  const failures = records.reduce((sum, record) => sum + missed(record), 0);
  const errors = records.filter((record) => record.interrupted).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    element('testsuites', { name: 'vctl', tests, failures, errors }, records.flatMap(suite)),
    '',
  ].join('\n');
}

const missed = (record: RunRecord) => record.verdicts.filter((verdict) => !verdict.met).length;
const caseCount = (record: RunRecord) => record.verdicts.length + (record.interrupted ? 1 : 0);

function suite(record: RunRecord): string[] {
  const name = runName(record);
  const counts = {
    tests: caseCount(record),
    failures: missed(record),
    errors: record.interrupted ? 1 : 0,
    skipped: 0,
  };
  const timestamp = new Date(record.startMs).toISOString().slice(0, 19);
  const properties = Object.entries({
    seed: record.seed,
    fidelity: record.fidelity,
    result: record.result,
    worldTime: runLength(record),
  }).map(([key, value]) => element('property', { name: key, value }));
  const cases = record.verdicts.map((verdict) => objective(name, verdict));
  if (record.interrupted) cases.push(interruption(name, record));
  return [
    element('testsuite', { name, ...counts, timestamp }, [element('properties', {}, properties), ...cases]),
  ];
}

function objective(suiteName: string, verdict: Verdict): string {
  const attributes = { name: verdict.name, classname: suiteName };
  if (!verdict.met) {
    const type = verdict.value === undefined ? 'not-measured' : 'objective-missed';
    const message = describeMiss(verdict);
    return element('testcase', attributes, [
      element('failure', { message, type }, [escapeXml(details(verdict))]),
    ]);
  }
  const limit = describeLimit(verdict);
  const flow = describeFlow(verdict);
  const beside = [limit, flow].filter((part) => part !== '').join('; ');
  const output = `${describeMeasure(verdict)}: ${describeValue(verdict)}${beside === '' ? '' : ` (${beside})`}`;
  return element('testcase', attributes, [element('system-out', {}, [escapeXml(output)])]);
}

function details(verdict: Verdict): string {
  const { fromMs, toMs } = verdict.window;
  const lines = [
    `measure: ${describeMeasure(verdict)}`,
    `value: ${describeValue(verdict)}`,
    `limit: ${describeLimit(verdict)}`,
    ...(verdict.flowValue === undefined ? [] : [describeFlow(verdict)]),
    `judged: ${formatMoment(fromMs)} to ${formatMoment(toMs)}`,
  ];
  const worst = describeWorst(verdict);
  return (worst === '' ? lines : [...lines, worst]).join('\n');
}

function interruption(suiteName: string, record: RunRecord): string {
  const message = `interrupted after ${runLength(record)} of world time`;
  return element('testcase', { name: 'runs to its end', classname: suiteName }, [
    element('error', { message, type: 'interrupted' }),
  ]);
}

/** `children` are XML already; attributes are escaped here. */
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const text = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
    .join('');
  if (children.length === 0) return `<${name}${text}/>`;
  const inner = children.join('\n');
  // Text stays as it is; only elements go on lines of their own.
  return inner.startsWith('<')
    ? `<${name}${text}>\n${inner}\n</${name}>`
    : `<${name}${text}>${inner}</${name}>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes for the text of an element; what XML 1.0 cannot hold at all becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/\p{Surrogate}|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** For the value of an attribute, whose line ends a reader would otherwise turn into spaces. */
function escapeAttribute(text: string): string {
  return escapeXml(text).replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
