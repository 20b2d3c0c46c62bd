/** A revision, as much of it as is printed. */
export interface RevisionLine {
  readonly number: number;
  readonly hash: string;
  readonly completedAt?: string;
  readonly changeCause?: string;
}

/** The lines of `vctl rollout history`, oldest first. */
export function historyLines(revisions: readonly RevisionLine[]): string[] {
  const rows = revisions.map(({ number, hash, completedAt, changeCause }) => [
    String(number),
    hash,
    completedAt ?? 'never',
    changeCause ?? '<none>',
  ]);
  const all = [['REVISION', 'HASH', 'COMPLETED', 'CHANGE-CAUSE'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`);
}
