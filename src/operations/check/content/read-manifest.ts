import { buffer } from 'node:stream/consumers';
import { isRemoraError, RemoraError } from '../../../errors.js';
import { EITHER_SHAPE, MAX_READ_BYTES, type Manifest, parseManifest } from '../../../oci/documents/manifest.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { MediaType } from '../../../oci/values/media-types.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';
import type { FindingCode } from '../report/findings.js';

/** Failures that leave a blob without a readable document. */
export const UNREADABLE = [
  'NOT_FOUND',
  'IO',
  'CHANGED',
  'DIGEST_MISMATCH',
  'SIZE_MISMATCH',
  'MALFORMED',
  'UNSUPPORTED',
] as const;

/** A manifest to read: what is known of it. */
export type Wanted = Pick<Descriptor, 'digest'> & Partial<Descriptor>;

/**
 * Reads a manifest by its digest alone: what its descriptor says else is for the check to compare.
 *
 * @throws RemoraError `NOT_FOUND`, `DIGEST_MISMATCH`, `MALFORMED`, `UNSUPPORTED`, and what says that nobody could ask
 */
export async function readManifest(
  source: Source,
  { digest, mediaType }: Wanted,
  { signal }: CallOptions,
): Promise<Manifest> {
  if (source.kind === 'registry') return source.manifest({ digest }, { signal });
  return parseManifest(await readDocument(source, digest, { signal }), { digest, mediaType });
}

/** The bytes of a small blob, whatever its descriptor says of its size; @throws RemoraError as {@link readManifest} */
export async function readDocument(source: Source, digest: Digest, { signal }: CallOptions): Promise<Buffer> {
  const size = await source.blobSize(digest, { signal });
  if (size === undefined) throw new RemoraError('NOT_FOUND', `${digest} is missing in ${source.format({})}`);
  if (size > MAX_READ_BYTES)
    throw new RemoraError('MALFORMED', `${digest} has ${size} bytes: it is no document`, { found: size });
  return buffer(await source.openBlob({ mediaType: MediaType.octetStream, digest, size }, { signal }));
}

/** What a failure to read says about the content; undefined where it says that nobody could look. */
export function faultOf(error: unknown): FindingCode | undefined {
  if (!isRemoraError(error)) return undefined;
  switch (error.code) {
    case 'NOT_FOUND':
      return 'manifest-missing';
    case 'DIGEST_MISMATCH':
      return 'blob-digest';
    case 'SIZE_MISMATCH':
      return 'blob-size';
    case 'MALFORMED':
      return error.expected === EITHER_SHAPE ? 'manifest-and-index' : 'manifest-malformed';
    case 'UNSUPPORTED':
      return 'blob-unverified';
    default:
      return undefined;
  }
}
