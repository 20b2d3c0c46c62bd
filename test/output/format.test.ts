import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { parseOutputFormat } from '../../src/output/format.ts';

describe('parseOutputFormat', () => {
  test.each([
    ['table', { type: 'table', wide: false }],
    ['wide', { type: 'table', wide: true }],
    ['json', { type: 'json' }],
    ['yaml', { type: 'yaml' }],
    ['name', { type: 'name' }],
    ['jsonpath={.a=1}', undefined],
    ['jsonpath=a', { type: 'jsonpath', template: [{ type: 'text', text: 'a' }] }],
    [
      'custom-columns=N:.a',
      {
        type: 'custom-columns',
        columns: [{ heading: 'N', path: { from: 'current', steps: [{ type: 'field', name: 'a' }] } }],
      },
    ],
  ])('%s', (text, expected) => {
    if (expected === undefined) expect(() => parseOutputFormat(text)).toThrow(UserError);
    else expect(parseOutputFormat(text)).toEqual(expected);
  });

  test.each([
    ['jsn', 'output format "jsn" is not known; did you mean "json"?'],
    ['YAML', 'output format "YAML" is not known; did you mean "yaml"?'],
    ['jsonpth={.a}', 'output format "jsonpth" is not known; did you mean "jsonpath"?'],
    ['bananas', 'output format "bananas" is not known'],
    ['', 'output format "" is not known'],
    ['json=x', 'output format "json" takes no argument, got "=x"'],
    ['jsonpath', 'output format "jsonpath" needs a template'],
    ['jsonpath=', 'output format "jsonpath" needs a template'],
    ['custom-columns', 'output format "custom-columns" needs columns'],
    ['jsonpath-file=x', 'output format "jsonpath-file" is not known'],
    ['go-template={{.a}}', 'output format "go-template" is not known; use jsonpath instead'],
    ['custom-columns=NAME', 'custom-columns: column 1 is "NAME", expected HEADING:PATH'],
    ['custom-columns=N:.a,:.b', 'custom-columns: column 2 is ":.b", expected HEADING:PATH'],
    ['custom-columns=N:.a,', 'custom-columns: column 2 is "", expected HEADING:PATH'],
  ])('refuses %s', (text, message) => {
    let caught: unknown;
    try {
      parseOutputFormat(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UserError);
    expect((caught as UserError).message).toBe(message);
    expect((caught as UserError).exitCode).toBe(2);
    expect((caught as UserError).nextSteps.length).toBeGreaterThan(0);
  });
});
