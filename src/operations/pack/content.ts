import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { interrupted } from '../../io/async/interrupt.js';
import { type LocalFile, localFile } from '../../io/files/local-file.js';

/** Bytes, text (written as UTF-8), or a function that opens a stream of bytes; it is called once. */
export type Content = Uint8Array | string | (() => Readable);

/** The content of a blob or manifest: the path of a file, or bytes with a name for messages and progress. */
export type ContentInput = string | { readonly path: string } | { readonly content: Content; readonly name: string };

/** Content whose file exists and is readable. A stream can be opened once. */
export type ContentSource =
  | Extract<LocalFile, { kind: 'file' }>
  | { readonly kind: 'stream'; open(): Promise<Readable> };

/**
 * Checks that content exists and is readable, before anything is written.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`, `INVALID_ARGUMENT` for a directory
 */
export async function openContent(input: ContentInput): Promise<ContentSource> {
  if (typeof input !== 'string' && 'content' in input) {
    return { kind: 'stream', open: async () => toStream(input.content) };
  }
  const path = nameOf(input);
  const file = await localFile(path);
  if (file.kind === 'file') return file;
  throw new RemoraError('INVALID_ARGUMENT', `${path} is a directory, wanted a file`, {
    found: path,
    hint: 'To pack a directory into an artifact use push',
  });
}

/** The path of a file, or the name of other content. */
export function nameOf(input: ContentInput): string {
  if (typeof input === 'string') return input;
  return 'path' in input ? input.path : input.name;
}

/**
 * Reads all of a manifest, or of other small content, into memory.
 *
 * @param tooLarge the error above `limit` bytes
 * @throws RemoraError `MALFORMED` for a manifest above `limit` bytes, `INTERRUPTED`
 */
export async function readAll(
  source: ContentSource,
  limit: number,
  signal: AbortSignal | undefined,
  tooLarge: (limit: number) => RemoraError = largeManifest,
): Promise<Uint8Array> {
  if (source.kind === 'file' && source.size > limit) throw tooLarge(limit);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const content = await source.open();
  const stop = () => content.destroy(signal && interrupted(signal));
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > limit) throw tooLarge(limit);
      chunks.push(Buffer.from(chunk));
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  return Buffer.concat(chunks);
}

function largeManifest(limit: number): RemoraError {
  return new RemoraError('MALFORMED', `manifest is larger than ${limit} bytes`, {
    expected: limit,
    hint: 'A manifest is small; large content is a blob: remora blob put',
  });
}

export function toStream(content: Content): Readable {
  return typeof content === 'function' ? content() : Readable.from([Buffer.from(content)], { objectMode: false });
}
