import { createHash } from 'node:crypto';
import { isRemoraError, type RemoraError } from '../../../errors.js';
import { type Compression, compressionOf, decompressed } from '../../../io/compression/decompress.js';
import { UnpackLimit, type UnpackLimitOptions } from '../../../io/compression/unpack-limit.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';

/** The facts that reading a blob to its end gives. */
export interface BlobContent {
  readonly compression: Compression | undefined;
  /** The sha256 of the decompressed content, where it was asked for. */
  readonly diffId?: string | undefined;
  /** The reason why the diffId is unknown. */
  readonly undecided?: string | undefined;
  /** The reason why decompression failed: the layer is damaged. */
  readonly damaged?: string | undefined;
  /** The reading ended early, as more came out of the compression than is unpacked: the blob is not verified. */
  readonly exceeded?: RemoraError | undefined;
}

/** Options of {@link readContent}. */
export interface ReadContentOptions extends CallOptions, UnpackLimitOptions {
  /** Tell the digest of the decompressed content, too. @default false */
  readonly diffId?: boolean | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Reads a blob to its end and verifies it, in constant memory. The content tells its compression, never the type.
 *
 * @throws RemoraError `DIGEST_MISMATCH`, `SIZE_MISMATCH`, and as the source
 */
export async function readContent(
  source: Source,
  descriptor: Descriptor,
  options: ReadContentOptions = {},
): Promise<BlobContent> {
  const chunks = opened(source, descriptor, options);
  const first = await chunks.next();
  const compression = first.done ? undefined : compressionOf(first.value);
  const all = replay(first, chunks);
  const hash = createHash('sha256');
  // Without compression the content is the blob, whose digest is verified as it is.
  const isHashed = descriptor.digest.startsWith('sha256:');
  if (!options.diffId || compression === undefined) {
    for await (const chunk of all) if (options.diffId && !isHashed) hash.update(chunk);
    if (!options.diffId) return { compression };
    return { compression, diffId: isHashed ? descriptor.digest : `sha256:${hash.digest('hex')}` };
  }
  const limit = new UnpackLimit(descriptor.size, options);
  try {
    for await (const chunk of limit.counted(decompressed(all, compression))) hash.update(chunk);
    return { compression, diffId: `sha256:${hash.digest('hex')}` };
  } catch (error) {
    if (isRemoraError(error) && limit.isExceeded) return { compression, exceeded: error };
    if (!isRemoraError(error) || !['MALFORMED', 'UNSUPPORTED'].includes(error.code)) throw error;
    // A wrong digest is thrown first: other bytes say nothing about the layer.
    await readContent(source, descriptor, { ...options, diffId: false });
    // Node.js reads one frame of zstd, and layers of several are well formed.
    return compression === 'zstd' ? { compression, undecided: error.message } : { compression, damaged: error.message };
  }
}

async function* opened(
  source: Source,
  descriptor: Descriptor,
  { signal, onBytes }: ReadContentOptions,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const chunk of await source.openBlob(descriptor, { signal })) {
    bytes += chunk.length;
    onBytes?.(bytes);
    yield chunk;
  }
}

async function* replay(
  first: IteratorResult<Buffer, void>,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
