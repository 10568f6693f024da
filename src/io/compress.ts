import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { RemoraError } from '../errors.js';
import type { Compression } from './decompress.js';
import { reproducibleGzip } from './reproducible-gzip.js';

/** What the ending of a file's name promises; undefined for no compression. */
export function compressionOfName(name: string): Compression | undefined {
  if (/\.(tar\.gz|tgz)$/.test(name)) return 'gzip';
  return /\.(tar\.zst|tzst)$/.test(name) ? 'zstd' : undefined;
}

/** @throws RemoraError `UNSUPPORTED` for zstd where this Node.js has none: it came with 22.15 and 23.8 */
export function requireCompression(compression: Compression | undefined): void {
  if (compression === 'zstd') zstdStream().destroy();
}

/**
 * Compresses to bytes that depend on the content alone; those of zstd also on the version that Node.js was built with.
 *
 * @throws RemoraError `UNSUPPORTED` as {@link requireCompression}; the errors of the source as they are
 */
export async function* compressed(
  source: AsyncIterable<Buffer>,
  compression: Compression,
): AsyncGenerator<Buffer, void, undefined> {
  if (compression === 'gzip') {
    yield* reproducibleGzip(source);
    return;
  }
  const stream = zstdStream();
  const feeding = pipeline(Readable.from(source, { objectMode: false }), stream);
  // Its failure reaches the loop below through `stream`; after an early return nobody asks for it any more.
  feeding.catch(() => {});
  for await (const chunk of stream) yield chunk;
}

function zstdStream(): Transform {
  const create: unknown = 'createZstdCompress' in zlib ? zlib.createZstdCompress : undefined;
  const stream: unknown = typeof create === 'function' ? create() : undefined;
  if (stream instanceof Transform) return stream;
  throw new RemoraError(
    'UNSUPPORTED',
    `zstd data cannot be written by Node.js ${process.versions.node}, wanted 22.15 or newer`,
    { hint: 'Use a newer Node.js, or a name that ends in .tar.gz or .tar' },
  );
}
