/**
 * The four families of failure, because each has another reader: a person who must act (`UserError`),
 * a client of the API (`ApiError`), a developer of vctl (`assert`), and, for expected outcomes, no error
 * at all but a value.
 */

/** Process exit codes; `DiffFound` shares 1 with `Failure` on purpose, as `diff` of the field does. */
export const ExitCode = {
  Done: 0,
  Failure: 1,
  Usage: 2,
  PartlyApplied: 3,
  TimedOut: 4,
  Conflict: 5,
  Refused: 6,
  ObjectiveMissed: 99,
  Interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface UserErrorOptions {
  /** What the person can try, one suggestion a line. */
  readonly nextSteps?: readonly string[];
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** Something the person at the keyboard can mend. The message says what failed and on which object. */
export class UserError extends Error {
  readonly nextSteps: readonly string[];
  readonly exitCode: ExitCode;
  constructor(message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.nextSteps = options.nextSteps ?? [];
    this.exitCode = options.exitCode ?? ExitCode.Failure;
  }
}

/** Outcomes of the object API, named as in Kubernetes' `metav1.StatusReason`. */
export type ApiReason =
  'NotFound' | 'AlreadyExists' | 'Conflict' | 'Invalid' | 'Forbidden' | 'Expired' | 'BadRequest' | 'Timeout';

/** One table from reason to HTTP status and exit code. */
export const apiOutcome: Record<ApiReason, { readonly http: number; readonly exit: ExitCode }> = {
  NotFound: { http: 404, exit: ExitCode.Failure },
  AlreadyExists: { http: 409, exit: ExitCode.Failure },
  Conflict: { http: 409, exit: ExitCode.Conflict },
  Invalid: { http: 422, exit: ExitCode.Usage },
  Forbidden: { http: 403, exit: ExitCode.Refused },
  Expired: { http: 410, exit: ExitCode.Failure },
  BadRequest: { http: 400, exit: ExitCode.Usage },
  Timeout: { http: 504, exit: ExitCode.TimedOut },
};

/** A refusal by the store or the API, with a machine-readable reason. */
export class ApiError extends Error {
  constructor(
    readonly reason: ApiReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ApiError';
  }
}

/** A broken invariant of vctl itself: a bug, never the user's doing. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug in vctl: ${message}`);
}

/** Ends a switch over a union: a new variant then fails to compile. */
export function assertNever(value: never): never {
  throw new Error(`bug in vctl: unexpected variant ${JSON.stringify(value)}`);
}
