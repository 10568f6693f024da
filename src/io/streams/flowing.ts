import type { Readable } from 'node:stream';
import { prematureClose } from './chunk-stream.js';

/**
 * The chunks of a stream of another hand, each as it came. `for await` over such a stream joins those that wait: undici gives
 * the next chunk while the one before it is asked for, and 1 GiB would be copied once more.
 */
export async function* flowing(stream: Readable): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  let wake = () => {};
  let failure: Error | undefined;
  stream.on('data', (chunk: Buffer) => {
    waiting.push(chunk);
    stream.pause();
    wake();
  });
  stream.on('error', (error) => {
    failure = error;
    wake();
  });
  for (const event of ['end', 'close']) stream.on(event, () => wake());
  try {
    for (;;) {
      // Another chunk, and the end behind it, may come while the reader has one.
      for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) yield chunk;
      if (failure !== undefined) {
        // The bytes that came before it need not be asked for again.
        const rest: unknown = stream.read();
        if (rest instanceof Buffer) yield rest;
        throw failure;
      }
      if (stream.readableEnded) return;
      if (stream.destroyed) throw stream.errored ?? prematureClose();
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      stream.resume();
      await woken;
    }
  } finally {
    stream.destroy();
  }
}
