import { ExitCode, UserError, type UserErrorOptions } from '../base/errors.ts';

/** Why a revision could not be had; the reason of the Sync's Ready condition. */
export type SourceReason =
  /** The address, the ref or the path is none that vctl takes. */
  | 'SourceRefused'
  | 'FetchFailed'
  | 'RevisionNotFound'
  | 'PathNotFound'
  /** The commit is not signed by anybody of the keyring. */
  | 'VerificationFailed'
  /** The tree holds what vctl does not read: links, submodules, files beyond the limits. */
  | 'ContentRefused';

const exitCodes: Record<SourceReason, ExitCode> = {
  SourceRefused: ExitCode.Usage,
  FetchFailed: ExitCode.Failure,
  RevisionNotFound: ExitCode.Failure,
  PathNotFound: ExitCode.Failure,
  VerificationFailed: ExitCode.Refused,
  ContentRefused: ExitCode.Refused,
};

/** A repository did not give what was asked of it. Nothing was changed, and nothing may be deleted for it. */
export class SourceError extends UserError {
  constructor(
    readonly reason: SourceReason,
    message: string,
    options: UserErrorOptions = {},
  ) {
    super(message, { exitCode: exitCodes[reason], ...options });
    this.name = 'SourceError';
  }
}
