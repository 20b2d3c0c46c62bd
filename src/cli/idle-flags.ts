import { ExitCode, UserError } from '../base/errors.ts';

/** By action of a command, the flags that it hears. */
export type HeardFlags<Action extends string> = Readonly<Record<Action, readonly string[]>>;

/** What oclif says of each word of a command line. */
type Token = { readonly type: 'flag'; readonly flag: string } | { readonly type: 'arg' };

/** Flags that every command takes. */
const everywhere: readonly string[] = ['state', 'json'];

/**
 * Refuses flags that were given to an action that has no use for them: a wish that nobody hears would look granted.
 *
 * @param raw - What was given, as oclif parsed it.
 * @throws UserError (usage) that names the flag and the actions that hear it.
 */
export function refuseIdleFlags<Action extends string>(
  { raw }: { readonly raw: readonly Token[] },
  command: string,
  action: Action,
  heard: HeardFlags<Action>,
): void {
  for (const token of raw) {
    if (token.type !== 'flag' || everywhere.includes(token.flag) || heard[action].includes(token.flag))
      continue;
    const hearing = Object.entries<readonly string[]>(heard).filter(([, flags]) =>
      flags.includes(token.flag),
    );
    throw new UserError(`--${token.flag} means nothing to ${said(command, action)}`, {
      exitCode: ExitCode.Usage,
      nextSteps: [
        'leave it out',
        ...(hearing.length === 0
          ? []
          : [`it goes with ${hearing.map(([name]) => said(command, name)).join(', ')}`]),
      ],
    });
  }
}

function said(command: string, action: string): string {
  return action === '' ? command : `${command} ${action}`;
}
