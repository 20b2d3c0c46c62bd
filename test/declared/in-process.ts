/** Runs commands within the process of the tests: hundreds of them in the time of a few processes. */
import { join } from 'node:path';
import { format } from 'node:util';
import { Config, type Interfaces } from '@oclif/core';
import { listDirectory } from '../../src/base/listing.ts';

const root = join(import.meta.dirname, '..', '..');
const commands = join(root, 'src', 'commands');

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

export interface CallOptions {
  /** For commands that go on until Ctrl-C: pressed after so many ms of wall time. */
  readonly interruptAfterMs?: number;
}

export const commandNames: readonly string[] = listDirectory(commands)
  .filter(({ name }) => name.endsWith('.ts'))
  .map(({ name }) => name.replace(/\.ts$/, ''));

/** What of a command's class is called here. */
export interface CommandClass {
  id: string;
  readonly flags: Interfaces.FlagInput;
  readonly enableJsonFlag: boolean;
  readonly run: (words: string[], config: Config) => Promise<unknown>;
}

/** The class of a command. */
export async function commandOf(name: string): Promise<CommandClass> {
  if (!commandNames.includes(name)) throw new Error(`there is no command ${name}`);
  const module = (await import(join(commands, `${name}.ts`))) as { readonly default: CommandClass };
  module.default.id = name;
  return module.default;
}

/** Runs one command line, in words, to its end. Only one at a time: it captures the process's streams. */
export async function callVctl(
  [name = '', ...words]: readonly string[],
  { interruptAfterMs }: CallOptions = {},
): Promise<Outcome> {
  const command = await commandOf(name);
  const config = await Config.load({ root });
  const outcome = { stdout: '', stderr: '' };
  const release = [capture('stdout', outcome), capture('stderr', outcome)];
  const timer =
    interruptAfterMs === undefined ? undefined : setTimeout(() => process.emit('SIGINT'), interruptAfterMs);
  process.exitCode = undefined;
  try {
    await command.run([...words], config);
    return { ...outcome, exit: Number(process.exitCode ?? 0) };
  } finally {
    clearTimeout(timer);
    for (const one of release) one();
    process.exitCode = undefined;
    process.removeAllListeners('SIGINT');
  }
}

/** Collects what is written to a stream, or by console, until it is released. */
function capture(name: 'stdout' | 'stderr', into: { stdout: string; stderr: string }): () => void {
  const stream = process[name];
  const write = stream.write.bind(stream);
  const method = name === 'stdout' ? 'log' : 'error';
  const print = console[method].bind(console);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    into[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    for (const one of rest) if (typeof one === 'function') (one as () => void)();
    return true;
  };
  // The tests' console does not write to the process's streams.
  console[method] = (...values: unknown[]) => void (into[name] += `${format(...values)}\n`);
  return () => {
    stream.write = write;
    console[method] = print;
  };
}
