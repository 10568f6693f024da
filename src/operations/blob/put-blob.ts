import { RemoraError } from '../../errors.js';
import {
  type DescribedContent,
  type DescribeOptions,
  describeStream,
  spoolContent,
} from '../../io/files/describe-content.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { MediaType } from '../../oci/values/media-types.js';
import { isIngester } from '../../store/interfaces/abilities.js';
import type { Store, TransferOptions, WriteResult } from '../../store/interfaces/store.js';
import { type ContentInput, type ContentSource, nameOf, openContent } from '../pack/content.js';
import { type AccessOptions, type Location, withStore } from '../places/location.js';
import { writtenOrExists } from '../results/manifest-fields.js';
import { directionOf, type Transfer } from '../transfer/transfer.js';
import { optionalBlobDigest } from './blob-digest.js';
import type { PutBlobResult } from './schema.js';

/** Options of {@link putBlob}. */
export interface PutBlobOptions extends AccessOptions {
  /** Called repeatedly while content moves. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
}

/**
 * Writes a blob. A missing layout is created.
 *
 * A registry wants the digest first: a file is read twice, and a stream goes through a temporary file.
 *
 * @param location `host/repo` or `oci:PATH`, with a digest if the content must have that
 * @param content the path of a file, bytes, or a stream
 * @throws RemoraError `INVALID_ARGUMENT` (a tag, a directory), `NOT_FOUND`, `IO` (the file), `DIGEST_MISMATCH`
 *   (before a byte is written), `CHANGED`, and as the store
 */
export async function putBlob(
  location: Location<Store>,
  content: ContentInput,
  options: PutBlobOptions = {},
): Promise<PutBlobResult> {
  const wanted = optionalBlobDigest(location);
  const source = await openContent(content);
  const { signal } = options;
  return withStore(location, { ...options, create: true }, (store) =>
    writeSource(store, source, wanted, { signal, onProgress: transferOf(store, content, source, options) }),
  );
}

function transferOf(store: Store, content: ContentInput, source: ContentSource, { onProgress }: PutBlobOptions) {
  if (onProgress === undefined) return undefined;
  const total = source.kind === 'file' ? source.size : undefined;
  const name = nameOf(content);
  return (bytes: number) => onProgress({ name, bytes, total, phase: 'move', direction: directionOf({ to: store }) });
}

async function writeSource(
  store: Store,
  source: ContentSource,
  wanted: Digest | undefined,
  options: TransferOptions,
): Promise<PutBlobResult> {
  const resultOf = ({ digest, size }: Descriptor, result: WriteResult): PutBlobResult => ({
    reference: store.format({ digest }),
    digest,
    size,
    result: writtenOrExists(result),
  });
  if (wanted === undefined && isIngester(store)) {
    const ingested = await store.ingestBlob(MediaType.octetStream, () => source.open(), options);
    return resultOf(ingested.descriptor, ingested.result);
  }
  const content = await describeSource(source, { like: wanted, signal: options.signal });
  try {
    const { descriptor } = content;
    if (wanted !== undefined && descriptor.digest !== wanted) {
      throw new RemoraError('DIGEST_MISMATCH', `content has the digest ${descriptor.digest}, wanted ${wanted}`, {
        expected: wanted,
        found: descriptor.digest,
      });
    }
    return resultOf(descriptor, await store.writeBlob(descriptor, content.open, options));
  } finally {
    await content.discard();
  }
}

async function describeSource(source: ContentSource, options: DescribeOptions): Promise<DescribedContent> {
  const open = () => source.open();
  if (source.kind === 'stream') return spoolContent(open, MediaType.octetStream, options);
  const descriptor = await describeStream(await open(), MediaType.octetStream, options);
  return { descriptor, open, discard: async () => {} };
}
