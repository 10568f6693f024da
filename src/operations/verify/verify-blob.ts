import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { type Digest, digestFromHash, parseDigest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions } from '../../store/interfaces/store.js';
import { type ContentInput, nameOf, openContent } from '../pack/content.js';
import { trustsOf } from '../trusts/given-trusts.js';
import type { VerifyBlobResult } from './blob-schema.js';
import { formOfContent } from './form-of-content.js';
import { fieldsOf, signedFacts } from './nodes.js';
import { rootOf, type TrustOptions } from './options.js';
import { MAX_ENVELOPE } from './read-evidence.js';

/** Options of {@link verifyBlob}. */
export interface VerifyBlobOptions extends Omit<TrustOptions, 'maxSignatures'>, CallOptions {
  /** Return the result instead of throwing where it is not `verified`. @default false */
  readonly partial?: boolean | undefined;
}

/** The largest content that a signature of bytes is verified for: it must be in memory as a whole. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** A statement may name one of these beside or instead of SHA-256. */
const OTHERS = ['sha384', 'sha512'] as const;

/**
 * Verifies a file by a Sigstore bundle or a DSSE envelope beside it. A statement must name the file's digest (SHA-256, 384 or
 * 512); a signature of bytes is verified for content of 1 GiB at most.
 *
 * @param blob the path of the file, or content with a name; read once
 * @param bundle the path of the bundle, or its content with a name; 64 MiB at most
 * @throws RemoraError `NOT_VERIFIED` unless `partial`; `INVALID_ARGUMENT` (no trust is given, a file does not exist),
 *   `SIZE_MISMATCH` (the bundle is larger), `IO`, `INTERRUPTED`
 */
export async function verifyBlob(
  blob: ContentInput,
  bundle: ContentInput,
  options: VerifyBlobOptions = {},
): Promise<VerifyBlobResult> {
  const { signal, partial } = options;
  const trust = trustsOf(options);
  if (trust.length === 0)
    throw new RemoraError('INVALID_ARGUMENT', `${nameOf(blob)}: no trust is given`, { hint: HINT });
  const content = await bundleBytes(bundle, signal);
  const form = formOfContent(content, true) ?? 'bundle';
  const { digests, size, bytes } = await hashed(await opened(blob), content.includes('"messageSignature"'), signal);
  const [digest, ...alsoKnownAs] = digests;
  const { judge } = await import('../../trust/judge.js');
  const target = { digest, alsoKnownAs, ...(bytes && { bytes: async () => bytes }) };
  const judgement = await judge({ form, mediaType: '', content, annotations: {} }, target, { ...options, trust });
  const isVerified = judgement.verdict === 'verified';
  const { formats = [], ...told } = isVerified ? signedFacts(form, judgement) : {};
  const result: VerifyBlobResult = {
    blob: nameOf(blob),
    digest,
    size,
    bundle: nameOf(bundle),
    outcome: isVerified ? 'verified' : 'not-verified',
    ...given(told),
    ...(formats.length === 0 ? {} : { formats }),
    ...fieldsOf(judgement),
    revocation: 'unchecked',
    ...given({ trustedRoot: await rootOf(options) }),
  };
  if (!isVerified && !partial) {
    const why = judgement.message === undefined ? '' : `: ${judgement.message}`;
    throw new RemoraError('NOT_VERIFIED', `${result.blob} is not verified by ${result.bundle}${why}`);
  }
  return result;
}

const HINT = 'Say who may sign, for example with --key cosign.pub';

/** A missing file must not look like a missing signature (exit code 3). */
async function opened(input: ContentInput): Promise<Readable> {
  try {
    return (await openContent(input)).open();
  } catch (cause) {
    if (!isRemoraError(cause) || cause.code !== 'NOT_FOUND') throw cause;
    throw new RemoraError('INVALID_ARGUMENT', cause.message, { cause, hint: 'Check the path of the file' });
  }
}

async function bundleBytes(input: ContentInput, signal: AbortSignal | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await opened(input)) {
    throwIfInterrupted(signal);
    size += chunk.length;
    if (size > MAX_ENVELOPE) {
      const message = `${nameOf(input)} has more than ${MAX_ENVELOPE} bytes, wanted a Sigstore bundle`;
      throw new RemoraError('SIZE_MISMATCH', message, { expected: MAX_ENVELOPE });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface Hashed {
  readonly digests: readonly [Digest, ...Digest[]];
  readonly size: number;
  /** All content, where it is wanted and not too large. */
  readonly bytes: Uint8Array | undefined;
}

async function hashed(content: Readable, wantsBytes: boolean, signal: AbortSignal | undefined): Promise<Hashed> {
  const sha256 = createHash('sha256');
  const others = OTHERS.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }));
  let chunks: Uint8Array[] | undefined = wantsBytes ? [] : undefined;
  let size = 0;
  for await (const chunk of content) {
    throwIfInterrupted(signal);
    size += chunk.length;
    sha256.update(chunk);
    for (const { hash } of others) hash.update(chunk);
    if (size > MAX_BYTES) chunks = undefined;
    chunks?.push(chunk);
  }
  const also = others.map(({ algorithm, hash }) => parseDigest(`${algorithm}:${hash.digest('hex')}`));
  return { digests: [digestFromHash('sha256', sha256), ...also], size, bytes: chunks && Buffer.concat(chunks) };
}
