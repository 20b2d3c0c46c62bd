import { readFileSync } from 'node:fs';

/** All of standard input when one of the paths is `-`; undefined otherwise. */
export function stdinIfNamed(paths: readonly string[]): string | undefined {
  return paths.includes('-') ? readFileSync(0, 'utf8') : undefined;
}
