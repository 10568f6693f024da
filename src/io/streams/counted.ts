import { type Readable, Transform } from 'node:stream';
import { RemoraError } from '../../errors.js';

/** `source`, with a call for each chunk that has passed; an error or early end of either side ends both. */
export function counted(source: Readable, onChunk: (bytes: number, chunk: Buffer) => void): Readable {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onChunk(bytes, chunk);
      done(null, chunk);
    },
  });
  source.on('error', (error) => counter.destroy(error));
  source.on('close', () => {
    // Only this tells a reader that a source was closed before its end.
    if (!source.readableEnded) counter.destroy(new RemoraError('UNREACHABLE', 'content was cut off before its end'));
  });
  counter.on('close', () => source.destroy());
  return source.pipe(counter);
}
