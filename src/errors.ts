/**
 * The stable codes of every error that remora raises on purpose.
 *
 * The command line turns each into an exit code (`src/cli/command/exit-codes.ts`); library users compare `error.code`.
 */
export type RemoraErrorCode =
  /** An argument, flag, reference, media type, annotation or digest is not well formed, or two contradict each other. */
  | 'INVALID_ARGUMENT'
  /** A file, tag, manifest, blob, repository or layout does not exist. */
  | 'NOT_FOUND'
  /** The place answered, and has no match where one is needed. */
  | 'NO_MATCH'
  /** The registry wants credentials, or refuses the given ones (401). */
  | 'UNAUTHORIZED'
  /** The registry knows the credentials, and they do not suffice (403). */
  | 'FORBIDDEN'
  /** The content has another digest than its descriptor or reference. */
  | 'DIGEST_MISMATCH'
  /** The content has another size than its descriptor, or is above a limit. */
  | 'SIZE_MISMATCH'
  /** Signatures or attestations are there, and no given trust verifies what is required. */
  | 'NOT_VERIFIED'
  /** A document (manifest, index, layout file, answer of a registry) is not well formed. */
  | 'MALFORMED'
  /** The host cannot be reached, or the connection broke. */
  | 'UNREACHABLE'
  /** A time limit passed. */
  | 'TIMEOUT'
  /** The registry asks to come back later (429), or failed itself (5xx). */
  | 'BUSY'
  /** The target exists already and must not be overwritten. */
  | 'EXISTS'
  /** The content of a place changed during the operation. */
  | 'CHANGED'
  /** Several candidates match where one is needed. */
  | 'AMBIGUOUS'
  /** The other side, or this version, lacks the ability. */
  | 'UNSUPPORTED'
  /** The registry answered with a status that the other codes do not cover. */
  | 'REJECTED'
  /** The operating system refused (disk full, no permission, …). */
  | 'IO'
  /** A list lacks what a way or place would have named, which could not be asked; `cause` is that failure. */
  | 'INCOMPLETE'
  /** The caller aborted its signal. */
  | 'INTERRUPTED';

/** The fields of a {@link RemoraError} beside its message. Every field is optional. */
export interface RemoraErrorOptions {
  /** The error underneath. */
  readonly cause?: unknown;
  /** The wanted digest, size (bytes) or type. */
  readonly expected?: string | number;
  /** The digest, size (bytes) or type that was found. */
  readonly found?: string | number;
  /** The next step, as a sentence without a period. */
  readonly hint?: string;
  /** HTTP status of the registry's answer. */
  readonly status?: number;
  /** The error codes in the registry's answer, such as `MANIFEST_BLOB_UNKNOWN` (distribution-spec, "Error Codes"). */
  readonly codes?: readonly string[];
  /** The matches, where one is needed. */
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
  readonly codes?: readonly string[];
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
    if (options.codes !== undefined) this.codes = options.codes;
    if (options.candidates !== undefined) this.candidates = options.candidates;
  }
}

/** True for every {@link RemoraError}, also one of another copy of this library. */
export function isRemoraError(value: unknown): value is RemoraError {
  return value instanceof Error && brand in value;
}

/** The answer of a check; false where the check throws a {@link RemoraError}, as a parser does for text that it refuses. */
export function isAccepted(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return false;
  }
}

/** A failure in results and `--json`. */
export interface ErrorFields {
  /** A {@link RemoraErrorCode}, or `FAILED` for an error that is not a {@link RemoraError}. */
  readonly code: string;
  readonly message: string;
  /** The next step. */
  readonly hint?: string;
}

/** Code, message and next step of an error. */
export function errorFields(error: unknown): ErrorFields {
  if (!isRemoraError(error)) return { code: 'FAILED', message: error instanceof Error ? error.message : String(error) };
  const { code, message, hint } = error;
  return hint === undefined ? { code, message } : { code, message, hint };
}
