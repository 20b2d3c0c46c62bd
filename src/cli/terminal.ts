interface Stream {
  readonly isTTY?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** True when the stream is a terminal that wants colours (https://no-color.org). */
export function wantsColor(stream: Stream, env: Environment): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !isContinuousIntegration(env);
}

/** True when a line may be rewritten in place: somebody is watching. */
export function isInteractive(stream: Stream, env: Environment): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !isContinuousIntegration(env);
}

function isContinuousIntegration(env: Environment): boolean {
  return env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false';
}
