import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { RemoraError } from '../errors.js';
import { ByteQueue } from './byte-queue.js';
import { systemCode } from './system-error.js';

/**
 * The bytes of a tar archive, from a stream that may be compressed with gzip, in one member or several.
 *
 * The source is always read to its end, so that whatever verifies it there has its say.
 *
 * @throws RemoraError `MALFORMED` when the compressed data is damaged, cut off, or followed by other bytes
 */
export async function* tarBytes(source: Readable): AsyncGenerator<Buffer, void, undefined> {
  const queue = new ByteQueue(source, () => new RemoraError('MALFORMED', 'archive is empty, wanted tar or tar+gzip'));
  try {
    const magic = await queue.take(2);
    const rest = chunksOf(magic, queue);
    if (magic[0] === 0x1f && magic[1] === 0x8b) yield* gunzipped(rest);
    else yield* rest;
  } finally {
    await queue.close();
  }
}

async function* chunksOf(first: Buffer, queue: ByteQueue): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  for (let chunk = await queue.next(); chunk !== undefined; chunk = await queue.next()) yield chunk;
}

async function* gunzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  let given = 0;
  const counted = async function* () {
    for await (const chunk of source) {
      given += chunk.length;
      yield chunk;
    }
  };
  const feeding = pipeline(Readable.from(counted(), { objectMode: false }), gunzip);
  // Its failure reaches the loop below through `gunzip`; after an early return nobody asks for it any more.
  feeding.catch(() => {});
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    throw systemCode(error)?.startsWith('Z_') ? damaged(error instanceof Error ? error.message : '', error) : error;
  }
  // Where the bytes behind the last member begin with a zero, zlib ends without an error and leaves them; the pipeline
  // is then torn down if the source has more to give. In all other cases the end comes from the end of the source.
  await feeding.catch(() => {});
  if (gunzip.bytesWritten !== given) throw damaged('there are bytes behind its end');
}

function damaged(problem: string, cause?: unknown): RemoraError {
  return new RemoraError('MALFORMED', `gzip data cannot be read: ${problem}`, { cause });
}
