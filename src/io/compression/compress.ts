import { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { RemoraError } from '../../errors.js';
import type { Compression } from './decompress.js';
import { reproducibleGzip } from './gzip.js';

/** The compression that the ending of a file's name promises, if any. */
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
export function compressed(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Buffer, void, undefined> {
  return compression === 'gzip' ? reproducibleGzip(source) : zstd(source);
}

/**
 * Each chunk is taken before the next is given, and before the end is told. Otherwise the bytes depend on
 * timing: Node.js 22, 24 and 26 end the frame with the bytes that still wait, and put an empty frame behind it.
 */
async function* zstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  const stream = zstdStream();
  const out: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => out.push(chunk));
  // The waits below report the error.
  stream.on('error', () => {});
  try {
    for await (const chunk of source) {
      await new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
      yield* out.splice(0);
    }
    stream.end();
    await finished(stream);
    yield* out;
  } finally {
    stream.destroy();
  }
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
