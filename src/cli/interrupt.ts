/**
 * A signal that aborts at the first Ctrl-C, so that the engine ends its turn and the state stays consistent;
 * a second Ctrl-C ends the process at once.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort(new DOMException('interrupted', 'AbortError'));
  });
  return controller.signal;
}
