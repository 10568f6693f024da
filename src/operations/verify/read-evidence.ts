import { isRemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { UnreadManifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { type Judgement, unchecked, wrong } from '../../trust/values/judgement.js';
import type { SignedForm } from '../../trust/values/signed.js';
import type { Evidence } from './evidence.js';

/** The largest signature or attestation that is read, in bytes: SBOMs in envelopes have some megabytes. */
export const MAX_ENVELOPE = 64 * 1024 * 1024;

/** So many bytes tell which form a signature has. */
const FIRST_BYTES = 1024 * 1024;

/** The content of a signature with its form; undefined where the content is not signed. */
export type ReadEvidence = { readonly form: SignedForm; readonly content: Uint8Array } | undefined;

/**
 * Reads a layer that is signed, or may be: of one that is not, only the first MiB.
 *
 * @throws RemoraError as the store
 */
export async function readEvidence(
  source: Source,
  { layer, form }: Evidence,
  options: CallOptions,
): Promise<ReadEvidence> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let found = form;
  // Most types say enough.
  const formOfContent = found === undefined ? (await import('./form-of-content.js')).formOfContent : undefined;
  const look = (complete: boolean) => {
    found ??= formOfContent?.(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), complete);
    return found !== undefined;
  };
  for await (const chunk of await source.openBlob(layer, options)) {
    throwIfInterrupted(options.signal);
    const before = size;
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop ends the stream.
    if (before < FIRST_BYTES && size >= FIRST_BYTES && !look(false)) return undefined;
  }
  if (!look(true) || found === undefined) return undefined;
  return { form: found, content: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) };
}

/** The judgement for a signature that is larger than {@link MAX_ENVELOPE}. It is not read. */
export function tooLarge({ digest, size }: Descriptor): Judgement {
  return unchecked('unsupported', `${digest} has ${size} bytes, and at most ${MAX_ENVELOPE} are read`);
}

/**
 * The judgement for content that is not what it should be; undefined for a failure that tells nothing of the content, such
 * as that of a connection.
 */
export function judgementOfFailure(error: unknown, { digest }: Pick<Descriptor, 'digest'>): Judgement | undefined {
  if (!isRemoraError(error)) return undefined;
  const { code, message } = error;
  if (code === 'NOT_FOUND') return wrong('missing', `${digest} is not there`);
  if (code === 'DIGEST_MISMATCH' || code === 'SIZE_MISMATCH') return wrong('digest', message);
  if (error instanceof UnreadManifest && code === 'MALFORMED') return wrong('malformed', message);
  return code === 'UNSUPPORTED' ? unchecked('unsupported', message) : undefined;
}
