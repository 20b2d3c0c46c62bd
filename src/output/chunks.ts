/** Lines to a chunk: large enough that writing is not call by call, small enough to stay out of the way. */
const linesPerChunk = 512;

/** Joins lines, each ended by a newline, into chunks of many lines. */
export function* chunksOf(lines: Iterable<string>): Generator<string> {
  let buffer: string[] = [];
  for (const line of lines) {
    buffer.push(line);
    if (buffer.length === linesPerChunk) {
      yield `${buffer.join('\n')}\n`;
      buffer = [];
    }
  }
  if (buffer.length > 0) yield `${buffer.join('\n')}\n`;
}
