import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { handled } from '../../io/async/handled.js';
import { interrupted, throwIfInterrupted } from '../../io/async/interrupt.js';
import { createTempFile, type TempFile, writeAll } from '../../io/files/temp-file.js';
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
    if (input.source.kind === 'stream') return { bytes, complete, input: replaying(input, [bytes], rest, stream) };
    stream.destroy();
    return { bytes, complete, input };
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * Reads an input from its first byte. A stream, which comes once, goes into a temporary file meanwhile.
 *
 * @param limit bytes
 * @param push takes the next part, and gives false when no further one is wanted
 * @returns the input, whose stream gives all bytes again; `isCut` where it goes on behind the limit
 */
export async function readFurther(
  input: CheckedInput,
  limit: number,
  push: (part: Uint8Array) => boolean,
  signal: AbortSignal | undefined,
): Promise<{ readonly input: CheckedInput; readonly isCut: boolean }> {
  if (input.source.kind === 'directory') return { input, isCut: false };
  const file = input.source.kind === 'stream' ? await createTempFile(tmpdir(), 0o600) : undefined;
  const stream = await input.source.open();
  const stop = () => stream.destroy(signal && interrupted(signal));
  signal?.addEventListener('abort', stop);
  try {
    throwIfInterrupted(signal);
    const rest: AsyncIterator<unknown> = stream.iterator({ destroyOnReturn: false });
    let size = 0;
    for (let isWanted = true; isWanted && size <= limit; ) {
      const { done, value } = await rest.next();
      if (done) break;
      const part = toBuffer(value);
      if (file !== undefined) await writeAll(file, part);
      size += part.length;
      isWanted = push(part);
    }
    const isCut = size > limit;
    if (file !== undefined) return { input: replaying(input, createReadStream(file.path), rest, stream, file), isCut };
    stream.destroy();
    return { input, isCut };
  } catch (error) {
    stream.destroy();
    await file?.discard();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The input whose stream gives what was read, and then the rest. */
function replaying(
  input: CheckedInput,
  before: Iterable<Buffer> | Readable,
  rest: AsyncIterator<unknown>,
  stream: Readable,
  file?: TempFile,
): CheckedInput {
  const discard = () => {
    stream.destroy();
    // The file goes at the end of the process at the latest.
    if (file !== undefined) handled(file.discard());
  };
  async function* all(): AsyncGenerator<Buffer> {
    try {
      for await (const part of before) if (part.length > 0) yield toBuffer(part);
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
