import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { evaluatePath, renderTemplate } from '../../src/output/jsonpath.ts';
import { parsePath, parseTemplate } from '../../src/output/jsonpath-parse.ts';

const data = {
  kind: 'List',
  items: [
    {
      metadata: {
        name: 'web-0',
        labels: { app: 'web' },
        annotations: { 'vctl.dev/note': 'first', 'a.b': 'dot' },
      },
      status: { phase: 'Running', cpu: 2, ready: true, conditions: [{ type: 'Ready', status: 'True' }] },
    },
    {
      metadata: { name: 'web-1', labels: { app: 'web', tier: 'front' } },
      status: { phase: 'Booting', cpu: 8, ready: false, conditions: [{ type: 'Ready', status: 'False' }] },
    },
    { metadata: { name: 'db-0' }, status: { phase: 'Running', cpu: 4 } },
  ],
};

const render = (template: string): string => renderTemplate(parseTemplate(template), data);

describe('templates', () => {
  test.each([
    ['text only', 'plain', 'plain'],
    ['empty', '', ''],
    ['wildcard', '{.items[*].metadata.name}', 'web-0 web-1 db-0'],
    ['without braces', '.items[0].metadata.name', 'web-0'],
    ['$ at the start', '{$.kind}', 'List'],
    ['@ is the current object', '{@.kind}', 'List'],
    ['blanks within braces', '{ .kind }', 'List'],
    ['text around', 'a {.kind} z', 'a List z'],
    ['index', '{.items[1].metadata.name}', 'web-1'],
    ['negative index', '{.items[-1].metadata.name}', 'db-0'],
    ['index out of bounds', '{.items[7].metadata.name}', ''],
    ['slice', '{.items[0:2].metadata.name}', 'web-0 web-1'],
    ['open slice', '{.items[1:].metadata.name}', 'web-1 db-0'],
    ['slice from the end', '{.items[-1:].metadata.name}', 'db-0'],
    ['stepped slice', '{.items[::2].metadata.name}', 'web-0 db-0'],
    ['union of indexes', '{.items[2,0].metadata.name}', 'db-0 web-0'],
    ['union of keys', "{.items[0]['kind','status'].phase}", 'Running'],
    ['union of paths', "{.items[*]['metadata.name', 'status.cpu']}", 'web-0 web-1 db-0 2 8 4'],
    ['wildcard over fields, by name', '{.items[1].metadata.labels.*}', 'web front'],
    [
      'range',
      '{range .items[*]}{.metadata.name}{"\\t"}{.status.phase}{"\\n"}{end}',
      'web-0\tRunning\nweb-1\tBooting\ndb-0\tRunning\n',
    ],
    [
      'nested range',
      '{range .items[0:2]}[{range .status.conditions[*]}{.type}={.status}{end}]{end}',
      '[Ready=True][Ready=False]',
    ],
    ['$ within a range is the whole', '{range .items[0:2]}{$.kind} {end}', 'List List '],
    ['single quotes', "{'it\\'s'}", "it's"],
    ['filter ==', '{.items[?(@.status.phase=="Running")].metadata.name}', 'web-0 db-0'],
    ['filter with blanks', '{.items[?( @.status.phase == "Running" )].metadata.name}', 'web-0 db-0'],
    ['filter !=', '{.items[?(@.status.phase!="Running")].metadata.name}', 'web-1'],
    ['filter <', '{.items[?(@.status.cpu<4)].metadata.name}', 'web-0'],
    ['filter <=', '{.items[?(@.status.cpu<=4)].metadata.name}', 'web-0 db-0'],
    ['filter >', '{.items[?(@.status.cpu>4)].metadata.name}', 'web-1'],
    ['filter >=', '{.items[?(@.status.cpu>=4)].metadata.name}', 'web-1 db-0'],
    ['filter of a truth value', '{.items[?(@.status.ready==true)].metadata.name}', 'web-0'],
    ['filter of existence', '{.items[?(@.metadata.labels.tier)].metadata.name}', 'web-1'],
    [
      'filter against another path',
      '{.items[?(@.status.phase==$.items[0].status.phase)].metadata.name}',
      'web-0 db-0',
    ],
    ['filter of unlike types', '{.items[?(@.status.cpu=="2")].metadata.name}', ''],
    ['filter then step', '{.items[0].status.conditions[?(@.type=="Ready")].status}', 'True'],
    ['filter of a quoted bracket', '{.items[?(@.metadata.name==")]")].kind}', ''],
    ['recursive descent', '{..name}', 'web-0 web-1 db-0'],
    [
      'recursive descent below a path',
      '{.items[1]..status}',
      '{"conditions":[{"status":"False","type":"Ready"}],"cpu":8,"phase":"Booting","ready":false} False',
    ],
    [
      'recursive descent alone',
      '{.items[1].metadata..}',
      '{"labels":{"app":"web","tier":"front"},"name":"web-1"} {"app":"web","tier":"front"} web front web-1',
    ],
    ['escaped dot', '{.items[0].metadata.annotations.vctl\\.dev/note}', 'first'],
    ['bracketed key with dots', "{.items[0].metadata.annotations['vctl.dev/note']}", 'first'],
    ['bracketed key, the key itself first', "{.items[0].metadata.annotations['a.b']}", 'dot'],
    ["bracketed key with kubectl's escape", "{.items[0].metadata.annotations['a\\.b']}", 'dot'],
    ['an object as JSON', '{.items[1].metadata.labels}', '{"app":"web","tier":"front"}'],
    ['missing is empty', '{.items[0].spec.nothing}', ''],
    ['inherited names are no fields', '{.items[0].constructor}', ''],
    ['the whole', '{.items[2].metadata}', '{"name":"db-0"}'],
  ])('%s', (_name, template, expected) => {
    expect(render(template)).toBe(expected);
  });
});

