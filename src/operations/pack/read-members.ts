import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import type { Packing } from '../../formats/packings/packing.js';
import { interruptedOr, throwIfInterrupted } from '../../io/async/interrupt.js';
import { decompressed } from '../../io/compression/decompress.js';
import { readTar } from '../../io/tar/entries.js';
import { quote } from '../../oci/text/quote.js';

/**
 * Reads the members of an archive that a packing asks for. No file is written, and memory holds those members alone.
 *
 * @throws RemoraError `MALFORMED` for an archive that the format's tool could not read, or that has one of them twice;
 *   `SIZE_MISMATCH` for one that is larger than the tool takes; `INTERRUPTED`, and as the stream
 */
export async function readMembers(
  archive: Readable,
  { members, limits, memberName }: Packing,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  try {
    for await (const { name, type, size, content } of readTar(
      bounded(decompressed(archive, 'gzip'), limits.unpacked),
    )) {
      throwIfInterrupted(signal);
      if (type === 'directory') continue;
      const member = memberName(name);
      if (size > limits.member)
        throw new RemoraError('SIZE_MISMATCH', `${quote(name)} has ${size} bytes, wanted at most ${limits.member}`);
      if (!members.includes(member)) continue;
      if (type !== 'file') throw new RemoraError('MALFORMED', `${quote(name)} is a ${type}, wanted a file`);
      if (found.has(member)) throw new RemoraError('MALFORMED', `it has ${member} twice`);
      const parts: Buffer[] = [];
      for await (const part of content) parts.push(part);
      found.set(member, Buffer.concat(parts));
    }
    return found;
  } catch (error) {
    throw interruptedOr(error, signal);
  } finally {
    archive.destroy();
  }
}

/** No bomb: as many bytes as the format's tool takes. */
async function* bounded(unpacked: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of unpacked) {
    bytes += chunk.length;
    if (bytes > most) throw new RemoraError('SIZE_MISMATCH', `it unpacks to more than ${most} bytes`);
    yield chunk;
  }
}
