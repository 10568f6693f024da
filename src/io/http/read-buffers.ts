import type { OnReadOpts, Socket } from 'node:net';
import { lend, lentChunk } from '../streams/lent.js';

/**
 * Shorter reads are copied out: a small answer must not keep a large buffer from use. Streams that hold so much ask for no
 * more: Node.js would join two chunks, which copies both.
 */
export const COPIED_BYTES = 32 * 1024;

/**
 * Lets a socket read into buffers that are used again. Node.js reads 64 KiB at a time, each into memory of its own: 1 GiB
 * costs four times as many turns, the time of the collector, and 60 MiB at its peak.
 */
export function readBuffers(): OnReadOpts {
  let spare: Uint8Array | undefined;
  return {
    buffer() {
      const buffer = spare ?? lend();
      spare = undefined;
      return buffer;
    },
    // The chunk goes where that of Node.js would go: to the readers of the stream.
    callback(this: Socket, length: number, buffer: Uint8Array) {
      if (length >= COPIED_BYTES) return this.push(lentChunk(buffer, length));
      spare = buffer;
      return this.push(Buffer.from(buffer.subarray(0, length)));
    },
  };
}
