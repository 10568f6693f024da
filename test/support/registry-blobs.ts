import {
  type Call,
  checkDeletes,
  checkDigest,
  digestHeader,
  existingRepository,
  methodNotAllowed,
  Refusal,
} from './registry-call.js';
import type { StoredBlob } from './registry-state.js';

interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export async function serveBlob(call: Call): Promise<void> {
  const { exchange } = call;
  const digest = checkDigest(call.reference);
  const { blobs } = existingRepository(call);
  const blob = blobs.get(digest);
  if (blob === undefined) throw new Refusal(404, 'BLOB_UNKNOWN', `blob ${digest} is not known`);
  switch (exchange.method) {
    case 'HEAD':
      await exchange.reply(200, { ...headers(call, digest), 'content-length': blob.size });
      return;
    case 'GET':
      await get(call, digest, blob);
      return;
    case 'DELETE':
      checkDeletes(call);
      blobs.delete(digest);
      await exchange.reply(202);
      return;
    default:
      throw methodNotAllowed(call);
  }
}

async function get(call: Call, digest: string, { size, bytes }: StoredBlob): Promise<void> {
  const { exchange, options } = call;
  if (options.redirectBlobs === true && !call.elsewhere) {
    await exchange.reply(307, { location: `${call.scheme}://${call.otherHost}${exchange.path}` });
    return;
  }
  if (bytes === undefined) throw new Refusal(404, 'BLOB_UNKNOWN', `blob ${digest} was not kept`);
  const span = options.ranges === false ? undefined : readRange(exchange.request.headers.range, size);
  if (span === undefined) {
    await exchange.reply(200, headers(call, digest), bytes);
    return;
  }
  const range = { 'content-range': `bytes ${span.start}-${span.end - 1}/${size}` };
  await exchange.reply(206, { ...headers(call, digest), ...range }, bytes.subarray(span.start, span.end));
}

function headers(call: Call, digest: string) {
  return {
    'content-type': 'application/octet-stream',
    ...(call.options.ranges !== false && { 'accept-ranges': 'bytes' }),
    ...digestHeader(call, digest),
  };
}

/** A single range; several, or another unit, are ignored, and one that begins behind the end is refused. */
function readRange(header: string | undefined, size: number): Span | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end) {
    throw new Refusal(416, 'SIZE_INVALID', `nothing in ${header} of ${size} bytes`, {
      'content-range': `bytes */${size}`,
    });
  }
  return { start, end };
}
