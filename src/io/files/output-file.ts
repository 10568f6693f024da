import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { outputTarget } from './output-target.js';
import { fileError } from './system-error.js';
import { createTempFile, withTempFile, writeStream } from './temp-file.js';

/** Options of {@link prepareOutput}. */
export interface OutputOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at where output shall go before anything is fetched, and gives what writes it. A file gets its name when it is
 * whole; see {@link outputTarget} for links, devices and pipes.
 *
 * @throws RemoraError `EXISTS` for a directory, `NOT_FOUND` (its directory), `IO`
 */
export async function prepareOutput(
  path: string,
  { signal }: OutputOptions = {},
): Promise<(content: Readable | Uint8Array) => Promise<void>> {
  const target = await outputTarget(path, '-o');
  if (target.kind === 'through') return (content) => target.write(toStream(content), signal);
  return async (content) => {
    const source = toStream(content);
    await withTempFile(dirname(target.path), undefined, async (file) => {
      await writeStream(file, source, signal);
      await file.commit(target.path);
    });
  };
}

function toStream(content: Readable | Uint8Array): Readable {
  const stream = content instanceof Readable ? content : Readable.from([content], { objectMode: false });
  // The stream may fail before it is read; the reader reports it.
  return stream.on('error', () => {});
}

/** A file that can be written, and has its name only when it is. Always end it with `write` or `discard`. */
export interface ReservedFile {
  write(content: Uint8Array): Promise<void>;
  /** Does nothing after `write`. */
  discard(): Promise<void>;
}

/**
 * Opens a file beside its place before longer work, so that a wrong path does not show only afterwards.
 *
 * @param flag that names it, for the hint
 * @throws RemoraError `EXISTS` for a directory, `NOT_FOUND` (its directory), `IO`
 */
export async function reserveFile(path: string, flag: string): Promise<ReservedFile> {
  const target = await outputTarget(path, flag);
  if (target.kind === 'through')
    return { write: (content) => target.write(toStream(content)), discard: async () => {} };
  const file = await createTempFile(dirname(target.path));
  return {
    async write(content) {
      await file.handle.writeFile(content).catch((error: unknown) => {
        throw fileError(error, path);
      });
      await file.commit(target.path);
    },
    discard: () => file.discard(),
  };
}
