import { describe, expect, test } from 'vitest';
import { withVariables } from '../../src/gitops/substitute.ts';
import { withIgnored } from '../../src/gitops/ignore.ts';
import { parseText } from '../../src/manifest/parse.ts';
import { type KubeObject } from '../../src/model/object.ts';

const variables = { ZONE: 'a', COUNT: 3, ON: true, EVIL: 'x\nkind: Other\n# ', NESTED: '${ZONE}' };

function replaced(text: string): unknown {
  const { objects, problems } = withVariables(parseText(text), variables);
  return problems.length > 0
    ? problems.map(({ code, message, line, column }) => `${line}:${column} ${code} ${message}`)
    : objects.map(({ value }) => value);
}

describe('variables', () => {
  test.each<[string, string, unknown]>([
    ['within a text', 'a: zone-${ZONE}-${COUNT}', [{ a: 'zone-a-3' }]],
    ['alone, with its type', 'a: ${COUNT}\nb: ${ON}', [{ a: 3, b: true }]],
    ['in lists', 'a: ["${ZONE}", {b: "${ZONE}"}]', [{ a: ['a', { b: 'a' }] }]],
    ['escaped', 'a: $${ZONE} and $$${ZONE}', [{ a: '${ZONE} and $${ZONE}' }]],
    ['a lone dollar', 'a: $ZONE $$ $5', [{ a: '$ZONE $$ $5' }]],
    ['a value is a value, whatever it holds', 'a: ${EVIL}', [{ a: variables.EVIL }]],
    ['what was put in is not looked into', 'a: ${NESTED}', [{ a: '${ZONE}' }]],
    ['names of fields stay', '"${ZONE}": 1', [{ '${ZONE}': 1 }]],
    ['comments stay', 'a: 1 # ${NOPE}', [{ a: 1 }]],
    ['unknown', 'x: 1\na: {b: "${NOPE}"}', ['2:5 UNKNOWN_VARIABLE the variable NOPE is not set']],
    ['no name', 'a: ${1x}', ['1:1 UNKNOWN_VARIABLE ${1x} is no variable']],
    ['not closed', 'a: "${ZONE"', ['1:1 UNKNOWN_VARIABLE ${ZONE is no variable']],
    [
      'of JavaScript itself',
      'a: ${constructor}',
      ['1:1 UNKNOWN_VARIABLE the variable constructor is not set'],
    ],
    [
      'switched off for an object',
      'metadata: {annotations: {vctl.dev/substitute: disabled}}\na: ${NOPE}',
      [{ metadata: { annotations: { 'vctl.dev/substitute': 'disabled' } }, a: '${NOPE}' }],
    ],
  ])('%s', (_name, text, expected) => {
    expect(replaced(text)).toEqual(expected);
  });
});

describe('ignored fields', () => {
  const applied = {
    apiVersion: 'v',
    kind: 'Host',
    metadata: { name: 'a' },
    spec: { x: 1, list: [{ y: 1 }, { y: 2 }] },
  };
  const live = { ...applied, spec: { x: 5, list: [{ y: 7 }] } };
  const ignoring = (pointers: readonly string[], there: KubeObject | undefined = live, more = {}): unknown =>
    withIgnored(applied, there, [{ kind: 'Host', pointers, ...more }]).spec;

  test.each<[string, unknown, unknown]>([
    ['are as they are', ignoring(['/spec/x']), { ...applied.spec, x: 5 }],
    ['in items of lists too', ignoring(['/spec/list/0/y']), { ...applied.spec, list: [{ y: 7 }, { y: 2 }] }],
    ['an item that is not there stays', ignoring(['/spec/list/1']), applied.spec],
    [
      'are not declared where there is none',
      ignoring(['/spec/x'], { ...live, spec: {} }),
      { list: applied.spec.list },
    ],
    [
      'count for a new object',
      withIgnored(applied, undefined, [{ kind: 'Host', pointers: ['/spec/x'] }]).spec,
      applied.spec,
    ],
    ['of other names count', ignoring(['/spec/x'], live, { name: 'b' }), applied.spec],
    ['what is not declared stays undeclared', ignoring(['/spec/none']), applied.spec],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toEqual(expected);
  });
});
