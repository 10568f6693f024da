import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { compressionOf, decompressed } from '../compression/decompress.js';
import { ByteQueue } from './byte-queue.js';

/**
 * The bytes of a tar archive, from a stream that may be compressed with gzip, in one member or several, or with zstd.
 *
 * The source is always read to its end, so that whatever verifies it there has its say.
 *
 * @throws RemoraError `MALFORMED` when the compressed data is damaged, cut off, or followed by other bytes
 */
export async function* tarBytes(source: Readable): AsyncGenerator<Buffer, void, undefined> {
  const queue = new ByteQueue(source, () => new RemoraError('MALFORMED', 'archive is empty, wanted tar or tar+gzip'));
  try {
    const magic = await queue.take(4);
    const rest = chunksOf(magic, queue);
    const compression = compressionOf(magic);
    if (compression === undefined) yield* rest;
    else yield* decompressed(rest, compression);
  } finally {
    await queue.close();
  }
}

async function* chunksOf(first: Buffer, queue: ByteQueue): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  for (let chunk = await queue.next(); chunk !== undefined; chunk = await queue.next()) yield chunk;
}
