import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, type Digest, digestOf, hasherFor, parseDigest } from '../../oci/values/digest.js';
import { throwIfInterrupted } from '../async/interrupt.js';
import { counted } from '../streams/counted.js';
import { giveBack } from '../streams/lent.js';
import { spool } from './temp-file.js';

/** Content whose digest and size are known. */
export interface DescribedContent {
  readonly descriptor: Descriptor;
  /** Opens the content from its first byte; it can be called again. */
  open(): Promise<Readable>;
  /** Removes the temporary file, if there is one. */
  discard(): Promise<void>;
}

/** Options of {@link spoolContent} and {@link describeStream}. */
export interface DescribeOptions {
  /** A digest whose algorithm is used. @default sha256 */
  readonly like?: Digest | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes read so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Reads a stream to its end, and describes it. */
export async function describeStream(
  stream: Readable,
  mediaType: string,
  { like, signal, onProgress }: DescribeOptions = {},
): Promise<Descriptor> {
  const sum = contentSum(like);
  for await (const chunk of stream) {
    throwIfInterrupted(signal);
    const bytes = sum.add(chunk);
    giveBack(chunk);
    onProgress?.(bytes);
  }
  return sum.descriptor(mediaType);
}

/** Reads a stream, which comes once, into a temporary file, and describes it. */
export async function spoolContent(
  open: () => Promise<Readable>,
  mediaType: string,
  { like, signal, onProgress }: DescribeOptions = {},
): Promise<DescribedContent> {
  const sum = contentSum(like);
  const summed = async () =>
    counted(await open(), (_, chunk) => {
      const bytes = sum.add(chunk);
      onProgress?.(bytes);
    });
  const file = await spool(summed, signal);
  return {
    descriptor: sum.descriptor(mediaType),
    open: async () => createReadStream(file.path, { highWaterMark: 256 * 1024 }),
    discard: () => file.discard(),
  };
}

/** Digest and size of the chunks that are added. */
function contentSum(like: Digest = digestOf(new Uint8Array())) {
  const hash = hasherFor(like);
  let size = 0;
  return {
    /** Gives the size so far. */
    add(chunk: Uint8Array): number {
      hash.update(chunk);
      size += chunk.length;
      return size;
    },
    descriptor: (mediaType: string): Descriptor => ({
      mediaType,
      digest: parseDigest(`${algorithmOf(like)}:${hash.digest('hex')}`),
      size,
    }),
  };
}
