import type { Readable } from 'node:stream';
import { bytesOf, ChunkStream, cutOff } from './chunk-stream.js';

/** `source`, with a call for each chunk that has passed; an error or early end of either side ends both. */
export function counted(source: Readable, onChunk: (bytes: number, chunk: Buffer) => void): Readable {
  // The reading gives an error that comes before it.
  source.on('error', () => {});
  return new ChunkStream(counting(source, onChunk), (error) => source.destroy(error));
}

async function* counting(source: Readable, onChunk: (bytes: number, chunk: Buffer) => void): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    for await (const each of source) {
      const chunk = bytesOf(each);
      bytes += chunk.length;
      onChunk(bytes, chunk);
      yield chunk;
    }
  } catch (error) {
    throw cutOff(error, 'content');
  }
}
