import { buffer } from 'node:stream/consumers';
import { isRemoraError, RemoraError } from '../../../errors.js';
import { MAX_READ_BYTES, type Manifest, parseManifest } from '../../../oci/documents/manifest.js';
import { EITHER_SHAPE } from '../../../oci/documents/manifest-type.js';
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

/** The known part of a manifest's descriptor. */
export type Wanted = Pick<Descriptor, 'digest'> & Partial<Descriptor>;

/**
 * Reads a manifest by its digest alone; the check compares it with its descriptor afterwards.
 *
 * @throws RemoraError `NOT_FOUND`, `DIGEST_MISMATCH`, `MALFORMED`, `UNSUPPORTED`, and as the source
 */
export async function readManifest(
  source: Source,
  { digest, mediaType }: Wanted,
  { signal }: CallOptions,
): Promise<Manifest> {
  if (source.kind === 'registry') return source.manifest({ digest }, { signal });
  return parseManifest(await readDocument(source, digest, { signal }), { digest, mediaType });
}

/**
 * Reads a small blob, without regard to the size in its descriptor.
 *
 * @throws RemoraError as {@link readManifest}
 */
export async function readDocument(source: Source, digest: Digest, { signal }: CallOptions): Promise<Buffer> {
  const size = await source.blobSize(digest, { signal });
  if (size === undefined) throw new RemoraError('NOT_FOUND', `${digest} is missing in ${source.format({})}`);
  if (size > MAX_READ_BYTES)
    throw new RemoraError('MALFORMED', `${digest} has ${size} bytes, too many for a document`, { found: size });
  return buffer(await source.openBlob({ mediaType: MediaType.octetStream, digest, size }, { signal }));
}

/** The finding for a failure to read; undefined where the failure says nothing about the content. */
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
