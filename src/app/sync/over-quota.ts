import { type LiveSnapshot } from '../live.ts';
import { quotaProblemsOf } from '../apply/quota-check.ts';
import { type Merge } from './merge-set.ts';

/** The merges that no quota lets in, each with itself as a failure. Asked only where there is a quota. */
export function overQuota(merges: readonly Merge[], live: LiveSnapshot): ReadonlyMap<Merge, Merge> {
  const all = [...live.all()];
  const isQuota = ({ kind }: { readonly kind: string }): boolean => kind === 'ResourceQuota';
  if (!all.some(isQuota) && !merges.some(({ after }) => after && isQuota(after))) return new Map();
  const changes = merges.map(({ before, after }) => ({ before, after }));
  const problems = quotaProblemsOf(changes, all);
  const failures = new Map<Merge, Merge>();
  for (const [index, merge] of merges.entries()) {
    const [problem] = problems[index] ?? [];
    if (!problem) continue;
    const { write: _unwritten, ...rest } = merge;
    failures.set(merge, { ...rest, action: 'failed', error: `${problem.code}: ${problem.message}` });
  }
  return failures;
}
