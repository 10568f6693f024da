import { Gzip } from 'fflate';

/**
 * Bytes that are given to the compressor at once. Its blocks end where its input ends, so that another number here, or
 * chunks as they come, would change the bytes of an archive.
 */
const PIECE = 64 * 1024;

/** Level and memory are the compressor's defaults today, written out so that they stay; mtime 0 means "unknown". */
const SETTINGS = { level: 6, mem: 8, mtime: 0 } as const;

/**
 * Compresses to bytes that depend on the content alone.
 *
 * node:zlib would give the same files another digest on another machine. Its deflate differs between builds of Node.js
 * with the system's zlib or zlib-ng, and between CPUs with other vector units.
 */
export async function* reproducibleGzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  const out: Buffer[] = [];
  const gzip = new Gzip(SETTINGS, (bytes) => {
    if (bytes.length > 0) out.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
  const piece = Buffer.allocUnsafe(PIECE);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < PIECE) continue;
      gzip.push(piece);
      filled = 0;
      yield* out.splice(0);
    }
  }
  gzip.push(piece.subarray(0, filled), true);
  yield* out;
}
