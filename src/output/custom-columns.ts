import { ExitCode, UserError } from '../base/errors.ts';
import { evaluatePath, valueText } from './jsonpath.ts';
import { parsePath } from './jsonpath-parse.ts';
import { type Path } from './jsonpath-syntax.ts';
import { type Table } from './table.ts';

/** One `HEADING:PATH` of `-o custom-columns`. */
export interface CustomColumn {
  readonly heading: string;
  readonly path: Path;
}

/**
 * Parses `NAME:.metadata.name,PHASE:.status.phase`. Commas within brackets and quotes belong to the path.
 * Throws a UserError when a column lacks its heading or path, or the path is malformed.
 */
export function parseCustomColumns(text: string): readonly CustomColumn[] {
  return splitColumns(text).map((column, index) => {
    const colon = column.indexOf(':');
    if (colon < 1 || colon === column.length - 1) {
      throw new UserError(
        `custom-columns: column ${index + 1} is ${JSON.stringify(column)}, expected HEADING:PATH`,
        {
          exitCode: ExitCode.Usage,
          nextSteps: ["write -o 'custom-columns=NAME:.metadata.name,PHASE:.status.phase'"],
        },
      );
    }
    return { heading: column.slice(0, colon).trim(), path: parsePath(column.slice(colon + 1).trim()) };
  });
}

/** One row an object; several values of a path are joined by commas, none shows as `<none>`. */
export function customTable(columns: readonly CustomColumn[], objects: readonly unknown[]): Table {
  return {
    columns: columns.map(({ heading }) => ({ name: heading })),
    rows: objects.map((object) => columns.map(({ path }) => cell(evaluatePath(path, object)))),
  };
}

function cell(values: readonly unknown[]): string {
  return values.length === 0 ? '<none>' : values.map(valueText).join(',');
}

/** Splits at the commas outside brackets and quotes. */
function splitColumns(text: string): string[] {
  const columns = [''];
  let depth = 0;
  let quote = '';
  for (const char of text) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth++;
    else if (char === ']') depth--;
    if (char === ',' && depth <= 0 && quote === '') columns.push('');
    else columns[columns.length - 1] += char;
  }
  return columns;
}
