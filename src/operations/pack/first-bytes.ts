import { Readable } from 'node:stream';
import { interrupted, throwIfInterrupted } from '../../io/async/interrupt.js';
import type { CheckedInput } from './inputs.js';

/** The number of bytes that are read to recognise a file. */
const ENOUGH = 1024 * 1024;

/** The first bytes of an input, and the input, whose stream gives them again. */
export interface FirstBytes {
  readonly bytes: Uint8Array;
  /** True when the input has no further bytes. */
  readonly complete: boolean;
  readonly input: CheckedInput;
}

/** Reads the first bytes of an input; a directory has none. A stream is opened once, so its first bytes are kept. */
export async function readFirstBytes(
  input: CheckedInput,
  signal: AbortSignal | undefined,
): Promise<FirstBytes | undefined> {
  if (input.source.kind === 'directory') return undefined;
  const stream = await input.source.open();
  const stop = () => stream.destroy(signal && interrupted(signal));
  signal?.addEventListener('abort', stop);
  try {
    throwIfInterrupted(signal);
    const chunks: Buffer[] = [];
    const rest: AsyncIterator<unknown> = stream.iterator({ destroyOnReturn: false });
    let size = 0;
    let complete = false;
    while (size <= ENOUGH && !complete) {
      const { done, value } = await rest.next();
      complete = done === true;
      if (complete) break;
      const chunk = toBuffer(value);
      chunks.push(chunk);
      size += chunk.length;
    }
    const bytes = Buffer.concat(chunks);
    if (input.source.kind === 'stream') return { bytes, complete, input: replaying(input, bytes, rest, stream) };
    stream.destroy();
    return { bytes, complete, input };
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function replaying(input: CheckedInput, bytes: Buffer, rest: AsyncIterator<unknown>, stream: Readable): CheckedInput {
  const discard = () => {
    stream.destroy();
  };
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (bytes.length > 0) yield bytes;
      for (;;) {
        const { done, value } = await rest.next();
        if (done) return;
        yield toBuffer(value);
      }
    } finally {
      discard();
    }
  }
  return {
    ...input,
    source: { kind: 'stream', open: async () => Readable.from(all(), { objectMode: false }), discard },
  };
}

function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk));
}
