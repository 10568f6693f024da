import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { prepareOutput } from '../../io/files/output-file.js';
import { copyTo } from '../../io/files/output-target.js';
import { counted } from '../../io/streams/counted.js';
import type { Digest } from '../../oci/values/digest.js';
import { MediaType } from '../../oci/values/media-types.js';
import type { Source, TransferOptions } from '../../store/interfaces/store.js';
import { type LookOptions, wholeDigest } from '../looked/whole-digest.js';
import { type AccessOptions, type Location, withSource } from '../places/location.js';
import { directionOf, type Transfer } from '../transfer/transfer.js';
import { blobDigest, optionalBlobDigest } from './blob-digest.js';
import type { FetchBlobResult } from './schema.js';

/** A blob whose content can be read. */
export interface OpenedBlob {
  readonly reference: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Verified: it fails when size or digest differ, and holds back its last bytes until they are checked. */
  readonly content: Readable;
}

/** Options of {@link fetchBlob}. */
export interface FetchBlobOptions extends AccessOptions, LookOptions {
  /** Called repeatedly while content moves. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
}

/**
 * Writes a blob to a file or a stream, and verifies it.
 *
 * A file gets its name after verification; a stream gets its last bytes then, and stays open.
 *
 * @param location `host/repo@digest` or `oci:PATH@DIGEST`
 * @param output the path of a file, or a stream
 * @throws RemoraError `INVALID_ARGUMENT` without a digest or with a tag, `NOT_FOUND`, `AMBIGUOUS` (`digestBeginning`), `UNSUPPORTED` (digest algorithm),
 *   `EXISTS` and `IO` (the file), and as the store
 */
export async function fetchBlob(
  location: Location,
  output: string | NodeJS.WritableStream,
  options: FetchBlobOptions = {},
): Promise<FetchBlobResult> {
  const { signal, onProgress, digestBeginning } = options;
  const named = digestBeginning === undefined ? blobDigest(location) : optionalBlobDigest(location);
  const write =
    typeof output === 'string'
      ? await prepareOutput(output, { signal })
      : (content: Readable) => copyTo(output, content, { signal });
  return withSource(location, options, async (store) => {
    const name = named ?? (await wholeDigest(store, {}, digestBeginning ?? '', 'blob', { signal }));
    let total: number | undefined;
    const direction = directionOf({ from: store });
    const report = onProgress && ((bytes: number) => onProgress({ name, bytes, total, phase: 'move', direction }));
    const { content, ...blob } = await openBlob(store, name, { signal, onProgress: report });
    total = blob.size;
    await write(content);
    return typeof output === 'string' ? { ...blob, path: output } : blob;
  });
}

/**
 * Opens a blob of which only the digest is known.
 *
 * @throws RemoraError `NOT_FOUND`, `UNSUPPORTED` (digest algorithm)
 */
export async function openBlob(store: Source, digest: Digest, options: TransferOptions = {}): Promise<OpenedBlob> {
  const { signal, onProgress } = options;
  const reference = store.format({ digest });
  const size = await store.blobSize(digest, { signal });
  if (size === undefined) {
    throw new RemoraError('NOT_FOUND', `blob ${reference} does not exist`, {
      hint: 'Check the digest; inspect shows the blobs of a manifest',
    });
  }
  const content = await store.openBlob({ mediaType: MediaType.octetStream, digest, size }, { signal });
  return { reference, digest, size, content: onProgress === undefined ? content : counted(content, onProgress) };
}
