/** The bytes that are read from a file or a socket at a time. */
export const LENT_BYTES = 256 * 1024;

/** Buffers that wait for their next use: those of several transfers, and of the many clients of a server. */
const KEPT = 32;

const free: Buffer[] = [];
/** The buffers with a chunk in each, and its length. */
const lent = new WeakMap<ArrayBufferLike, number>();

/** A buffer of {@link LENT_BYTES} to read into. */
export function lend(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(LENT_BYTES);
}

/** The first bytes of a buffer, as a chunk that {@link giveBack} knows where the buffer was lent. */
export function lentChunk({ buffer, byteOffset }: Uint8Array, length: number): Buffer {
  // Short buffers are parts of a pool of Node.js.
  if (buffer.byteLength === LENT_BYTES) lent.set(buffer, length);
  return Buffer.from(buffer, byteOffset, length);
}

/**
 * Tells that nobody reads this chunk any more: its memory is read into again. A part of a chunk says nothing, since others
 * may have the rest. 1 GiB in buffers of their own costs 0.2 s of the collector, and 50 MiB at its peak.
 */
export function giveBack({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (byteOffset !== 0 || buffer.byteLength !== LENT_BYTES || lent.get(buffer) !== byteLength) return;
  lent.delete(buffer);
  if (free.length < KEPT) free.push(Buffer.from(buffer));
}
