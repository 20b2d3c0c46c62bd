import { type Diagnostic } from '../model/diagnostic.ts';
import {
  type DiagnosticsOptions,
  excerptOf,
  firstOf,
  linesOf,
  renderDiagnostics,
} from '../output/diagnostic.ts';

/** Diagnostics as text, each with the lines of its source where that is known; of very many, the first. */
export function findingsText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  options: DiagnosticsOptions,
): string {
  const split = new Map<string, readonly string[]>();
  const linesIn = (file: string): readonly string[] | undefined => {
    const source = sources.get(file);
    if (source !== undefined && !split.has(file)) split.set(file, linesOf(source));
    return split.get(file);
  };
  const placed = firstOf(diagnostics).map((diagnostic) => {
    const lines = diagnostic.secret ? undefined : linesIn(diagnostic.file ?? '');
    const excerpt = lines && excerptOf(lines, diagnostic.line ?? 0);
    return excerpt ? { ...diagnostic, excerpt } : diagnostic;
  });
  return renderDiagnostics(placed, { ...options, all: diagnostics });
}
