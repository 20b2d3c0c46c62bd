/**
 * What a page says that a command prints, held against what it prints. A line `…` stands for one line or more, a
 * line that ends in `…` for any line that begins like it, and times of this machine count as equal.
 */
import { withoutWallTimes, withWallTimesOf } from './transcript.ts';

/** `end`: the excerpt leaves out what is printed before its first line. */
export type Extent = 'whole' | 'end';

/** Lines without a gap among them, and the number of the printed line that their first one stands for. */
interface Stretch {
  readonly lines: readonly string[];
  readonly at: number;
}

/** Whether the excerpt tells the truth. */
export function isAnswer(excerpt: string, output: string, extent: Extent = 'whole'): boolean {
  const printed = output.split('\n');
  const isAt = (lines: readonly string[], at: number): boolean =>
    lines.every((line, i) => isLine(line, printed[at + i]));
  const stretches = place(excerpt, printed, extent, (lines, at) => (isAt(lines, at) ? 1 : 0));
  return stretches?.every(({ lines, at }) => isAt(lines, at)) ?? false;
}

/**
 * The excerpt as it has to be now. Its gaps stay; each stretch between them keeps its number of lines, and goes
 * where most of them look like what is printed but for the figures. Lines that are still true and times of this machine
 * stay as they are.
 * @returns undefined when a stretch looks like nothing that is printed
 */
export function renewedAnswer(excerpt: string, output: string, extent: Extent = 'whole'): string | undefined {
  const old = excerpt.split('\n').filter((line) => !isGap(line));
  const renewed = (line: string): string => {
    const known = old.find((one) => isLine(one, line));
    const kin = old.find((one) => looks(one) === looks(line));
    return known ?? (kin === undefined ? line : withWallTimesOf(kin, line));
  };
  const printed = output.split('\n');
  if (extent === 'whole' && !excerpt.split('\n').some(isGap)) return printed.map(renewed).join('\n');
  const stretches = place(
    excerpt,
    printed,
    extent,
    (lines, at) => lines.filter((line, i) => looks(line) === looks(printed[at + i] ?? '')).length,
  );
  const now = stretches?.flatMap(({ lines, at }) => printed.slice(at, at + lines.length).map(renewed));
  return (
    now &&
    excerpt
      .split('\n')
      .map((line) => (isGap(line) ? line : (now.shift() ?? '')))
      .join('\n')
  );
}

/**
 * Places the stretches of an excerpt in their order: the first at the start (unless only the end is shown), the last
 * at the end, those between where they fit best, the earliest of equals. Undefined when one has no place.
 */
function place(
  excerpt: string,
  printed: readonly string[],
  extent: Extent,
  fit: (lines: readonly string[], at: number) => number,
): readonly Stretch[] | undefined {
  const placed: Stretch[] = [];
  const all = stretchesOf(excerpt);
  let free = 0;
  for (const [i, lines] of all.entries()) {
    const atEnd = printed.length - lines.length;
    const isFirst = i === 0 && extent === 'whole';
    const isLast = i === all.length - 1;
    const at = isFirst ? 0 : isLast ? atEnd : best(free, atEnd, (place) => fit(lines, place));
    if (at === undefined || at < free || (isLast && at !== atEnd)) return undefined;
    placed.push({ lines, at });
    free = at + lines.length + 1;
  }
  return placed;
}

function stretchesOf(excerpt: string): readonly (readonly string[])[] {
  const stretches: string[][] = [[]];
  for (const line of excerpt.split('\n')) {
    if (isGap(line)) stretches.push([]);
    else stretches.at(-1)?.push(line);
  }
  return stretches;
}

function best(from: number, to: number, score: (at: number) => number): number | undefined {
  let found: { at: number; score: number } | undefined;
  for (let at = from; at <= to; at++) {
    const points = score(at);
    if (points > (found?.score ?? 0)) found = { at, score: points };
  }
  return found?.at;
}

function isGap(line: string): boolean {
  return line.trim() === '…';
}

function isLine(wanted: string, printed: string | undefined): boolean {
  if (printed === undefined) return false;
  const [one, other] = [withoutWallTimes(wanted), withoutWallTimes(printed)];
  return one === other || (one.endsWith('…') && other.startsWith(one.slice(0, -1)));
}

/** The line without its figures, its marks and the width of its blanks. */
function looks(line: string): string {
  return withoutWallTimes(line)
    .replace(/[0-9a-f]{8}|[\d.,]+/g, '#')
    .replace(/[✓✗]/g, '?')
    .replace(/\s+/g, ' ');
}
