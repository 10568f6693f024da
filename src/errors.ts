/**
 * The stable codes of every error that remora raises on purpose.
 *
 * The command line turns each into an exit code (`src/cli/command/exit-codes.ts`); library users compare `error.code`.
 */
export type RemoraErrorCode =
  /** An argument, flag, reference, media type, annotation or digest is not well formed, or two of them contradict. */
  | 'INVALID_ARGUMENT'
  /** A file, tag, manifest, blob, repository or layout does not exist. */
  | 'NOT_FOUND'
  /** The question was answered and nothing matched where something was needed. */
  | 'NO_MATCH'
  /** The registry wants credentials, or refuses the ones that were given (401). */
  | 'UNAUTHORIZED'
  /** The credentials were understood and are not enough (403). */
  | 'FORBIDDEN'
  /** Content does not have the digest that was promised. */
  | 'DIGEST_MISMATCH'
  /** Content does not have the size that was promised. */
  | 'SIZE_MISMATCH'
  /** A document (manifest, index, layout file, answer of a registry) breaks its grammar. */
  | 'MALFORMED'
  /** The host could not be reached, or the connection broke. */
  | 'UNREACHABLE'
  /** A time limit passed. */
  | 'TIMEOUT'
  /** The registry asks to come back later (429), or failed itself (5xx). */
  | 'BUSY'
  /** The target exists already and must not be overwritten. */
  | 'EXISTS'
  /** Something changed while it was used. */
  | 'CHANGED'
  /** Several things match where one is needed. */
  | 'AMBIGUOUS'
  /** The other side, or this version, cannot do what was asked. */
  | 'UNSUPPORTED'
  /** The registry answered with a status that nothing above covers. */
  | 'REJECTED'
  /** The operating system refused (disk full, no permission, …). */
  | 'IO'
  /** The caller's signal was aborted. */
  | 'INTERRUPTED';

/** What a {@link RemoraError} carries beside its message. Every field is optional. */
export interface RemoraErrorOptions {
  /** The error underneath. */
  readonly cause?: unknown;
  /** What was wanted: a digest, a size, a type. */
  readonly expected?: string | number;
  /** What was got instead. */
  readonly found?: string | number;
  /** One next step, as a sentence without a period. */
  readonly hint?: string;
  /** HTTP status, where a registry answered. */
  readonly status?: number;
  /** The candidates, where a choice is needed. */
  readonly candidates?: readonly string[];
}

const brand = Symbol.for('remora.error');

/**
 * The one error type of this library. Compare {@link RemoraError.code}; do not parse messages.
 *
 * Messages name the subject first, then what was wanted and what was got, without a trailing period.
 */
export class RemoraError extends Error {
  override readonly name = 'RemoraError';
  readonly [brand] = true;
  readonly expected?: string | number;
  readonly found?: string | number;
  readonly hint?: string;
  readonly status?: number;
  readonly candidates?: readonly string[];

  constructor(
    readonly code: RemoraErrorCode,
    message: string,
    options: RemoraErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.expected !== undefined) this.expected = options.expected;
    if (options.found !== undefined) this.found = options.found;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.status !== undefined) this.status = options.status;
    if (options.candidates !== undefined) this.candidates = options.candidates;
  }
}

/** True for every {@link RemoraError}, also one of another copy of this library. */
export function isRemoraError(value: unknown): value is RemoraError {
  return value instanceof Error && brand in value;
}

/** What `--json` and results tell of a failure. */
export interface ErrorFields {
  /** A {@link RemoraErrorCode}, or `FAILED` for what is not a {@link RemoraError}. */
  readonly code: string;
  readonly message: string;
  /** One next step. */
  readonly hint?: string;
}

/** Code, message and next step of whatever was thrown. */
export function errorFields(error: unknown): ErrorFields {
  return {
    code: isRemoraError(error) ? error.code : 'FAILED',
    message: error instanceof Error ? error.message : String(error),
    ...(isRemoraError(error) && error.hint !== undefined ? { hint: error.hint } : {}),
  };
}
