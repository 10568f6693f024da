import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { type Call, checkDigest, digestHeader, methodNotAllowed, Refusal } from './registry-call.js';
import { type Algorithm, algorithmOf, digestOf, type Upload } from './registry-state.js';

/** POST: mounts, takes a whole blob, or opens a session. */
export async function openUpload(call: Call): Promise<void> {
  const { exchange, options, state, name } = call;
  if (exchange.method !== 'POST') throw methodNotAllowed(call);
  const repository = state.repository(name);
  const mount = exchange.query.get('mount');
  const source = state.repositories.get(exchange.query.get('from') ?? '')?.blobs.get(mount ?? '');
  if (mount !== null && source !== undefined && options.mount !== false) {
    repository.blobs.set(mount, source);
    await created(call, mount);
    return;
  }
  const digest = exchange.query.get('digest');
  if (digest !== null && options.singlePost !== false) {
    const upload = newUpload(algorithmOf(checkDigest(digest)));
    await receive(call, upload);
    await finish(call, upload, digest);
    return;
  }
  const upload = newUpload(exchange.query.get('digest-algorithm') === 'sha512' ? 'sha512' : 'sha256');
  repository.uploads.set(upload.id, upload);
  const minimum = options.chunkMinLength;
  await exchange.reply(202, {
    ...progress(call, upload),
    ...(minimum !== undefined && { 'oci-chunk-min-length': minimum }),
  });
}

/** Everything that goes to a session's `Location`. */
export async function serveUpload(call: Call): Promise<void> {
  const { exchange, state, name, reference } = call;
  const uploads = state.repositories.get(name)?.uploads;
  const upload = uploads?.get(reference);
  if (upload === undefined) throw new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', `upload ${reference} is not known`);
  checkQuery(call, upload);
  switch (exchange.method) {
    case 'GET':
      await exchange.reply(204, progress(call, upload));
      return;
    case 'PATCH':
      await patch(call, upload);
      return;
    case 'PUT': {
      const digest = checkDigest(exchange.query.get('digest'));
      await receive(call, upload);
      await finish(call, upload, digest);
      return;
    }
    case 'DELETE':
      uploads?.delete(reference);
      await exchange.reply(204);
      return;
    default:
      throw methodNotAllowed(call);
  }
}

async function patch(call: Call, upload: Upload): Promise<void> {
  const { exchange, options } = call;
  const type = exchange.request.headers['content-type'];
  if (type !== undefined && type !== 'application/octet-stream') {
    throw new Refusal(400, 'BLOB_UPLOAD_INVALID', `content type of a chunk: ${type}`);
  }
  if (upload.ended) throw new Refusal(400, 'SIZE_INVALID', 'only the last chunk may be shorter than the minimum');
  const received = await receive(call, upload);
  upload.ended = received < (options.chunkMinLength ?? 0);
  await exchange.reply(202, progress(call, upload));
}

/** Bytes count as they arrive: what a broken connection brought stays, and a client has to ask how much that is. */
async function receive(call: Call, upload: Upload): Promise<number> {
  const { exchange, options } = call;
  const range = exchange.request.headers['content-range'];
  const [, start, end] = /^(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (range !== undefined && end === undefined) {
    throw new Refusal(400, 'BLOB_UPLOAD_INVALID', `content range of a chunk: ${range}`);
  }
  if (range !== undefined && Number(start) !== upload.size) {
    throw new Refusal(416, 'BLOB_UPLOAD_INVALID', `the next byte is ${upload.size}`, progress(call, upload));
  }
  const before = upload.size;
  for await (const chunk of exchange.body()) {
    upload.hash.update(chunk);
    upload.size += chunk.length;
    if (options.discardBlobs !== true) upload.chunks.push(chunk);
  }
  if (range !== undefined && upload.size !== Number(end) + 1) {
    throw new Refusal(400, 'SIZE_INVALID', `content range ${range} came with ${upload.size - before} bytes`);
  }
  return upload.size - before;
}

/** A wrong digest leaves the session open: it is the client's to cancel. */
async function finish(call: Call, upload: Upload, digest: string): Promise<void> {
  const { options, state, name } = call;
  const algorithm = algorithmOf(digest);
  const bytes = options.discardBlobs === true ? undefined : Buffer.concat(upload.chunks);
  const found =
    bytes !== undefined && algorithm !== upload.algorithm
      ? digestOf(bytes, algorithm)
      : `${upload.algorithm}:${upload.hash.copy().digest('hex')}`;
  if (found !== digest) throw new Refusal(400, 'DIGEST_INVALID', `expected ${digest}, got ${found}`);
  const repository = state.repository(name);
  repository.uploads.delete(upload.id);
  repository.blobs.set(digest, { size: upload.size, bytes });
  await created(call, digest);
}

async function created(call: Call, digest: string): Promise<void> {
  const location = `/v2/${call.name}/blobs/${digest}`;
  await call.exchange.reply(201, { location, ...digestHeader(call, digest) });
}

function newUpload(algorithm: Algorithm): Upload {
  return { id: randomUUID(), algorithm, hash: createHash(algorithm), chunks: [], size: 0, queries: [], ended: false };
}

/** `Range: 0-0` for no byte and for one, as distribution says it. */
function progress(call: Call, upload: Upload): OutgoingHttpHeaders {
  return { location: nextLocation(call, upload), range: `0-${Math.max(0, upload.size - 1)}` };
}

function nextLocation(call: Call, upload: Upload): string {
  const path = `/v2/${call.name}/blobs/uploads/${upload.id}`;
  switch (call.options.location) {
    case 'absolute':
      return `${call.scheme}://${call.host}${path}`;
    case 'other-host':
      return `${call.scheme}://${call.otherHost}${path}`;
    case 'query': {
      const query = `_state=${encodeURIComponent(`${randomBytes(7).toString('base64')}/+a==`)}`;
      upload.queries.push(query);
      return `${path}?${query}`;
    }
    default:
      return path;
  }
}

/** A question may come with any query that was given out, data only with the newest. */
function checkQuery({ exchange, options }: Call, upload: Upload): void {
  if (options.location !== 'query') return;
  const [, raw = ''] = exchange.path.split('?');
  const query = raw.replace(/(?:^|&)digest=[^&]*/, '');
  const writes = exchange.method === 'PATCH' || exchange.method === 'PUT';
  if (writes ? query === upload.queries.at(-1) : upload.queries.includes(query)) return;
  throw new Refusal(400, 'BLOB_UPLOAD_INVALID', `query of the upload: ${query}`);
}