describe('malformed templates', () => {
  test.each([
    ['unclosed brace', '{.items', 'expected "}" but found the end at position 8'],
    ['empty action', '{}', 'unexpected "}" at position 2'],
    ['identifier', '{name}', 'unexpected "n" at position 2'],
    ['unclosed bracket', '{.items[0', '"[" without "]" at position 8'],
    ['empty bracket', '{.items[]}', 'unexpected "]" at position 9'],
    ['junk in a bracket', '{.items[x]}', 'unexpected "x" at position 9'],
    ['zero step', '{.items[::0]}', 'the step of a slice must be at least 1 at position 10'],
    ['unclosed quote', '{"abc}', 'a literal without its closing quote at position 2'],
    ['unclosed filter', '{.items[?(@.a==1]}', 'expected ")" but found "]" at position 17'],
    ['filter without right side', '{.items[?(@.a==)]}', 'unexpected ")" at position 16'],
    ['range without end', 'x{range .items[*]}{.a}', '{range} without {end} at position 2'],
    ['end without range', '{.a}{end}', '{end} without {range} at position 5'],
    ['range without path', '{range}', 'unexpected "}" at position 7'],
    ['two paths in one action', '{.a .b}', 'expected "}" but found "." at position 5'],
    ['dangling escape', '.a\\', 'nothing after "\\" at position 4'],
    ['stray character in a path', '.a)', 'unexpected ")" at position 3'],
  ])('%s', (_name, template, problem) => {
    let caught: unknown;
    try {
      parseTemplate(template);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UserError);
    expect((caught as UserError).message).toBe(`jsonpath: ${problem} of ${JSON.stringify(template)}`);
    expect((caught as UserError).exitCode).toBe(2);
  });

  test('any text is a template or a UserError', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '.',
      '..',
      '?(',
      ')',
      '@',
      '$',
      '"',
      "'",
      '\\',
      'a',
      '1',
      ':',
      ',',
      '*',
      '==',
      ' ',
      'range ',
      'end',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          renderTemplate(parseTemplate(pieces.join('')), data);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('paths', () => {
  test.each([
    ['braced', '{.status.phase}'],
    ['dotted', '.status.phase'],
    ['bare', 'status.phase'],
  ])('%s', (_name, text) => {
    expect(evaluatePath(parsePath(text), { status: { phase: 'Running' } })).toEqual(['Running']);
  });

  test('the path of a place in a value finds what stands there', () => {
    const key = fc.string({ minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(key, fc.nat({ max: 3 })), { minLength: 1, maxLength: 5 }),
        fc.jsonValue(),
        (steps, leaf) => {
          let value: unknown = leaf;
          for (const step of steps.toReversed()) {
            value =
              typeof step === 'number'
                ? Object.assign([0, 1, 2, 3], { [step]: value })
                : Object.fromEntries([[step, value]]);
          }
          const path = steps
            .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step.replace(/[^]/gu, '\\$&')}`))
            .join('');
          expect(evaluatePath(parsePath(`${path}`), value)).toEqual([leaf]);
        },
      ),
    );
  });
});
