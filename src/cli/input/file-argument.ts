import { RemoraError } from '../../errors.js';
import type { BlobSource } from '../../operations/plumbing/blob.js';

/** The flags that read standard input themselves. */
interface SecretFlags {
  readonly 'password-stdin': boolean;
  readonly 'identity-token-stdin': boolean;
}

/**
 * The file that an argument names, or standard input for `-`.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`; `INVALID_ARGUMENT` for a directory, and for standard input that is a terminal or
 * holds the password
 */
export async function inputOf(argument: string, flags: SecretFlags, stdin: NodeJS.ReadStream): Promise<BlobSource> {
  if (argument !== '-') {
    const { localFile } = await import('../../io/files/local-file.js');
    const file = await localFile(argument);
    if (file.kind === 'file') return file;
    throw new RemoraError('INVALID_ARGUMENT', `${argument} is a directory, wanted a file`, {
      found: argument,
      hint: 'To pack a directory into an artifact use push',
    });
  }
  const flag = (['password-stdin', 'identity-token-stdin'] as const).find((name) => flags[name]);
  if (flag !== undefined) {
    throw new RemoraError('INVALID_ARGUMENT', `standard input is wanted by - and by --${flag}, and can be read once`, {
      hint: 'Write the content into a file, or log in first',
    });
  }
  if (stdin.isTTY) {
    throw new RemoraError('INVALID_ARGUMENT', 'standard input is a terminal, wanted a file or a pipe', {
      hint: 'Pipe something into the command',
    });
  }
  return { kind: 'stream', open: async () => stdin };
}

/**
 * Reads all of a source that must be small.
 *
 * @throws RemoraError `MALFORMED` above `limit` bytes
 */
export async function readInput(source: BlobSource, limit: number, what: string, signal: AbortSignal): Promise<Buffer> {
  const tooLarge = () =>
    new RemoraError('MALFORMED', `${what} is larger than ${limit} bytes`, {
      expected: limit,
      hint: 'A manifest is small; large content is a blob: remora blob put',
    });
  if (source.kind === 'file' && source.size > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const content = await source.open();
  const stop = () => content.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > limit) throw tooLarge();
      chunks.push(chunk);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return Buffer.concat(chunks);
}
