import { ExitCode, UserError } from '../base/errors.ts';

/** `--min-effect`: `1%` or `0.01`, up to 100 %. @throws UserError (usage) for anything else. */
export function minEffectOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  const value = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (!(value >= 0 && value <= 1)) {
    throw new UserError(
      `--min-effect is a share from 0 to 1 or from 0% to 100%, not ${JSON.stringify(text)}`,
      {
        exitCode: ExitCode.Usage,
        nextSteps: [
          '--min-effect 1% (the default), or 0% to count every difference that chance does not explain',
        ],
      },
    );
  }
  return value;
}
