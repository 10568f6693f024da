import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { type Digest, digestFromHash } from '../../oci/values/digest.js';
import { handled } from '../async/handled.js';
import { reproducibleGzip } from '../compression/gzip.js';
import { systemCode } from '../files/system-error.js';
import { type TarDirectoryOptions, tarChunks } from './from-directory.js';

export { type TarDirectoryOptions, tarDirectory } from './from-directory.js';

/** A directory on its way into a layer of type `application/vnd.oci.image.layer.v1.tar+gzip`. */
export interface PackedDirectory {
  /** The compressed archive. The directory is not read before the stream is. */
  readonly stream: Readable;
  /**
   * The digest of the archive before compression, as `io.deis.oras.content.digest` wants it; known when the stream
   * ends. Rejects as the stream fails, or when it is destroyed before its end.
   */
  readonly uncompressedDigest: Promise<Digest>;
}

/** Packs a directory into bytes that are the same wherever and whenever its content is: {@link tarDirectory}, gzipped. */
export function packDirectory(directory: string, options: TarDirectoryOptions): PackedDirectory {
  const hash = createHash('sha256');
  const stream = Readable.from(reproducibleGzip(hashed(tarChunks(directory, options), hash)), { objectMode: false });
  const uncompressedDigest = new Promise<Digest>((resolve, reject) => {
    stream.once('end', () => resolve(digestFromHash('sha256', hash)));
    stream.once('close', () => reject(failureOf(stream, directory)));
  });
  // The reader of the stream hears of its failure there; the digest may have no listener then.
  return { stream, uncompressedDigest: handled(uncompressedDigest) };
}

/** Why the stream closed without an end. */
function failureOf(stream: Readable, directory: string): Error {
  const error = stream.errored;
  if (error !== null && systemCode(error) !== 'ABORT_ERR') return error;
  return new RemoraError('INTERRUPTED', `${directory} was not packed to its end`, { cause: error });
}

async function* hashed(source: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}
