import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isRemoraError } from '../errors.js';
import type { Descriptor } from '../oci/values/descriptor.js';
import { MediaType } from '../oci/values/media-types.js';
import type { Repository } from '../store/interfaces/hosting.js';
import { Refusal, send } from './answer.js';
import { type Call, digestIn, repositoryOf } from './call.js';

/** `GET` and `HEAD /v2/<name>/blobs/<digest>`, whole or in part (distribution-spec, "Pulling blobs"; RFC 9110 §14). */
export async function getBlob(call: Call): Promise<void> {
  const digest = digestIn(call.rest);
  const repository = await repositoryOf(call);
  const size = await repository.blobSize(digest);
  if (size === undefined) throw unknown(call);
  // A client that asks whether it is there is about to name it, and sends it again where it is damaged.
  const isClaim = call.method === 'HEAD' && !call.readOnly;
  if (isClaim && !(await repository.keepBlob({ mediaType: MediaType.octetStream, digest, size }))) throw unknown(call);
  const headers = {
    'Content-Type': MediaType.octetStream,
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
    ETag: `"${digest}"`,
  };
  const { range: wanted, 'if-range': ifRange } = call.request.headersDistinct;
  // A range means something to GET only (RFC 9110, section 14.2).
  const range = call.method === 'GET' ? rangeIn(wanted?.[0], size, digest, ifRange?.[0]) : undefined;
  if (range === 'unsatisfiable') {
    throw new Refusal(416, 'SIZE_INVALID', 'the range is outside of the blob', {
      headers: { 'Content-Range': `bytes */${size}` },
    });
  }
  const length = range === undefined ? size : range.end - range.start + 1;
  const partial = range === undefined ? {} : { 'Content-Range': `bytes ${range.start}-${range.end}/${size}` };
  const status = range === undefined ? 200 : 206;
  if (call.method === 'HEAD') return send(call.response, status, { ...headers, 'Content-Length': length });
  const content = await opened(repository, { mediaType: MediaType.octetStream, digest, size }, range, call).catch(
    (error: unknown) => {
      // Deleted since its size was looked at.
      throw isRemoraError(error) && error.code === 'NOT_FOUND' ? unknown(call) : error;
    },
  );
  for (const [name, value] of Object.entries({ ...headers, ...partial, 'Content-Length': length }))
    call.response.setHeader(name, value);
  call.response.writeHead(status);
  // A blob that is not what its name says ends without its last byte: the client sees a broken answer, not a wrong one.
  if (content instanceof Readable) await pipeline(content, call.response, { signal: call.signal });
  else await sendPieces(call, content, length);
}

/** Sends each piece when the system has taken the one before; the head leaves with the first, and the end with the last. */
async function sendPieces({ response, signal }: Call, pieces: AsyncIterable<Buffer>, length: number): Promise<void> {
  let fail = (_: Error) => {};
  signal.addEventListener('abort', () => fail(new Error('the client is gone')), { once: true });
  let sent = 0;
  for await (const piece of pieces) {
    sent += piece.length;
    await new Promise<void>((resolve, reject) => {
      fail = reject;
      if (sent === length) response.end(piece, resolve);
      else response.write(piece, () => resolve());
    });
  }
}

/** A part of a blob up to this size is sent with the proof of the whole: reading it takes some hundredths of a second. */
const PROVEN_BYTES = 16 * 1024 * 1024;

function opened(
  repository: Repository,
  descriptor: Descriptor,
  range: Range | undefined,
  { signal }: Call,
): Promise<Readable | AsyncIterable<Buffer>> {
  const { digest, size } = descriptor;
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const isWhole = start === 0 && end === size - 1;
  if (range === undefined || isWhole) return repository.openPieces(descriptor, { signal });
  if (size > PROVEN_BYTES) return repository.openRange(digest, start, end, { signal });
  return repository.openBlob(descriptor, { signal }).then((whole) => Readable.from(partOf(whole, start, end)));
}

/** Bytes `start` to `end`. The last one waits until the whole content has turned out to be what its digest says. */
async function* partOf(whole: Readable, start: number, end: number): AsyncGenerator<Buffer> {
  let offset = 0;
  let last: Buffer | undefined;
  for await (const chunk of whole) {
    const bytes: Buffer = chunk.subarray(Math.max(start - offset, 0), Math.max(end + 1 - offset, 0));
    offset += chunk.length;
    if (bytes.length === 0) continue;
    if (last !== undefined) yield last;
    if (bytes.length > 1) yield bytes.subarray(0, -1);
    last = bytes.subarray(-1);
  }
  if (last !== undefined) yield last;
}

type Range = { readonly start: number; readonly end: number };

/** A single range; several, another unit or a stale `If-Range` mean the whole blob. */
function rangeIn(
  header: string | undefined,
  size: number,
  digest: string,
  ifRange: string | undefined,
): Range | 'unsatisfiable' | undefined {
  if (header === undefined || (ifRange !== undefined && ifRange !== `"${digest}"`)) return undefined;
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header);
  if (match === null || (match[1] === '' && match[2] === ''))
    return /^bytes=.*,/.test(header) ? undefined : /^bytes=/.test(header) ? 'unsatisfiable' : undefined;
  const [, first = '', last = ''] = match;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start >= size || start > end ? 'unsatisfiable' : { start, end };
}

/** `DELETE /v2/<name>/blobs/<digest>`. */
export async function deleteBlob(call: Call): Promise<void> {
  const digest = digestIn(call.rest);
  const repository = await repositoryOf(call);
  const gone = await repository.deleteBlob(digest, call).catch((error: unknown) => {
    if (isRemoraError(error) && error.code === 'UNSUPPORTED')
      throw new Refusal(405, 'UNSUPPORTED', `${digest} is a manifest: it is deleted as one`);
    throw error;
  });
  if (!gone) throw unknown(call);
  send(call.response, 202);
}

function unknown({ rest }: Call): Refusal {
  return new Refusal(404, 'BLOB_UNKNOWN', `blob ${rest} is not known`, { detail: { digest: rest } });
}
