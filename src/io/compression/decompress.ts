import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { RemoraError } from '../../errors.js';
import { handled } from '../async/handled.js';
import { ifSystemError, systemCode } from '../files/system-error.js';

/** How bytes are compressed. */
export type Compression = 'gzip' | 'zstd';

/** Tells compressed data by its first bytes (RFC 1952, 2.3.1; RFC 8878, 3.1.1). Names of files are never asked. */
export function compressionOf(start: Buffer): Compression | undefined {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  return start.length >= 4 && start.readUInt32LE() === 0xfd2fb528 ? 'zstd' : undefined;
}

/**
 * Decompresses one gzip member or several, or one zstd frame. The source is read to its end, unless it is damaged.
 *
 * @throws RemoraError `MALFORMED` when the data is damaged, cut off, or followed by other bytes; `UNSUPPORTED` for zstd
 * where this Node.js has none; the errors of the source as they are
 */
export async function* decompressed(
  source: AsyncIterable<Buffer>,
  compression: Compression,
): AsyncGenerator<Buffer, void, undefined> {
  const stream = compression === 'gzip' ? zlib.createGunzip({ chunkSize: 64 * 1024 }) : zstdStream();
  let given = 0;
  const counted = async function* () {
    for await (const chunk of source) {
      given += chunk.length;
      yield chunk;
    }
  };
  // Its failure reaches the loop below through `stream`; after an early return it is not awaited.
  const feeding = handled(pipeline(Readable.from(counted(), { objectMode: false }), stream));
  try {
    for await (const chunk of stream) yield chunk;
    // Where the bytes behind the last member begin with a zero, zlib ends without an error and leaves them; the pipeline
    // is then torn down if the source has more to give.
    await ifSystemError(feeding, 'ERR_STREAM_PREMATURE_CLOSE');
  } catch (error) {
    // zlib that ended and is given more before the loop saw its end takes that for a further member.
    if (systemCode(error) === 'ERR_STREAM_PUSH_AFTER_EOF') throw damaged(compression, BEHIND[compression], error);
    throw isZlibError(error) ? damaged(compression, error instanceof Error ? error.message : '', error) : error;
  }
  if (bytesTaken(stream) === given) return;
  throw damaged(compression, BEHIND[compression]);
}

const BEHIND: Readonly<Record<Compression, string>> = {
  gzip: 'there are bytes behind its end',
  // Node.js 22 and 24 stop behind the first frame, 26 goes on.
  zstd: 'there are bytes behind its end, or a further frame that this Node.js does not read',
};

/** Node.js has zstd since 22.15 and 23.8. */
function zstdStream(): Transform {
  const create: unknown = 'createZstdDecompress' in zlib ? zlib.createZstdDecompress : undefined;
  const stream: unknown = typeof create === 'function' ? create({ chunkSize: 64 * 1024 }) : undefined;
  if (stream instanceof Transform) return stream;
  throw new RemoraError(
    'UNSUPPORTED',
    `zstd data cannot be read by Node.js ${process.versions.node}, wanted 22.15 or newer`,
    { hint: 'Use a newer Node.js, or decompress it first with zstd -d' },
  );
}

function bytesTaken(stream: Transform): unknown {
  return 'bytesWritten' in stream ? stream.bytesWritten : undefined;
}

function isZlibError(error: unknown): boolean {
  return /^(Z_|ZSTD_|ERR_ZSTD)/.test(systemCode(error) ?? '');
}

function damaged(compression: Compression, problem: string, cause?: unknown): RemoraError {
  return new RemoraError('MALFORMED', `${compression} data cannot be read: ${problem}`, { cause });
}
