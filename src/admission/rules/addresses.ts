/** What the address of a repository may hold. */
import { type Sync } from '../../model/kinds/index.ts';
import { secretIn } from '../../model/repository-address.ts';
import { error, type Problem } from '../problem.ts';

/** Refuses secrets in the address; neither it nor the line on which it stands is repeated. */
export function addressProblems({ spec }: Sync, subject: string): Problem[] {
  const secret = secretIn(spec.source.repo);
  if (secret === undefined) return [];
  const message = `${subject}: the address of the repository holds ${secret}, which everybody who reads the Sync would see`;
  const help = 'write the address alone, and keep user and token in ~/.netrc; or use ssh with a key';
  return [{ ...error('ADDRESS_HOLDS_SECRET', '/spec/source/repo', message, help), secret: true }];
}
