/** How admission speaks: problems, the names of objects in sentences, and guesses at what was meant. */
import { distance } from 'fastest-levenshtein';
import { type Diagnostic } from '../model/diagnostic.ts';

/** A finding about one object; `path` is its place, there is no file. */
export type Problem = Diagnostic;

/** An error: the object is refused. */
export function error(code: string, path: string, message: string, help?: string): Problem {
  return { severity: 'error', code, message, path, ...(help === undefined ? {} : { help }) };
}

/** A warning: the object is taken, and the person is told. */
export function warning(code: string, path: string, message: string, help?: string): Problem {
  return { severity: 'warning', code, message, path, ...(help === undefined ? {} : { help }) };
}

/** A JSON Pointer one step further down (RFC 6901 escapes). */
export function pointerTo(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The steps of a JSON Pointer; none for ''. */
export function pointerSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A kind as a word in a sentence: `vm`, `vm pool`, `load balancer`. */
export function kindWord(kind: string): string {
  return kind
    .replace('VirtualMachine', 'Vm')
    .replace(/(?<=[a-z])[A-Z]/g, ' $&')
    .toLowerCase();
}

/** How a sentence names an object: `host "desk-1"`. */
export function nameOf(kind: string, name: string): string {
  return `${kindWord(kind)} "${name}"`;
}

/**
 * What was probably meant by `word`: the same in another case, else the nearest within a third of its length (at
 * least 2 edits); ties go to the earlier candidate.
 */
export function guess(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate.toLowerCase() === wanted) return candidate;
    const edits = distance(wanted, candidate.toLowerCase());
    // A short word is at most 2 edits from any other: what shares no letter with it is no guess.
    if (edits < bestDistance && edits < candidate.length) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = guess(word, candidates);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

/** A few words as a list: `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
