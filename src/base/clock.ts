/**
 * The one place that may ask what time it is. World time is a number of milliseconds since the Unix epoch
 * and moves only when the engine moves it; wall time is for progress lines, leases and timeouts of people.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** Where world time starts unless the state was made with another epoch. */
export const defaultEpochMs = Date.UTC(2000, 0, 1);

/** The computer's own clock. */
export const wallClock: Clock = { now: () => Date.now() };

/** Resolves after `delayMs` of wall time; rejects with the signal's reason when aborted before. */
export function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Calls `action` after `delayMs` of wall time, unless the result is called before. */
export function later(delayMs: number, action: () => void): () => void {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
}

/** Lets what has come in meanwhile, such as signals, be handled before the caller goes on. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** RFC 3339 with seconds, as Kubernetes writes `metav1.Time`: `2000-01-01T00:00:00Z`. */
export function toTimestamp(timeMs: number): string {
  return new Date(Math.floor(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** RFC 3339 with microseconds, as Kubernetes writes `metav1.MicroTime`. */
export function toMicroTimestamp(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', '000Z');
}

/** Milliseconds since the Unix epoch of an RFC 3339 timestamp; NaN when it is none. */
export function fromTimestamp(timestamp: string): number {
  return Date.parse(timestamp);
}
