import { type Diagnostic } from '../model/diagnostic.ts';
import { type DiagnosticsOptions, excerptOf, renderDiagnostics } from '../output/diagnostic.ts';

/** Diagnostics as text, each with the lines of its source where that is known. */
export function findingsText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  options: DiagnosticsOptions,
): string {
  const placed = diagnostics.map((diagnostic) => {
    const source = diagnostic.secret ? undefined : sources.get(diagnostic.file ?? '');
    const excerpt = source === undefined ? undefined : excerptOf(source, diagnostic.line ?? 0);
    return excerpt ? { ...diagnostic, excerpt } : diagnostic;
  });
  return renderDiagnostics(placed, options);
}
