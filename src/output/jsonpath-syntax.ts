import { ExitCode, UserError } from '../base/errors.ts';

/** The parts of a jsonpath template once parsed; see jsonpath-parse.ts for the language. */

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

export interface Path {
  /** `$` starts at the whole input, `@` or nothing at the element of the enclosing range or filter. */
  readonly from: 'root' | 'current';
  readonly steps: readonly Step[];
}

/** What a filter compares: the values of a path, or a literal. */
export type Operand =
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'literal'; readonly value: string | number | boolean | null };

export type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'descent' }
  /** Absent bounds are the array's ends; negative ones count from its end; `step` is at least 1. */
  | { readonly type: 'slice'; readonly start?: number; readonly end?: number; readonly step: number }
  | { readonly type: 'index'; readonly index: number }
  /** `['a.b']`: the key as it stands or else, as kubectl reads it, the path `.a.b`. */
  | { readonly type: 'key'; readonly name: string; readonly path: Path }
  | { readonly type: 'union'; readonly members: readonly Step[] }
  /** Without `comparison`, an element is kept when `left` finds anything. */
  | { readonly type: 'filter'; readonly left: Operand; readonly comparison?: Comparison };

export interface Comparison {
  readonly operator: Operator;
  readonly right: Operand;
}

export type TemplatePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'range'; readonly path: Path; readonly body: readonly TemplatePart[] };

/** The error for a template that cannot be understood. `position` counts from 0. */
export function malformed(template: string, position: number, problem: string): UserError {
  return new UserError(`jsonpath: ${problem} at position ${position + 1} of ${JSON.stringify(template)}`, {
    exitCode: ExitCode.Usage,
    nextSteps: [
      `write paths as '{.items[*].metadata.name}', lists as '{range .items[*]}{.metadata.name}{"\\n"}{end}'`,
    ],
  });
}
